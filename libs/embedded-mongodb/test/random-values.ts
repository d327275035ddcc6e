import { Binary, Decimal128, Double, Int32, Long, ObjectId, serialize, Timestamp } from 'bson';
import { documentAt, type Value } from '../src/bson/value.ts';

/** A seeded generator (mulberry32): the same seed gives the same run on every machine. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) * limit) / 4_294_967_296);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

export type Doc = Record<string, unknown>;

/** Numbers between which mistakes are made: ties, neighbours of 2^53, tenths, extremes. */
const NUMBERS: readonly unknown[] = [
  ...[0, 1, 2, 3, -1, 2147483647].map((n) => new Int32(n)),
  ...[
    '1',
    '2',
    '-1',
    '9007199254740992',
    '9007199254740993',
    '9223372036854775807',
    '-9223372036854775808',
  ].map((n) => Long.fromString(n)),
  ...[0, -0, 1, 2.5, 0.1, -1.5, 9007199254740992, 2 ** 63, 5e-324, 1e308].map((n) => new Double(n)),
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((n) => new Double(n)),
  ...[
    '0',
    '-0',
    '1',
    '1.00',
    '2.5',
    '0.1',
    '0.10',
    '-1.5',
    '9007199254740993',
    '9223372036854775807.5',
    '1E+6000',
    '-1E+6000',
    '1E-6000',
    'NaN',
    'Infinity',
    '-Infinity',
    '1234567890123456789012345678901234',
  ].map((n) => Decimal128.fromString(n)),
];

const OTHERS: readonly unknown[] = [
  null,
  ...['', 'a', 'ab', 'b', 'a\0', 'a\0b', 'ä', '€', '\u{1F600}'],
  true,
  false,
  ...[0, 1, -1, 86_400_000].map((ms) => new Date(ms)),
  new ObjectId('000000000000000000000001'),
  new ObjectId('ffffffffffffffffffffffff'),
  new Timestamp({ t: 1, i: 1 }),
  new Timestamp({ t: 0xffffffff, i: 2 }),
  new Binary(Buffer.from([1]), 0),
  new Binary(Buffer.from([1]), 5),
  new Binary(Buffer.from([0, 255]), 0),
];

export const FIELDS = ['a', 'b', 'c'];

export function randomNumber(chance: Chance): unknown {
  if (chance.below(4) > 0) return chance.pick(NUMBERS);
  const digits = String(chance.below(1_000_000) - 500_000);
  switch (chance.below(4)) {
    case 0:
      return new Int32(Number(digits));
    case 1:
      return new Double(Number(digits) / 64);
    case 2:
      return Long.fromString(`${digits}${chance.below(1_000_000_000)}`);
    default:
      return Decimal128.fromString(`${digits}E${chance.below(40) - 20}`);
  }
}

export function randomValue(chance: Chance, depth = 2): unknown {
  const kind = chance.below(depth > 0 ? 10 : 7);
  if (kind < 4) return randomNumber(chance);
  if (kind < 7) return chance.pick(OTHERS);
  if (kind === 7) return randomDoc(chance, depth - 1);
  return Array.from({ length: chance.below(4) }, () => randomValue(chance, depth - 1));
}

export function randomDoc(chance: Chance, depth = 2): Doc {
  const doc: Doc = {};
  for (const field of FIELDS) if (chance.below(3) > 0) doc[field] = randomValue(chance, depth);
  return doc;
}

/** A document as the store holds it. */
export function stored(doc: Doc): Value {
  return documentAt(Buffer.from(serialize(doc)));
}
