import { randomUUID } from 'node:crypto';
import { all, eventStoreContract, failureOf, someEvents, uniqueStream } from './contract.ts';
import { CutRequests } from './lib/cut-append.ts';
import { empty, grpc, identifier, messages, shared, trailersOf, uuid, wireOf } from './wire.ts';

/** Goal: the Append, Delete and Tombstone calls as they are on the wire: responses, statuses, trailers, texts. */
const store = eventStoreContract();
const below = wireOf(store);
const { AppendReq } = messages;
type Options = InstanceType<typeof AppendReq.Options>;

function options(stream: string): Options {
  return new AppendReq.Options().setStreamIdentifier(identifier(stream)).setAny(empty());
}

function proposed(metadata: Readonly<Record<string, string>>, data = '{}', id = uuid(randomUUID())) {
  const message = new AppendReq.ProposedMessage().setId(id).setData(Buffer.from(data).toString('base64'));
  for (const [key, value] of Object.entries(metadata)) message.getMetadataMap().set(key, value);
  return new AppendReq().setProposedMessage(message);
}
const json = { type: 'Noted', 'content-type': 'application/json' };

const append = (given: Options, ...events: InstanceType<typeof AppendReq>[]) =>
  below.wire.append([new AppendReq().setOptions(given), ...events]);

describe('a wrong version answered by Append', () => {
  it.each<readonly [string, (given: Options) => Options, Readonly<Record<string, unknown>>]>([
    ['a revision', (given) => given.setRevision('7'), { expectedRevision: '7', expectedRevision2060: 7 }],
    ['no stream', (given) => given.setNoStream(empty()), { expectedNoStream: {} }],
  ])('to a stream of three events, expecting %s, is a response', async (_name, change, expected) => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(3));
    const answer = await append(change(options(stream)), proposed(json));
    const wrong = answer.getWrongExpectedVersion()?.toObject();
    expect(wrong).toMatchObject({ currentRevision: '2', currentRevision2060: 2, ...expected });
  });

  it('to a stream that never was says that there is none', async () => {
    const answer = await append(options(uniqueStream()).setStreamExists(empty()), proposed(json));
    const wrong = answer.getWrongExpectedVersion();
    expect(wrong?.hasCurrentNoStream()).toBe(true);
    expect(wrong?.hasExpectedStreamExists()).toBe(true);
  });
});

describe('the errors of Append', () => {
  it('to a tombstoned stream name the stream', async () => {
    const stream = uniqueStream();
    await store.client.tombstoneStream(stream);
    const failure = await failureOf(append(options(stream), proposed(json)));
    expect(failure).toMatchObject({
      code: grpc.status.FAILED_PRECONDITION,
      details: `Event stream '${stream}' is deleted.`,
    });
    expect(trailersOf(failure)).toMatchObject({ exception: 'stream-deleted', 'stream-name': stream });
  });

  it('for too many bytes name the limit', async () => {
    const failure = await failureOf(
      append(
        options(uniqueStream()),
        ...Array.from({ length: 3 }, () => proposed(json, 'x'.repeat(400_000))),
      ),
    );
    expect(failure).toMatchObject({
      code: grpc.status.INVALID_ARGUMENT,
      details: 'Maximum Append Size of 1048576 Exceeded.',
    });
    expect(trailersOf(failure)).toMatchObject({
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': '1048576',
    });
  });

  it.each([
    ['type', { 'content-type': 'application/json' }],
    ['content-type', { type: 'Noted' }],
  ])('for an event without %s name what is required', async (missing, metadata) => {
    const stream = uniqueStream();
    const failure = await failureOf(append(options(stream), proposed(metadata)));
    expect(failure).toMatchObject({
      code: grpc.status.INVALID_ARGUMENT,
      details: `Required Metadata Property '${missing}' is missing`,
    });
    expect(trailersOf(failure)).toMatchObject({
      exception: 'missing-required-metadata-property',
      'required-metadata-properties': 'type,content-type',
    });
    await expect(all(store.client.readStream(stream))).rejects.toThrow();
  });
});

it.each(['text/plain', 'application/octet-stream', 'application/xml'])(
  'content of type %s is taken, and reads back as octets',
  async (contentType) => {
    const stream = uniqueStream();
    await append(options(stream), proposed({ type: 'Noted', 'content-type': contentType }, '{"a":1}'));
    const [read] = await all(store.client.readStream(stream));
    expect(read?.event?.isJson).toBe(false);
    expect(Buffer.from(read?.event?.data as Uint8Array).toString()).toBe('{"a":1}');
  },
);

it('JSON that is none is kept as it came', async () => {
  const stream = uniqueStream();
  await append(options(stream), proposed(json, '{"a":'));
  const { wire } = below;
  const read = new messages.ReadReq.Options();
  read
    .setStream(
      new messages.ReadReq.Options.StreamOptions().setStreamIdentifier(identifier(stream)).setStart(empty()),
    )
    .setCount('1')
    .setNoFilter(empty())
    .setUuidOption(new messages.ReadReq.Options.UUIDOption().setString(empty()));
  const [answer] = await wire.read(read);
  expect(Buffer.from(answer?.getEvent()?.getEvent()?.getData_asU8() ?? []).toString()).toBe('{"a":');
});

it('an id as two integers is the id as text', async () => {
  const stream = uniqueStream();
  const id = randomUUID();
  const hex = id.replaceAll('-', '');
  const half = (digits: string) => String(BigInt.asIntN(64, BigInt(`0x${digits}`)));
  const structured = new shared.UUID().setStructured(
    new shared.UUID.Structured()
      .setMostSignificantBits(half(hex.slice(0, 16)))
      .setLeastSignificantBits(half(hex.slice(16))),
  );
  await append(options(stream), proposed(json, '{}', structured));
  const [read] = await all(store.client.readStream(stream));
  expect(read?.event?.id).toBe(id);
});

describe.each(['delete', 'tombstone'] as const)('the errors of a %s', (call) => {
  const removing = (stream: string, expected?: string) => {
    const given = call === 'delete' ? new messages.DeleteReq.Options() : new messages.TombstoneReq.Options();
    given.setStreamIdentifier(identifier(stream));
    if (expected === undefined) given.setNoStream(empty());
    else given.setRevision(expected);
    return call === 'delete'
      ? below.wire.delete(given as InstanceType<typeof messages.DeleteReq.Options>)
      : below.wire.tombstone(given as InstanceType<typeof messages.TombstoneReq.Options>);
  };

  it.each([
    ['9', '9'],
    [undefined, '-1'],
  ])('for a wrong version are numbers in the trailers: %s', async (expected, shown) => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(5));
    const failure = await failureOf(removing(stream, expected));
    expect(failure).toMatchObject({ code: grpc.status.FAILED_PRECONDITION });
    expect(trailersOf(failure)).toMatchObject({
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': shown,
      'actual-version': '4',
    });
  });

  it('for a tombstoned stream name it', async () => {
    const stream = uniqueStream();
    await store.client.tombstoneStream(stream);
    const failure = await failureOf(removing(stream, '0'));
    expect(failure).toMatchObject({ code: grpc.status.FAILED_PRECONDITION });
    expect(trailersOf(failure)).toMatchObject({ exception: 'stream-deleted', 'stream-name': stream });
  });
});

it('a delete that comes too late says what was expected and what is there', async () => {
  const stream = uniqueStream();
  await store.client.appendToStream(stream, someEvents(5));
  const failure = await failureOf(
    below.wire.delete(
      new messages.DeleteReq.Options().setStreamIdentifier(identifier(stream)).setRevision('9'),
    ),
  );
  expect((failure as Error & { details: string }).details).toBe(
    `Delete failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: 9, Actual version: 4`,
  );
});

it.each([
  ['cancelled at once', 0, true],
  ['cancelled a moment later', 0, false],
  ['cancelled inside an event', 7, true],
])('an append that is %s before its end writes nothing of it', async (_how, missing, atOnce) => {
  const cut = Array.from({ length: CUTS }, () => uniqueStream());
  const requests = await CutRequests.connect(store.uri, APPEND);
  const events = Array.from({ length: 50 }, () => proposed(json).serializeBinary());
  for (const stream of cut) await requests.cut([beginning(stream), ...events], missing, atOnce);
  await requests.seen();
  await nothingOf(cut);
  await requests.break();
});

it('an append whose connection breaks writes nothing of it', async () => {
  const cut = Array.from({ length: CUTS }, () => uniqueStream());
  for (const stream of cut) {
    const requests = await CutRequests.connect(store.uri, APPEND);
    requests.begin([beginning(stream), proposed(json).serializeBinary()]);
    await requests.seen();
    await requests.break();
  }
  await nothingOf(cut);
});

const CUTS = Number(process.env['CUT_APPENDS'] ?? 20);
const APPEND = '/event_store.client.streams.Streams/Append';
const beginning = (stream: string) => new AppendReq().setOptions(options(stream)).serializeBinary();

async function nothingOf(streams: readonly string[]): Promise<void> {
  // One append more: whatever was begun is behind it, or never comes.
  await append(options(uniqueStream()), proposed(json));
  for (const stream of streams)
    expect(await failureOf(all(store.client.readStream(stream)))).toMatchObject({ type: 'stream-not-found' });
}
