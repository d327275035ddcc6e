import { doubleOf } from '../bson/numbers.ts';
import { entries, type Value } from '../bson/value.ts';
import { badValue, CommandError } from '../server/errors.ts';
import type { Collection } from '../store/collection.ts';
import { contentOf } from '../store/records.ts';
import { type Entry, scan } from '../store/tables.ts';
import { KeyPattern } from './key-pattern.ts';
import { matcherOf } from './matcher.ts';
import { type Plan, planFor, type Sort } from './plan.ts';

export interface Query {
  readonly filter: Value;
  readonly sort?: Sort;
  readonly skip?: number;
  readonly limit?: number;
  readonly hint?: string | Sort | undefined;
  /** Instant in milliseconds after which the search gives up. */
  readonly deadline?: number | undefined;
}

/** A good moment to let others go on; no document. */
export const PAUSE = undefined;

const EXAMINED_AT_ONCE = 64;
const AT_ONCE_MS = 10;
const SORT_BYTES_MAX = 100 * 1024 * 1024;

/** Documents that match, in the asked order, with pauses between. The filter is read before the first step. */
export function find(collection: Collection | undefined, query: Query): Generator<Value | undefined> {
  const matches = matcherOf(query.filter);
  return collection ? found(collection, query, matches) : none();
}

function* none(): Generator<undefined> {}

function* found(
  collection: Collection,
  { filter, sort = [], skip = 0, limit = 0, hint, deadline }: Query,
  matches: (doc: Value) => boolean,
): Generator<Value | undefined> {
  const plan = planFor(collection, filter, sort, hint);
  const all = matching(candidates(collection, plan), matches, deadline);
  const ordered = plan.sorted ? all : sorted(all, sort, limit > 0 ? skip + limit : 0);
  let passed = 0;
  let given = 0;
  for (const doc of ordered) {
    if (doc && passed++ < skip) continue;
    yield doc;
    if (doc && limit > 0 && ++given >= limit) return;
  }
}

function* matching(
  docs: Iterable<Value>,
  matches: (doc: Value) => boolean,
  deadline: number | undefined,
): Generator<Value | undefined> {
  let examined = 0;
  let since = Date.now();
  for (const doc of docs) {
    if (matches(doc)) yield doc;
    if (++examined % EXAMINED_AT_ONCE !== 0) continue;
    const now = Date.now();
    if (deadline !== undefined && now > deadline)
      throw new CommandError(50, 'MaxTimeMSExpired', 'operation exceeded time limit');
    if (now - since < AT_ONCE_MS) continue;
    yield PAUSE;
    since = Date.now();
  }
}

function* candidates(collection: Collection, plan: Plan): Generator<Value> {
  const intervals = plan.reverse ? plan.intervals.toReversed() : plan.intervals;
  const { index } = plan;
  for (const [start, end] of intervals) {
    if (plan.exact) {
      const doc = collection.document(start);
      if (doc) yield doc;
      continue;
    }
    for (const entry of scan(collection.tables, start, end, plan.reverse)) {
      if (!index) yield collection.opened(entry.key, entry.value);
      else {
        const doc = collection.indexed(index, entry.key, entry.value);
        if (!index.multikey || isFirst(plan, index, entry, doc)) yield doc;
      }
    }
  }
}

/** A document with several entries is given at the first of them that the plan meets. */
function isFirst(plan: Plan, index: NonNullable<Plan['index']>, { key, value }: Entry, doc: Value): boolean {
  const sign = plan.reverse ? -1 : 1;
  return index.pattern
    .keysOf(doc)
    .keys.map((own) => Buffer.concat([index.prefix, own, contentOf(value)]))
    .filter((own) =>
      plan.intervals.some(([start, end]) => Buffer.compare(own, start) >= 0 && Buffer.compare(own, end) < 0),
    )
    .every((own) => Buffer.compare(own, key) * sign >= 0);
}

/** Sorts in memory, keeping no more than are wanted. */
export function* sorted(
  docs: Iterable<Value | undefined>,
  sort: Sort,
  wanted: number,
): Generator<Value | undefined> {
  const pattern = new KeyPattern(sort);
  let kept: { readonly key: Buffer; readonly doc: Value }[] = [];
  let bytes = 0;
  const order = () => kept.sort((a, b) => Buffer.compare(a.key, b.key));
  for (const doc of docs) {
    if (!doc) {
      yield PAUSE;
      continue;
    }
    kept.push({ key: pattern.sortKey(doc), doc });
    bytes += doc.end - doc.start;
    if (wanted > 0 && kept.length >= 2 * wanted + 1_000) {
      kept = order().slice(0, wanted);
      bytes = kept.reduce((sum, own) => sum + own.doc.end - own.doc.start, 0);
    }
    if (bytes > SORT_BYTES_MAX)
      throw new CommandError(
        292,
        'QueryExceededMemoryLimitNoDiskUseAllowed',
        `Sort exceeded memory limit of ${SORT_BYTES_MAX} bytes, but did not opt in to external sorting.`,
      );
  }
  for (const { doc } of order()) yield doc;
}

/** All that match, at once: for writes, which must not see what they write. */
export function foundNow(collection: Collection | undefined, query: Query): Value[] {
  return [...find(collection, query)].filter((doc) => doc !== undefined);
}

/** `{ field: 1 or −1 }`, in order. */
export function sortOf(given: Value): Sort {
  if (!given.isObject) throw badValue('sort must be a document');
  const names = new Set<string>();
  return entries(given).map(([path, direction]) => {
    const number = direction.isNumber ? doubleOf(direction) : 0;
    if (number !== 1 && number !== -1)
      throw badValue('$sort key ordering must be 1 (for ascending) or -1 (for descending)');
    if (path.startsWith('$') || names.has(path)) throw badValue(`sort: the field '${path}' cannot be used`);
    names.add(path);
    return [path, number];
  });
}
