import { Consumers, type Strategy } from './consumers.ts';

/** Sends to whom the strategy chooses; the names of the consumers in the order of the pins. */
function handOut(consumers: Consumers, pins: readonly string[]): (string | undefined)[] {
  return pins.map((pin) => {
    const chosen = consumers.choose(pin);
    if (typeof chosen === 'string') return chosen;
    consumers.sent(chosen.to, pin);
    return chosen.to;
  });
}

function withTwo(strategy: Strategy, bufferSize: number): Consumers {
  const consumers = new Consumers(strategy);
  consumers.add('one', bufferSize);
  consumers.add('two', bufferSize);
  return consumers;
}

/** Pins that lie in different buckets. */
const [ORDERS, CASES, BILLS] = ['orders', 'cases', 'bills'] as const;

it.each<{ strategy: Strategy; bufferSize: number; pins: string[]; expected: string[] }>([
  { strategy: 'RoundRobin', bufferSize: 9, pins: ['a', 'a', 'a'], expected: ['one', 'two', 'one'] },
  { strategy: 'RoundRobin', bufferSize: 1, pins: ['a', 'a', 'a'], expected: ['one', 'two', 'none'] },
  { strategy: 'DispatchToSingle', bufferSize: 2, pins: ['a', 'a', 'a'], expected: ['one', 'one', 'two'] },
  { strategy: 'Pinned', bufferSize: 9, pins: [ORDERS, CASES, ORDERS], expected: ['one', 'two', 'one'] },
  { strategy: 'Pinned', bufferSize: 1, pins: [ORDERS, ORDERS, CASES], expected: ['one', 'not-now', 'two'] },
  { strategy: 'PinnedByCorrelation', bufferSize: 9, pins: ['x', 'x', 'y'], expected: ['one', 'one', 'two'] },
])('$strategy, each takes $bufferSize: $pins go to $expected', ({ strategy, bufferSize, pins, expected }) => {
  expect(handOut(withTwo(strategy, bufferSize), pins)).toEqual(expected);
});

it('of a single consumer that fills up, the next one takes over, and stays', () => {
  const consumers = withTwo('DispatchToSingle', 1);
  expect(handOut(consumers, ['a'])).toEqual(['one']);
  expect(handOut(consumers, ['a'])).toEqual(['two']);
  consumers.answered('two', 'a');
  expect(handOut(consumers, ['a'])).toEqual(['two']);
});

it('a newcomer gets its share of the pins, and none that something is under way for', () => {
  const consumers = new Consumers('Pinned');
  consumers.add('one', 9);
  handOut(consumers, [ORDERS, CASES, BILLS]);
  consumers.answered('one', BILLS);
  consumers.add('two', 9);
  expect(handOut(consumers, [ORDERS, CASES, BILLS])).toEqual(['one', 'one', 'two']);
});

it('the pins of one who has left go to who is there', () => {
  const consumers = withTwo('Pinned', 9);
  handOut(consumers, [ORDERS, CASES]);
  consumers.remove('one');
  expect(handOut(consumers, [ORDERS, CASES])).toEqual(['two', 'two']);
});

it('without consumers nobody takes anything', () => {
  expect(handOut(new Consumers('Pinned'), ['a'])).toEqual(['none']);
});
