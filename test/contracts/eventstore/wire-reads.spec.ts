import { Collector } from './collector.ts';
import { eventStoreContract, failureOf, place, someEvents, uniqueStream } from './contract.ts';
import { empty, grpc, identifier, kindsOf, messages, type ReadOptions, readOptions, wireOf } from './wire.ts';

/** Goal: what the protocol says below the official client: messages about places, forms of ids, requests that are not whole. */
const store = eventStoreContract();
const below = wireOf(store);
const { Options } = messages.ReadReq;

describe('a finite read of a stream', () => {
  const stream = uniqueStream();
  beforeAll(async () => {
    await store.client.appendToStream(stream, someEvents(3));
  });

  it('ends with the last position for a client that knows this message', async () => {
    const answers = await below.wire.read(readOptions(stream));
    expect(kindsOf(answers)).toEqual(['EVENT', 'EVENT', 'EVENT', 'LAST_STREAM_POSITION']);
    expect(answers.at(-1)?.getLastStreamPosition()).toBe('2');
  });

  it('says first where the stream begins when it starts above the end', async () => {
    const options = readOptions(stream);
    options.setStream(new Options.StreamOptions().setStreamIdentifier(identifier(stream)).setRevision('40'));
    const answers = await below.wire.read(options);
    expect(kindsOf(answers)).toEqual(['FIRST_STREAM_POSITION', 'LAST_STREAM_POSITION']);
    expect(answers[0]?.getFirstStreamPosition()).toBe('0');
    expect(answers[1]?.getLastStreamPosition()).toBe('2');
  });

  it.each([
    ['of compatibility 0', (options: ReadOptions) => options.setControlOption(new Options.ControlOption())],
    ['without a control option', (options: ReadOptions) => options.setControlOption(undefined)],
  ])('has no positions for a client %s', async (_name, change) => {
    expect(kindsOf(await below.wire.read(change(readOptions(stream))))).toEqual(['EVENT', 'EVENT', 'EVENT']);
  });

  it('answers ids in the form that is asked for', async () => {
    const asText = await below.wire.read(readOptions(stream));
    const structured = await below.wire.read(
      readOptions(stream).setUuidOption(new Options.UUIDOption().setStructured(empty())),
    );
    for (const n of [0, 1, 2]) {
      const text = asText[n]?.getEvent()?.getEvent()?.getId()?.getString() as string;
      const halves = structured[n]?.getEvent()?.getEvent()?.getId()?.getStructured();
      const hex = [halves?.getMostSignificantBits(), halves?.getLeastSignificantBits()]
        .map((half) =>
          BigInt.asUintN(64, BigInt(half as string))
            .toString(16)
            .padStart(16, '0'),
        )
        .join('');
      expect(hex).toBe(text.replaceAll('-', ''));
    }
  });

  it('gives type, time of creation and content type as the metadata of an event, and nothing else', async () => {
    const [answer] = await below.wire.read(readOptions(stream));
    const metadata = answer?.getEvent()?.getEvent()?.getMetadataMap();
    expect([...(metadata?.keys() ?? [])].sort()).toEqual(['content-type', 'created', 'type']);
    expect(metadata?.get('content-type')).toBe('application/json');
    // Ticks of 100 ns since 1970, in decimals: between 2020 and 2100.
    const created = BigInt(metadata?.get('created') as string);
    expect(created).toBeGreaterThan(15_778_368_000_000_000n);
    expect(created).toBeLessThan(41_024_448_000_000_000n);
  });

  it('of a stream that never was says so, and ends well', async () => {
    const name = uniqueStream();
    const answers = await below.wire.read(readOptions(name));
    expect(kindsOf(answers)).toEqual(['STREAM_NOT_FOUND']);
    const found = answers[0]?.getStreamNotFound()?.getStreamIdentifier()?.getStreamName_asU8();
    expect(Buffer.from(found ?? []).toString()).toBe(name);
  });

  it('of a stream whose events have all expired is empty, and ends well', async () => {
    const name = uniqueStream();
    await store.client.appendToStream(name, someEvents(2));
    await store.client.setStreamMetadata(name, { truncateBefore: 2 });
    const kinds = kindsOf(await below.wire.read(readOptions(name)));
    expect(kinds).not.toContain('EVENT');
    expect(kinds).not.toContain('STREAM_NOT_FOUND');
  });
});

it.each<readonly [string, (options: ReadOptions) => ReadOptions]>([
  ['a form of ids', (options) => options.setUuidOption(undefined)],
  ['a filter option', (options) => options.setNoFilter(undefined)],
  [
    'count or subscription',
    (options) => {
      options.clearCount();
      return options;
    },
  ],
])('a read without %s is an invalid argument', async (_name, change) => {
  const failure = await failureOf(below.wire.read(change(readOptions(uniqueStream()))));
  expect(failure).toMatchObject({ code: grpc.status.INVALID_ARGUMENT });
});

describe('a subscription', () => {
  async function first(options: ReadOptions, enough: (kinds: readonly string[]) => boolean) {
    const call = below.wire.streams.read(new messages.ReadReq().setOptions(options));
    const answers: InstanceType<typeof messages.ReadResp>[] = [];
    await new Promise<void>((resolve, reject) => {
      call.on('data', (answer) => {
        answers.push(answer);
        if (enough(kindsOf(answers))) resolve();
      });
      call.on('error', reject);
    });
    call.on('error', () => undefined);
    call.cancel();
    return answers;
  }
  const subscribed = (options: ReadOptions) => {
    options.clearCount();
    return options.setSubscription(new Options.SubscriptionOptions());
  };
  const caughtUp = (kinds: readonly string[]) => kinds.includes('CAUGHT_UP');

  it('to a stream is confirmed, brings its history, and has caught up', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(2));
    const answers = await first(subscribed(readOptions(stream)), caughtUp);
    expect(kindsOf(answers)).toEqual(['CONFIRMATION', 'EVENT', 'EVENT', 'CAUGHT_UP']);
    expect(answers[0]?.getConfirmation()?.getSubscriptionId()).not.toBe('');
  });

  it('to a stream that never was is confirmed and has caught up', async () => {
    const answers = await first(subscribed(readOptions(uniqueStream())), caughtUp);
    expect(kindsOf(answers)).toEqual(['CONFIRMATION', 'CAUGHT_UP']);
  });

  it('with a filter tells its start first, and how far it is before it has caught up', async () => {
    const from = place(await store.client.appendToStream(uniqueStream(), someEvents(5)));
    await store.client.appendToStream(uniqueStream(), someEvents(5));
    const options = subscribed(readOptions('unused'));
    options.setAll(
      new Options.AllOptions().setPosition(
        new Options.Position()
          .setCommitPosition(String(from.commit))
          .setPreparePosition(String(from.prepare)),
      ),
    );
    options.setFilter(
      new Options.FilterOptions()
        .setStreamIdentifier(new Options.FilterOptions.Expression().setPrefixList([uniqueStream('nobody')]))
        .setCount(empty())
        .setCheckpointintervalmultiplier(1),
    );
    const answers = await first(options, caughtUp);
    const kinds = kindsOf(answers);
    expect(kinds[0]).toBe('CONFIRMATION');
    expect(kinds[1]).toBe('CHECKPOINT');
    expect(answers[1]?.getCheckpoint()?.getCommitPosition()).toBe(String(from.commit));
    expect(kinds.slice(-2)).toEqual(['CHECKPOINT', 'CAUGHT_UP']);
    expect(BigInt(answers.at(-2)?.getCheckpoint()?.getCommitPosition() ?? 0)).toBeGreaterThan(from.commit);
  });

  it('that is cancelled leaves the server free for others', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(1));
    for (let n = 0; n < 50; n++)
      await first(subscribed(readOptions(stream)), (kinds) => kinds.includes('CONFIRMATION'));
    const collector = new Collector(store.client.subscribeToStream(stream));
    await collector.caughtUp();
    expect(collector.items).toHaveLength(1);
    await collector.subscription.unsubscribe();
  });
});
