import { randomUUID } from 'node:crypto';
import {
  ANY,
  type AppendExpectedRevision,
  jsonEvent,
  NO_STREAM,
  STREAM_EXISTS,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { all, by, eventStoreContract, failureOf, PATHS, uniqueStream } from './contract.ts';

/**
 * Goal: an append whose outcome was not learnt can be repeated with the same ids: it is written once, and the repeat is
 * answered as the first one was.
 * Method: a stream of the events a b c d, then an append of some events of which some are known.
 */
const store = eventStoreContract();

/** What repeats: the events appended (letters; a to d are known), the expectation, and the revision of a success. */
const table: readonly (readonly [string, AppendExpectedRevision, number | 'wrong', string])[] = [
  ['abcd', NO_STREAM, 3, 'abcd'],
  ['ab', NO_STREAM, 1, 'abcd'],
  ['a', NO_STREAM, 0, 'abcd'],
  ['b', NO_STREAM, 'wrong', 'abcd'],
  ['ba', NO_STREAM, 'wrong', 'abcd'],
  ['ax', NO_STREAM, 'wrong', 'abcd'],
  ['abcdx', NO_STREAM, 'wrong', 'abcd'],
  ['x', NO_STREAM, 'wrong', 'abcd'],
  ['b', 0n, 1, 'abcd'],
  ['bc', 0n, 2, 'abcd'],
  ['bcd', 0n, 3, 'abcd'],
  ['bd', 0n, 'wrong', 'abcd'],
  ['bcdx', 0n, 'wrong', 'abcd'],
  ['a', 0n, 'wrong', 'abcd'],
  ['c', 0n, 'wrong', 'abcd'],
  ['x', 0n, 'wrong', 'abcd'],
  ['cd', 1n, 3, 'abcd'],
  ['d', 2n, 3, 'abcd'],
  ['c', 2n, 'wrong', 'abcd'],
  ['a', ANY, 0, 'abcd'],
  ['b', ANY, 1, 'abcd'],
  ['abcd', ANY, 3, 'abcd'],
  ['cd', ANY, 3, 'abcd'],
  ['dc', ANY, 'wrong', 'abcd'],
  ['ax', ANY, 'wrong', 'abcd'],
  ['dx', ANY, 'wrong', 'abcd'],
  ['x', ANY, 4, 'abcdx'],
  ['xy', ANY, 5, 'abcdxy'],
  ['ab', STREAM_EXISTS, 1, 'abcd'],
  ['d', STREAM_EXISTS, 3, 'abcd'],
  ['x', STREAM_EXISTS, 4, 'abcdx'],
  // Expecting the very last revision is no repeat: what is appended is not looked at.
  ['d', 3n, 4, 'abcdd'],
  ['x', 3n, 4, 'abcdx'],
  ['a', 9n, 'wrong', 'abcd'],
];

describe.each(PATHS)('repeating an append by %s', (path) => {
  it.each(table.map(([events, expected, answer, after]) => ({ events, expected, answer, after })))(
    'of $events to abcd, expecting $expected',
    async ({ events, expected, answer, after }) => {
      const { client } = store;
      const stream = uniqueStream();
      const ids = new Map<string, string>();
      const proposed = (letters: string) =>
        [...letters].map((letter) => {
          const id = ids.get(letter) ?? randomUUID();
          ids.set(letter, id);
          return jsonEvent({ id, type: 'Written', data: { letter } });
        });
      const results = [];
      for (const letter of 'abcd') results.push(await client.appendToStream(stream, proposed(letter)));
      const repeating = client.appendToStream(stream, proposed(events), {
        expectedRevision: expected,
        ...by(path),
      });
      if (answer === 'wrong') {
        expect(await failureOf(repeating)).toBeInstanceOf(WrongExpectedVersionError);
      } else {
        const result = await repeating;
        expect(result).toMatchObject({ success: true, nextExpectedRevision: BigInt(answer) });
        if (after === 'abcd') expect(result.position).toEqual(results[answer]?.position);
      }
      const written = (await all(client.readStream(stream))).map(
        ({ event }) => (event?.data as { letter: string } | undefined)?.letter,
      );
      expect(written.join('')).toBe(after);
    },
  );

  it('writes two appends of the same ids at the same time once', async () => {
    const stream = uniqueStream();
    const events = [0, 1, 2].map((n) => jsonEvent({ id: randomUUID(), type: 'Written', data: { n } }));
    const results = await Promise.all(
      Array.from({ length: 8 }, () =>
        store.client.appendToStream(stream, events, { expectedRevision: NO_STREAM, ...by(path) }),
      ),
    );
    expect(new Set(results.map(({ nextExpectedRevision }) => nextExpectedRevision))).toEqual(new Set([2n]));
    expect(new Set(results.map(({ position }) => position?.commit)).size).toBe(1);
    expect(await all(store.client.readStream(stream))).toHaveLength(3);
  });

  it('answers a repeat after others have gone on, with the first revision', async () => {
    const stream = uniqueStream();
    const event = jsonEvent({ id: randomUUID(), type: 'Written', data: {} });
    const first = await store.client.appendToStream(stream, [event], { expectedRevision: NO_STREAM });
    for (let n = 0; n < 3; n++)
      await store.client.appendToStream(stream, [jsonEvent({ type: 'Other', data: { n } })]);
    const repeat = await store.client.appendToStream(stream, [event], {
      expectedRevision: NO_STREAM,
      ...by(path),
    });
    expect([repeat.nextExpectedRevision, repeat.position]).toEqual([0n, first.position]);
  });

  it('takes the same id by the other call as a repeat, too', async () => {
    const stream = uniqueStream();
    const event = jsonEvent({ id: randomUUID(), type: 'Written', data: {} });
    await store.client.appendToStream(stream, [event], {
      expectedRevision: NO_STREAM,
      ...by(path === 'Append' ? 'BatchAppend' : 'Append'),
    });
    await expect(
      store.client.appendToStream(stream, [event], { expectedRevision: NO_STREAM, ...by(path) }),
    ).resolves.toMatchObject({ nextExpectedRevision: 0n });
    expect(await all(store.client.readStream(stream))).toHaveLength(1);
  });
});
