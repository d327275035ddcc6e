import { Binary, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import type { Doc } from './random-values.ts';
import { isNumber, slowClass, slowCompare } from './slow-order.ts';

/** Filters once more, slow and obvious: lists of everything that a path leads to, over decoded documents. */
const MISSING = Symbol('missing');

export function isPlain(value: unknown): value is Doc {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !('_bsontype' in value)
  );
}

function reach(value: unknown, parts: readonly string[]): unknown[] {
  const [head, ...rest] = parts;
  if (head === undefined) return [value];
  if (Array.isArray(value)) {
    const named = /^\d+$/.test(head) && Number(head) < value.length ? [value[Number(head)]] : [];
    return [
      ...named.flatMap((item) =>
        rest.length === 0 || isPlain(item) || Array.isArray(item) ? reach(item, rest) : [],
      ),
      ...value.flatMap((item) => (isPlain(item) ? reach(item, parts) : [])),
    ];
  }
  if (isPlain(value) && Object.hasOwn(value, head)) return reach(value[head], rest);
  return [MISSING];
}

function spread(values: readonly unknown[]): unknown[] {
  return values.flatMap((value) => (Array.isArray(value) ? [value, ...value] : [value]));
}

function isNaNValue(value: unknown): boolean {
  return isNumber(value) && String(value instanceof Double ? value.value : value) === 'NaN';
}

function equal(value: unknown, operand: unknown): boolean {
  if (operand === null) return value === null || value === MISSING;
  return value !== MISSING && slowClass(value) === slowClass(operand) && slowCompare(value, operand) === 0;
}

function inOrder(value: unknown, operand: unknown, wanted: (order: number) => boolean): boolean {
  if (operand === null) return wanted(0) && (value === null || value === MISSING);
  if (value === MISSING || slowClass(value) !== slowClass(operand)) return false;
  if (isNaNValue(value) || isNaNValue(operand)) return isNaNValue(value) && isNaNValue(operand) && wanted(0);
  return wanted(slowCompare(value, operand));
}

const TYPES: readonly (readonly [string, (value: unknown) => boolean])[] = [
  ['int', (value) => value instanceof Int32],
  ['long', (value) => value instanceof Long && !(value instanceof Timestamp)],
  ['double', (value) => value instanceof Double],
  ['decimal', (value) => value instanceof Decimal128],
  ['number', isNumber],
  ['string', (value) => typeof value === 'string'],
  ['array', (value) => Array.isArray(value)],
  ['object', isPlain],
  ['null', (value) => value === null],
  ['bool', (value) => typeof value === 'boolean'],
  ['binData', (value) => value instanceof Binary],
  ['objectId', (value) => value instanceof ObjectId],
];

function operator(name: string, operand: unknown, values: readonly unknown[], spreading: boolean): boolean {
  const all = spreading ? spread(values) : values;
  const list = operand as unknown[];
  switch (name) {
    case '$eq':
      return all.some((value) => equal(value, operand));
    case '$ne':
      return !all.some((value) => equal(value, operand));
    case '$gt':
      return all.some((value) => inOrder(value, operand, (order) => order > 0));
    case '$gte':
      return all.some((value) => inOrder(value, operand, (order) => order >= 0));
    case '$lt':
      return all.some((value) => inOrder(value, operand, (order) => order < 0));
    case '$lte':
      return all.some((value) => inOrder(value, operand, (order) => order <= 0));
    case '$in':
      return all.some((value) => list.some((item) => equal(value, item)));
    case '$nin':
      return !all.some((value) => list.some((item) => equal(value, item)));
    case '$exists':
      return values.some((value) => value !== MISSING) === operand;
    case '$size':
      return values.some((value) => Array.isArray(value) && value.length === operand);
    case '$all':
      return list.length > 0 && list.every((item) => all.some((value) => equal(value, item)));
    case '$type':
      return all.some(
        (value) => value !== MISSING && TYPES.some(([type, is]) => type === operand && is(value)),
      );
    case '$not':
      return !operators(operand as Doc, values, spreading);
    case '$elemMatch':
      return values.some(
        (value) => Array.isArray(value) && value.some((item) => element(item, operand as Doc)),
      );
    default:
      throw new Error(name);
  }
}

function element(item: unknown, operand: Doc): boolean {
  const [first] = Object.keys(operand);
  if (first?.startsWith('$')) return operators(operand, [item], false);
  if (isPlain(item)) return slowMatches(item, operand);
  return Array.isArray(item) && slowMatches(Object.fromEntries(item.entries()), operand);
}

function operators(condition: Doc, values: readonly unknown[], spreading: boolean): boolean {
  return Object.entries(condition).every(([name, operand]) => operator(name, operand, values, spreading));
}

export function slowMatches(doc: Doc, filter: Doc): boolean {
  return Object.entries(filter).every(([name, condition]) => {
    if (name === '$and') return (condition as Doc[]).every((part) => slowMatches(doc, part));
    if (name === '$or') return (condition as Doc[]).some((part) => slowMatches(doc, part));
    if (name === '$nor') return !(condition as Doc[]).some((part) => slowMatches(doc, part));
    const values = reach(doc, name.split('.'));
    const [first] = isPlain(condition) ? Object.keys(condition) : [];
    if (first?.startsWith('$')) return operators(condition as Doc, values, true);
    return operator('$eq', condition, values, true);
  });
}
