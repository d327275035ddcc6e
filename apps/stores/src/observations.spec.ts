import { Observations } from './observations.ts';

/** Goal: slow operations are counted all, and told as far as a person can read. */
const observed = (slowMs: number) => {
  const lines: object[] = [];
  const clock = { now: 0 };
  const log = { warn: (fields: object, sentence: string) => void lines.push({ sentence, ...fields }) };
  return { lines, clock, observations: new Observations(slowMs, log, () => clock.now) };
};
const append = (ms: number) => ({ operation: 'append', stream: 'a-1', ms }) as const;

it('counts by store and operation: all, the slow ones, the longest', () => {
  const { observations } = observed(100);
  for (const ms of [1, 99.9, 100, 250, 7]) observations.see('eventstore', append(ms));
  observations.see('mongodb', { operation: 'find', namespace: 'a.b', ms: 3 });
  expect(observations.of('eventstore')).toEqual(new Map([['append', { count: 5, slow: 2, longestMs: 250 }]]));
  expect(observations.of('mongodb')).toEqual(new Map([['find', { count: 1, slow: 0, longestMs: 3 }]]));
});

it('tells a slow one with all that is known of it, and the others not', () => {
  const { observations, lines } = observed(100);
  observations.see('eventstore', append(99));
  observations.see('eventstore', append(100.4));
  observations.see('eventstore', { operation: 'commit', events: 64, ms: 300 });
  expect(lines).toEqual([
    { sentence: 'slow operation', store: 'eventstore', operation: 'append', stream: 'a-1', ms: 100 },
    { sentence: 'slow operation', store: 'eventstore', operation: 'commit', events: 64, ms: 300 },
  ]);
});

it('tells ten a second, and then how many it left out; none is left out of the count', () => {
  const { observations, lines, clock } = observed(0);
  for (let i = 0; i < 500; i++) observations.see('eventstore', append(1));
  expect(lines).toHaveLength(10);
  clock.now = 1_000;
  for (let i = 0; i < 2; i++) observations.see('eventstore', append(1));
  expect(lines.slice(10)).toEqual([
    { sentence: 'slow operation', store: 'eventstore', ...append(1), untoldBefore: 490 },
    { sentence: 'slow operation', store: 'eventstore', ...append(1) },
  ]);
  expect(observations.of('eventstore').get('append')).toMatchObject({ count: 502, slow: 502 });
});
