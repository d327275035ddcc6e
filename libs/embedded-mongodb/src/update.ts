import { Double, Int32, Long } from 'bson';
import { compareValues, isNumber, numberOf } from './byte-order.ts';
import { badValue, CommandError, failedToParse, typeMismatch } from './errors.ts';
import { matcherOf } from './matcher.ts';
import { type Doc, getPath, isDoc, setPath, unsetPath } from './paths.ts';

/** Updates: replacement, or operators. `inserting`: $setOnInsert takes effect. The document given is changed. */
export function applyUpdate(doc: Doc, update: Doc, inserting: boolean): Doc {
  const keys = Object.keys(update);
  if (!keys.some((key) => key.startsWith('$'))) {
    const { _id: own, ...rest } = update;
    const id = doc['_id'] ?? own;
    if (own !== undefined && doc['_id'] !== undefined && compareValues(own, doc['_id']) !== 0)
      throw immutableId();
    return id === undefined ? rest : { _id: id, ...rest };
  }
  const before = doc['_id'];
  for (const [operator, fields] of Object.entries(update)) {
    const apply = OPERATORS[operator];
    if (!apply)
      throw failedToParse(
        `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );
    if (!isDoc(fields))
      throw failedToParse(
        `Modifiers operate on fields but we found type ${typeof fields} instead for ${operator}`,
      );
    if (operator === '$setOnInsert' && !inserting) continue;
    for (const [path, operand] of Object.entries(fields)) apply(doc, path, operand);
  }
  if (before !== undefined && (doc['_id'] === undefined || compareValues(before, doc['_id']) !== 0))
    throw immutableId();
  return doc;
}

function immutableId(): CommandError {
  return new CommandError(
    66,
    'ImmutableField',
    "Performing an update on the path '_id' would modify the immutable field '_id'",
  );
}

type Apply = (doc: Doc, path: string, operand: unknown) => void;

const OPERATORS: Readonly<Record<string, Apply>> = {
  $set: setPath,
  $setOnInsert: setPath,
  $unset: (doc, path) => unsetPath(doc, path),
  $inc: (doc, path, operand) =>
    setPath(doc, path, computed(getPath(doc, path) ?? new Int32(0), operand, path, '$inc')),
  $mul: (doc, path, operand) =>
    setPath(doc, path, computed(getPath(doc, path) ?? new Int32(0), operand, path, '$mul')),
  $min: (doc, path, operand) => keepWhere(doc, path, operand, (order) => order < 0),
  $max: (doc, path, operand) => keepWhere(doc, path, operand, (order) => order > 0),
  $rename: (doc, path, operand) => {
    const value = getPath(doc, path);
    if (value === undefined) return;
    unsetPath(doc, path);
    setPath(doc, String(operand), value);
  },
  $currentDate: (doc, path) => setPath(doc, path, new Date()),
  $push: (doc, path, operand) => push(doc, path, operand),
  $addToSet: (doc, path, operand) => {
    const list = listAt(doc, path, '$addToSet');
    for (const item of eachOf(operand))
      if (!list.some((known) => compareValues(known, item) === 0)) list.push(item);
    setPath(doc, path, list);
  },
  $pop: (doc, path, operand) => {
    const list = listAt(doc, path, '$pop');
    if (Number(numberOf(operand)) < 0) list.shift();
    else list.pop();
    setPath(doc, path, list);
  },
  $pull: (doc, path, operand) => {
    const list = getPath(doc, path);
    if (list === undefined) return;
    if (!Array.isArray(list)) throw badValue('Cannot apply $pull to a non-array value');
    const matches = isDoc(operand)
      ? (item: unknown) =>
          hasOperators(operand)
            ? matcherOf({ v: operand })({ v: item })
            : isDoc(item) && matcherOf(operand)(item)
      : (item: unknown) => compareValues(item, operand) === 0;
    setPath(
      doc,
      path,
      list.filter((item) => !matches(item)),
    );
  },
};

function hasOperators(value: Doc): boolean {
  return Object.keys(value).some((key) => key.startsWith('$'));
}

function keepWhere(doc: Doc, path: string, operand: unknown, replaces: (order: number) => boolean): void {
  const value = getPath(doc, path);
  if (value === undefined || replaces(compareValues(operand, value))) setPath(doc, path, operand);
}

function listAt(doc: Doc, path: string, operator: string): unknown[] {
  const value = getPath(doc, path);
  if (value === undefined) return [];
  if (!Array.isArray(value))
    throw badValue(
      `The field '${path}' must be an array but is of type ${typeof value}; ${operator} cannot be applied`,
    );
  return value;
}

function eachOf(operand: unknown): readonly unknown[] {
  return isDoc(operand) && Array.isArray(operand['$each']) ? operand['$each'] : [operand];
}

function push(doc: Doc, path: string, operand: unknown): void {
  const list = listAt(doc, path, '$push');
  list.push(...eachOf(operand));
  const modifiers = isDoc(operand) ? Object.keys(operand).filter((key) => key.startsWith('$')) : [];
  for (const modifier of modifiers)
    if (modifier !== '$each' && modifier !== '$slice')
      throw badValue(`Unrecognized clause in $push: ${modifier}`);
  const slice = isDoc(operand) ? operand['$slice'] : undefined;
  if (slice === undefined) {
    setPath(doc, path, list);
    return;
  }
  const count = Number(numberOf(slice));
  setPath(doc, path, count < 0 ? list.slice(count) : list.slice(0, count));
}

/** Sum or product in the wider of the two types; 64-bit integers stay exact, and an overflow is an error. */
function computed(a: unknown, b: unknown, path: string, operator: '$inc' | '$mul'): unknown {
  if (!isNumber(b))
    throw typeMismatch(
      `Cannot ${operator === '$inc' ? 'increment' : 'multiply'} with non-numeric argument: {${path}}`,
    );
  if (!isNumber(a)) throw typeMismatch(`Cannot apply ${operator} to a value of non-numeric type at ${path}`);
  const [x, y] = [numberOf(a), numberOf(b)];
  const double =
    a instanceof Double ||
    b instanceof Double ||
    !Number.isInteger(Number(x)) ||
    !Number.isInteger(Number(y));
  if (double) return new Double(operator === '$inc' ? Number(x) + Number(y) : Number(x) * Number(y));
  const result = operator === '$inc' ? BigInt(x) + BigInt(y) : BigInt(x) * BigInt(y);
  if (result !== BigInt.asIntN(64, result))
    throw badValue(`Failed to apply ${operator}: the result exceeds 64 bits`);
  const wide = Long.isLong(a) || Long.isLong(b) || result !== BigInt.asIntN(32, result);
  return wide ? Long.fromBigInt(result) : new Int32(Number(result));
}
