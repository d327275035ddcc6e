import { randomUUID } from 'node:crypto';
import {
  binaryEvent,
  DeadlineExceededError,
  type EventData,
  jsonEvent,
  MaxAppendSizeExceededError,
} from '@eventstore/db-client';
import {
  all,
  by,
  eventStoreContract,
  failureOf,
  PATHS,
  place,
  someEvents,
  uniqueStream,
} from './contract.ts';

/** Goal: what was appended is what is read, byte for byte; what is too much is refused whole. */
const store = eventStoreContract();

async function written(stream: string, event: EventData, path: 'BatchAppend' | 'Append') {
  await store.client.appendToStream(stream, [event], by(path));
  const [read] = await all(store.client.readStream(stream));
  if (!read?.event) throw new Error('nothing was read');
  return read.event;
}

const values: readonly (readonly [string, unknown])[] = [
  ['an empty object', {}],
  ['an empty list', []],
  ['a text', 'text'],
  ['nested values', { a: [1, { b: null, c: [true, false, ''] }] }],
  [
    'numbers at their limits',
    {
      small: -9_007_199_254_740_991,
      large: 9_007_199_254_740_991,
      tiny: 5e-324,
      huge: 1.7976931348623157e308,
    },
  ],
  ['text of many scripts', { zh: '平衡计分卡', ar: 'بطاقة', emoji: '👩‍👧‍👦', combined: 'e\u0301' }],
  ['text with control characters', { text: '\u0000\u0001\b\t\n\f\r\u001f"\\/' }],
  ['a key that objects inherit', { constructor: 1, toString: 2 }],
  ['a long text', { text: 'x'.repeat(200_000) }],
];

describe.each(PATHS)('an event appended by %s', (path) => {
  it.each(values)('keeps %s as its data', async (_name, data) => {
    const event = await written(
      uniqueStream(),
      jsonEvent({ type: 'Noted', data: data as Record<string, unknown> }),
      path,
    );
    expect(event.isJson).toBe(true);
    expect(event.data).toEqual(data);
  });

  it.each(values.filter(([, value]) => typeof value === 'object'))(
    'keeps %s as its metadata',
    async (_name, metadata) => {
      const event = await written(
        uniqueStream(),
        jsonEvent({ type: 'Noted', data: {}, metadata: metadata as Record<string, unknown> }),
        path,
      );
      expect(event.metadata).toEqual(metadata);
    },
  );

  it.each([
    ['no bytes', Buffer.alloc(0)],
    ['one byte', Buffer.of(0)],
    ['every byte', Buffer.from(Array.from({ length: 256 }, (_, n) => n))],
    ['bytes that are not UTF-8', Buffer.from('fffe00c080eda080', 'hex')],
    ['text that looks like JSON', Buffer.from('{"a":1}')],
    ['many bytes', Buffer.alloc(300_000, 7)],
  ])('keeps %s of binary data', async (_name, data) => {
    const event = await written(uniqueStream(), binaryEvent({ type: 'Scanned', data }), path);
    expect(event.isJson).toBe(false);
    expect(Buffer.from(event.data as Uint8Array).equals(data)).toBe(true);
  });

  it('keeps bytes as its metadata', async () => {
    const metadata = Buffer.from('ff00fe01', 'hex');
    const event = await written(
      uniqueStream(),
      binaryEvent({ type: 'Scanned', data: Buffer.of(1), metadata }),
      path,
    );
    expect(Buffer.from(event.metadata as Uint8Array).equals(metadata)).toBe(true);
  });

  it('has no metadata when none were given', async () => {
    const event = await written(uniqueStream(), jsonEvent({ type: 'Noted', data: {} }), path);
    expect(event.metadata).toBeUndefined();
  });

  it.each(['OrderPlaced', 'order-placed', 'with space', 'Заказ', '订单', 'a/b@c$d', 'x'.repeat(500)])(
    'keeps its type %s',
    async (type) => {
      expect((await written(uniqueStream(), jsonEvent({ type, data: {} }), path)).type).toBe(type);
    },
  );

  it.each([
    'plain',
    'with space',
    'with/slash',
    'with@at',
    'with-dash.and.dot',
    'UPPER',
    '%41',
    'x'.repeat(400),
  ])('lies in the stream %s', async (label) => {
    const stream = uniqueStream(label);
    expect((await written(stream, jsonEvent({ type: 'Noted', data: {} }), path)).streamId).toBe(stream);
  });

  it('keeps its id, and its time of creation lies in the present', async () => {
    const id = randomUUID();
    const before = Date.now();
    const event = await written(uniqueStream(), jsonEvent({ id, type: 'Noted', data: {} }), path);
    expect(event.id).toBe(id);
    // The clocks of client and server may differ.
    expect(Math.abs(event.created.getTime() - before)).toBeLessThan(3_600_000);
  });

  it('is never older than the one before it', async () => {
    const stream = uniqueStream();
    for (let n = 0; n < 5; n++) await store.client.appendToStream(stream, someEvents(4), by(path));
    const created = (await all(store.client.readStream(stream))).map(
      ({ event }) => event?.created.getTime() as number,
    );
    expect(created).toEqual([...created].sort((a, b) => a - b));
  });

  it('has the same id, type, data and position in its stream and in $all', async () => {
    const stream = uniqueStream();
    const inStream = await written(
      stream,
      jsonEvent({ type: 'Noted', data: { a: 1 }, metadata: { by: 'x' } }),
      path,
    );
    const [inAll] = await all(store.client.readAll({ fromPosition: place(inStream), maxCount: 1 }));
    expect(inAll?.event).toEqual(inStream);
  });
});

describe.each(PATHS)('the size of an append by %s', (path) => {
  const MAX_BYTES = 1_048_576;
  // Tens of thousands of messages may take longer than the ten seconds of a call.
  const PATIENT = { deadline: 50_000 };
  const sized = (bytes: number) => binaryEvent({ type: 'Scanned', data: Buffer.alloc(bytes, 1) });

  it.each([
    ['one event of 1 000 000 bytes', () => [sized(1_000_000)]],
    ['ten events of 100 000 bytes', () => Array.from({ length: 10 }, () => sized(100_000))],
    ['10 000 small events', () => Array.from({ length: 10_000 }, () => sized(32))],
  ])('may be %s', async (_name, events) => {
    const proposed = events();
    await expect(
      store.client.appendToStream(uniqueStream(), proposed, { ...by(path), ...PATIENT }),
    ).resolves.toMatchObject({ nextExpectedRevision: BigInt(proposed.length - 1) });
  });

  it.each([
    ['one event above the limit', () => [sized(MAX_BYTES + 1)]],
    ['two events that are above it together', () => [sized(700_000), sized(700_000)]],
    ['40 000 small events', () => Array.from({ length: 40_000 }, () => sized(32))],
  ])('may not be %s', async (_name, events) => {
    const stream = uniqueStream();
    const failure = await failureOf(
      store.client.appendToStream(stream, events(), { ...by(path), ...PATIENT }),
    );
    expect(failure).toBeInstanceOf(MaxAppendSizeExceededError);
    expect(failure).toMatchObject({ maxAppendSize: MAX_BYTES });
    await expect(all(store.client.readStream(stream))).rejects.toThrow();
  });

  it('is refused without harm to the appends around it', async () => {
    const stream = uniqueStream();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 9 }, (_, n) =>
        store.client.appendToStream(stream, n === 4 ? [sized(MAX_BYTES + 1)] : someEvents(1), by(path)),
      ),
    );
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(
      Array.from({ length: 9 }, (_, n) => n !== 4),
    );
    expect(await all(store.client.readStream(stream))).toHaveLength(8);
  });
});

it('does not write an append whose deadline has passed when it arrives', async () => {
  const stream = uniqueStream();
  await expect(
    store.client.appendToStream(stream, someEvents(1), { deadline: -60_000 }),
  ).rejects.toBeInstanceOf(DeadlineExceededError);
  await expect(all(store.client.readStream(stream))).rejects.toThrow();
});
