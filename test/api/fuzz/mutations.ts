import type { Random } from '../../storms/lib/random.ts';
import type { Json } from './values.ts';

/** What clients send by mistake or on purpose. */
const NASTY: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  '',
  ' ',
  ' x ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udc00x',
  '\u202e\u200b\ufeff',
  '💣'.repeat(60),
  'é'.normalize('NFD'),
  'x'.repeat(201),
  'x'.repeat(70_000),
  '__proto__',
  'constructor',
  'toString',
  '$where',
  '$gt',
  'a.b',
  'a|b',
  'a/b/../c',
  '%00%2f',
  "'; DROP TABLE",
  '2024-02-30',
  '2024-13-01',
  '9999-12-31',
  '0000-00-00',
  '+012345-01-01',
  '2024-01-01T25:00:00Z',
  '99999999999999999999',
  '-0',
  '-1',
  '1e5',
  '0x10',
  'NaN',
  'Infinity',
  '0.0000001',
  '1.',
  '.5',
  '９',
  '9'.repeat(40),
  '1'.repeat(400),
  [],
  {},
  [[]],
  [null],
  { $gt: '' },
  { toString: 1 },
  { length: 1e9 },
];

export function nasty(random: Random): Json {
  return random.pick(NASTY);
}

/** A text of the same kinds, for addresses. */
export function nastyText(random: Random): string {
  const value = nasty(random);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.slice(0, 3_000);
}

/** Changes a value at one to three random places: another value, a field too many, one too few, deep nesting. */
export function mutated(random: Random, value: Json): Json {
  let changed = structuredClone(value);
  for (let times = 1 + random.below(3); times > 0; times--) {
    const places = placesIn(changed);
    const place = random.pick(places);
    if (place === undefined) return nasty(random);
    const [holder, key] = place;
    switch (random.below(6)) {
      case 0:
        delete holder[key];
        break;
      case 1:
        holder[`${random.pick(['surprise', '__proto__x', '', 'constructor', '💥'])}`] = nasty(random);
        break;
      case 2:
        holder[key] = nested(random.pick([5, 31, 40, 2_000]));
        break;
      case 3:
        holder[key] = Array.from({ length: random.pick([2, 50]) }, () => holder[key]);
        break;
      default:
        holder[key] = nasty(random);
    }
    if (random.chance(3)) changed = nasty(random);
    if (typeof changed !== 'object' || changed === null) return changed;
  }
  return changed;
}

/** The JSON text of a body, sometimes spoiled as a text. */
export function spoiled(random: Random, body: Json): string {
  const text = JSON.stringify(body) ?? 'undefined';
  switch (random.below(12)) {
    case 0:
      return text.slice(0, random.below(text.length + 1));
    case 1:
      return text.replace('{', '{"__proto__":{"roles":["admin"]},');
    case 2:
      return text.replace('{', '{"constructor":{"prototype":{"x":1}},');
    case 3:
      return text.replace(/"(\w+)":/, '"$1":1,"$1":');
    case 4:
      return `\ufeff${text}`;
    case 5:
      return text.replaceAll('"', "'");
    case 6:
      return text.replace(
        /:("[^"]*"|\d+)/,
        `:${random.pick(['1e999', '-', '01', '"\\ud800"', '"\\x"', 'NaN', '1E400'])}`,
      );
    case 7:
      return `${text}${text}`;
    default:
      return text;
  }
}

function nested(levels: number): Json {
  let value: Json = 1;
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

function placesIn(value: Json): [Json, string | number][] {
  const found: [Json, string | number][] = [];
  const open = [value];
  while (open.length > 0 && found.length < 500) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    for (const key of Object.keys(next)) {
      found.push([next, key]);
      open.push(next[key]);
    }
  }
  return found;
}
