import { compareValues, encode } from './byte-order.ts';
import { badValue } from './errors.ts';
import { matcherOf } from './matcher.ts';
import { type Doc, getPath, isDoc, reach, setPath } from './paths.ts';
import type { DocumentStore, IdBounds } from './store.ts';

type Collection = NonNullable<ReturnType<DocumentStore['collection']>>;

export interface Query {
  readonly filter: Doc;
  readonly sort?: Doc;
  readonly skip?: number;
  readonly limit?: number;
}

/** Documents that match, in the asked order. By `_id` where that decides, else by an index with equal values, else all. */
export function* find(
  store: DocumentStore,
  collection: Collection,
  { filter, sort = {}, skip = 0, limit = 0 }: Query,
): Generator<Doc> {
  const fields = Object.entries(sort);
  const byId = fields.length === 0 || (fields[0]?.[0] === '_id' && true);
  const reverse = fields[0]?.[0] === '_id' && Number(fields[0][1]) < 0;
  const matches = matcherOf(filter);
  let passed = 0;
  let given = 0;
  const candidates = plan(store, collection, filter, reverse, byId);
  const ordered =
    byId && candidates.inOrder
      ? matching(candidates.docs, matches)
      : sorted([...matching(candidates.docs, matches)], fields.length === 0 ? [['_id', 1]] : fields);
  for (const doc of ordered) {
    if (passed++ < skip) continue;
    yield doc;
    if (limit > 0 && ++given >= limit) return;
  }
}

function* matching(docs: Iterable<Doc>, matches: (doc: Doc) => boolean): Generator<Doc> {
  for (const doc of docs) if (matches(doc)) yield doc;
}

function sorted(docs: Doc[], fields: readonly (readonly [string, unknown])[]): Doc[] {
  const keyed = docs.map((doc) => ({
    doc,
    keys: fields.map(([field, direction]) => sortKey(doc, field, Number(direction))),
  }));
  keyed.sort((a, b) => {
    for (const [i, [, direction]] of fields.entries()) {
      const order = Buffer.compare(a.keys[i] as Buffer, b.keys[i] as Buffer) * Number(direction);
      if (order !== 0) return order;
    }
    return 0;
  });
  return keyed.map(({ doc }) => doc);
}

/** An array sorts by its least element ascending, by its greatest descending. */
function sortKey(doc: Doc, field: string, direction: number): Buffer {
  if (direction !== 1 && direction !== -1)
    throw badValue('$sort key ordering must be 1 (for ascending) or -1 (for descending)');
  const values = reach(doc, field.split('.')).flatMap((value) =>
    Array.isArray(value) && value.length > 0 ? value : [value],
  );
  const keys = (values.length === 0 ? [null] : values).map((value) => encode(value)).sort(Buffer.compare);
  return (direction === 1 ? keys[0] : keys.at(-1)) as Buffer;
}

interface Plan {
  readonly docs: Iterable<Doc>;
  /** The documents come in the order of `_id` (or its reverse). */
  readonly inOrder: boolean;
}

function plan(
  store: DocumentStore,
  collection: Collection,
  filter: Doc,
  reverse: boolean,
  byId: boolean,
): Plan {
  const condition = filter['_id'];
  if (condition !== undefined) {
    const ids = idsOf(condition);
    if (ids) {
      const order = ids.toSorted((a, b) => compareValues(a, b) * (reverse ? -1 : 1));
      const unique = order.filter((id, i) => i === 0 || compareValues(id, order[i - 1]) !== 0);
      return {
        inOrder: true,
        docs: unique.flatMap((id): Doc[] => {
          const doc = store.get(collection, id);
          return doc ? [doc] : [];
        }),
      };
    }
    const bounds = boundsOf(condition);
    if (bounds) return { inOrder: true, docs: docsOf(store.scan(collection, bounds, reverse)) };
  }
  const index = byId && condition !== undefined ? undefined : indexFor(collection, filter);
  if (index) return { inOrder: false, docs: docsOf(store.byIndex(collection, index.name, index.values)) };
  return { inOrder: true, docs: docsOf(store.scan(collection, undefined, reverse)) };
}

function* docsOf(found: Iterable<{ doc: Doc }>): Generator<Doc> {
  for (const { doc } of found) yield doc;
}

function idsOf(condition: unknown): readonly unknown[] | undefined {
  if (!isDoc(condition)) return condition instanceof RegExp ? undefined : [condition];
  if (!Object.keys(condition).some((key) => key.startsWith('$'))) return [condition];
  if ('$eq' in condition) return [condition['$eq']];
  return Array.isArray(condition['$in']) ? condition['$in'] : undefined;
}

function boundsOf(condition: unknown): IdBounds | undefined {
  if (!isDoc(condition)) return undefined;
  const low = condition['$gte'] ?? condition['$gt'];
  const high = condition['$lte'] ?? condition['$lt'];
  if (low === undefined && high === undefined) return undefined;
  // Ranges stay within one class of values: the other end is that of the class.
  const tag = encode(low ?? high)[0] as number;
  return {
    low: low === undefined ? Buffer.from([tag]) : encode(low),
    excludeLow: low !== undefined && condition['$gte'] === undefined,
    high: high === undefined ? Buffer.from([tag + 1]) : encode(high),
    includeHigh: high !== undefined && condition['$lte'] !== undefined,
  };
}

function indexFor(collection: Collection, filter: Doc): { name: string; values: unknown[] } | undefined {
  let best: { name: string; values: unknown[] } | undefined;
  for (const { name, key } of collection.indexes) {
    const values: unknown[] = [];
    for (const field of Object.keys(key)) {
      const condition = filter[field];
      const equal = isDoc(condition) && '$eq' in condition ? condition['$eq'] : condition;
      const plain =
        equal !== undefined &&
        equal !== null &&
        !(equal instanceof RegExp) &&
        !Array.isArray(equal) &&
        !(isDoc(equal) && Object.keys(equal).some((own) => own.startsWith('$')));
      if (!plain) break;
      values.push(equal);
    }
    if (values.length > 0 && (!best || values.length > best.values.length)) best = { name, values };
  }
  return best;
}

/** Inclusion or exclusion of fields; `_id` is included unless it is excluded by name. */
export function projected(doc: Doc, projection: Doc | undefined): Doc {
  if (!projection || Object.keys(projection).length === 0) return doc;
  const fields = Object.entries(projection).map(([field, value]) => {
    if (isDoc(value)) throw badValue(`projection of ${field}: only fields can be included or excluded`);
    return [field, Number(value) !== 0] as const;
  });
  const including = fields.some(([field, wanted]) => wanted && field !== '_id');
  if (including || (fields.length === 1 && fields[0]?.[0] === '_id' && fields[0][1])) {
    const out: Doc = {};
    if (!fields.some(([field, wanted]) => field === '_id' && !wanted) && doc['_id'] !== undefined)
      out['_id'] = doc['_id'];
    for (const [field, wanted] of fields) {
      const value = getPath(doc, field);
      if (wanted && value !== undefined) setPath(out, field, value);
    }
    return out;
  }
  const excluded = new Set(fields.filter(([, wanted]) => !wanted).map(([field]) => field));
  for (const field of excluded)
    if (field.includes('.'))
      throw badValue(`projection: excluding the nested field ${field} is not supported`);
  return Object.fromEntries(Object.entries(doc).filter(([field]) => !excluded.has(field)));
}
