import { binaryEvent, StreamDeletedError, WrongExpectedVersionError } from '@eventstore/db-client';
import {
  all,
  by,
  eventStoreContract,
  failureOf,
  PATHS,
  revisionsOf,
  someEvents,
  uniqueStream,
} from './contract.ts';
import { empty, grpc, identifier, kindsOf, messages, readOptions, wireOf } from './wire.ts';

/**
 * Where EventStoreDB 24.6.0 breaks or answers by chance, the embedded store does not. The application must not rest on any of
 * this, so these tests are for the embedded store alone.
 */
const own = process.env['ESDB_URL'] ? describe.skip : describe;
const store = eventStoreContract();
const below = wireOf(store);

own('the embedded store, where the real one breaks', () => {
  it('a read of no events reads none', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(2));
    const kinds = kindsOf(await below.wire.read(readOptions(stream).setCount('0')));
    expect(kinds).not.toContain('EVENT');
  });

  it('a read forwards from the end reads nothing', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(2));
    expect(await revisionsOf(store.client.readStream(stream, { fromRevision: 'end' }))).toEqual([]);
  });

  it('a read of $all backwards from beyond the end begins with the last event', async () => {
    const { position } = await store.client.appendToStream(uniqueStream(), someEvents(1));
    const [read] = await all(
      store.client.readAll({
        direction: 'backwards',
        fromPosition: { commit: 2n ** 60n, prepare: 2n ** 60n },
        maxCount: 1,
      }),
    );
    expect(read?.event?.position).toEqual(position);
  });

  it('an empty name of a stream is an invalid argument', async () => {
    const failure = await failureOf(below.wire.read(readOptions('')));
    expect(failure).toMatchObject({ code: grpc.status.INVALID_ARGUMENT });
    expect(failure.message).toContain('stream_identifier');
  });

  it('a name that is not UTF-8 is an invalid argument', async () => {
    const options = readOptions('x');
    options.getStream()?.getStreamIdentifier()?.setStreamName(Buffer.from('fffe', 'hex').toString('base64'));
    const failure = await failureOf(below.wire.read(options));
    expect(failure).toMatchObject({ code: grpc.status.INVALID_ARGUMENT });
  });

  it('a delete that expects the stream to exist deletes it, and refuses one that does not', async () => {
    const removal = (stream: string) =>
      below.wire.delete(
        new messages.DeleteReq.Options().setStreamIdentifier(identifier(stream)).setStreamExists(empty()),
      );
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(1));
    expect((await removal(stream)).hasPosition()).toBe(true);
    expect(await failureOf(removal(uniqueStream()))).toMatchObject({ code: grpc.status.FAILED_PRECONDITION });
  });

  it.each(PATHS)('names of any script keep their errors their classes, by %s', async (path) => {
    const stream = uniqueStream('订单-ü');
    await store.client.appendToStream(stream, someEvents(1));
    const wrong = store.client.appendToStream(stream, someEvents(1), { expectedRevision: 5n, ...by(path) });
    expect(await failureOf(wrong)).toBeInstanceOf(WrongExpectedVersionError);
    await store.client.tombstoneStream(stream);
    expect(await failureOf(store.client.appendToStream(stream, someEvents(1), by(path)))).toBeInstanceOf(
      StreamDeletedError,
    );
    expect(await failureOf(all(store.client.readStream(stream)))).toBeInstanceOf(StreamDeletedError);
  });

  it.each(PATHS)('an append of exactly the largest size is taken, by %s', async (path) => {
    const largest = binaryEvent({ type: 'Scanned', data: Buffer.alloc(1_048_576) });
    await expect(store.client.appendToStream(uniqueStream(), [largest], by(path))).resolves.toMatchObject({
      nextExpectedRevision: 0n,
    });
  });

  it('the truncation that follows an append to a soft-deleted stream is there with the append', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(3));
    await store.client.deleteStream(stream);
    await store.client.appendToStream(stream, someEvents(1));
    expect((await store.client.getStreamMetadata(stream)).metadata).toEqual({ truncateBefore: 3 });
  });

  it('a stream that exists remembers its ids, however many there are', async () => {
    const stream = uniqueStream();
    const first = someEvents(1);
    await store.client.appendToStream(stream, first);
    for (let n = 0; n < 5; n++) await store.client.appendToStream(stream, someEvents(1000));
    await expect(store.client.appendToStream(stream, first)).resolves.toMatchObject({
      nextExpectedRevision: 0n,
    });
  });
});
