import type { Value } from '../bson/value.ts';
import { badValue } from '../server/errors.ts';
import type { Collection } from '../store/collection.ts';
import { above } from '../store/tables.ts';
import { type Atom, atomsOf, directed, rangeOf } from './bounds.ts';

export type Sort = readonly (readonly [path: string, direction: 1 | -1])[];

/** Where to look: intervals of keys in rising order, of documents or of an index. */
export interface Plan {
  /** Undefined: the documents themselves, in the order of `_id`. */
  readonly index: Collection['indexes'][number] | undefined;
  readonly intervals: readonly (readonly [start: Buffer, end: Buffer])[];
  /** Each interval holds one document at most, whose key is its start. */
  readonly exact: boolean;
  readonly reverse: boolean;
  /** What is found comes in the asked order. */
  readonly sorted: boolean;
}

interface Candidate extends Plan {
  readonly score: number;
}

/** More intervals than these cost more than what they save. */
const INTERVALS_MAX = 2_000;

/** Chooses by what narrows most: equal leading fields, then a range, then an order that need not be made. */
export function planFor(collection: Collection, filter: Value, sort: Sort, hint?: string | Sort): Plan {
  const atoms = atomsOf(filter);
  const byId = candidate(collection, undefined, atoms, sort);
  const others = collection.indexes.map((index) => candidate(collection, index, atoms, sort));
  if (hint !== undefined) return hinted([byId, ...others], hint);
  return others.reduce((best, own) => (own.score > best.score ? own : best), byId);
}

function hinted(candidates: readonly Candidate[], hint: string | Sort): Plan {
  const found = candidates.find(({ index }) => {
    if (typeof hint === 'string') return (index?.name ?? '_id_') === hint || (!index && hint === '$natural');
    return JSON.stringify(index?.key ?? [['_id', 1]]) === JSON.stringify(hint);
  });
  if (!found)
    throw badValue(
      'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
    );
  return found;
}

function candidate(
  collection: Collection,
  index: Collection['indexes'][number] | undefined,
  atoms: ReadonlyMap<string, readonly Atom[]>,
  sort: Sort,
): Candidate {
  const key: Sort = index?.key ?? [['_id', 1]];
  const multikey = index?.multikey ?? false;
  let prefixes: Buffer[] = [index?.prefix ?? collection.prefix];
  const fixed = new Set<string>();
  let score = 0;
  let intervals: (readonly [Buffer, Buffer])[] | undefined;
  let range: ReturnType<typeof rangeOf>;
  for (const [field, direction] of key) {
    const own = usable(atoms.get(field) ?? [], multikey);
    const points = own.find((atom) => 'points' in atom)?.points;
    if (points && (prefixes.length === 1 || prefixes.length * points.length <= INTERVALS_MAX)) {
      const encoded = distinct(points.map((point) => directed(point, direction)));
      prefixes = prefixes.flatMap((prefix) => encoded.map((bytes) => Buffer.concat([prefix, bytes])));
      if (encoded.length === 1) fixed.add(field);
      score += 4;
      continue;
    }
    range = rangeOf(own, direction);
    if (range) {
      const { from, fromAbove, to, toAbove } = range;
      score += 2;
      intervals = prefixes.map((prefix) => {
        const [start, end] = [Buffer.concat([prefix, from]), Buffer.concat([prefix, to])];
        return [fromAbove ? above(start) : start, toAbove ? above(end) : end] as const;
      });
    }
    break;
  }
  intervals ??= prefixes.map((prefix) => [prefix, above(prefix)] as const);
  const narrowed = score > 0;
  const order = orderOf(key, sort, fixed, multikey, narrowed);
  // The documents themselves need no second look-up; unique, they are sorted by whatever comes after `_id`.
  if (order !== undefined && sort.length > 0) score += 1;
  return {
    index,
    intervals: intervals
      .filter(([start, end]) => Buffer.compare(start, end) < 0)
      .sort(([a], [b]) => Buffer.compare(a, b)),
    exact: index === undefined && narrowed && range === undefined,
    reverse: order === 'backward',
    sorted: order !== undefined,
    score: index ? score : score * 2,
  };
}

/** Conditions on an array may be met by different elements: only one of them can bound an index of elements. */
function usable(atoms: readonly Atom[], multikey: boolean): readonly Atom[] {
  if (!multikey) return atoms;
  const [first] = [...atoms.filter((atom) => 'points' in atom), ...atoms];
  return first ? [first] : [];
}

function distinct(keys: readonly Buffer[]): Buffer[] {
  return [...new Map(keys.map((key) => [key.toString('latin1'), key])).values()];
}

/** Whether the keys of an index, fields with one value left out, run in the asked order or in its reverse. */
function orderOf(
  key: Sort,
  sort: Sort,
  fixed: ReadonlySet<string>,
  multikey: boolean,
  bounded: boolean,
): 'forward' | 'backward' | undefined {
  if (sort.length === 0) return 'forward';
  // A document sorts by its least element, which a bound may have left out.
  if (multikey && bounded) return undefined;
  const wanted = sort.filter(([field]) => !fixed.has(field));
  let turned: boolean | undefined;
  let at = 0;
  for (const [field, direction] of key) {
    const next = wanted[at];
    if (!next) break;
    if (next[0] !== field) {
      if (fixed.has(field)) continue;
      return undefined;
    }
    const turns = next[1] !== direction;
    if (turned !== undefined && turned !== turns) return undefined;
    turned = turns;
    at++;
    if (field === '_id') return turns ? 'backward' : 'forward';
  }
  if (at < wanted.length) return undefined;
  return turned ? 'backward' : 'forward';
}
