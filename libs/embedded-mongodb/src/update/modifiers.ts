import { compare } from '../bson/byte-order.ts';
import { computed, doubleOf, wholeOf } from '../bson/numbers.ts';
import { show } from '../bson/show.ts';
import { elements, entries, Fields, firstName, TYPE, typeName, Value } from '../bson/value.ts';
import { arrayOf, bsonOf, Writer } from '../bson/write.ts';
import { matcherOf } from '../query/matcher.ts';
import { condition, equality } from '../query/tests.ts';
import { badValue, failedToParse, typeMismatch } from '../server/errors.ts';

/** Where a modifier is at work, for its messages. */
export interface Place {
  readonly path: string;
  /** The document's `_id` as messages show it. */
  readonly id: string;
}

/** From what is there to what shall be there; undefined: nothing. `existing` undefined: nothing is there. */
export type Apply = (existing: Value | undefined, place: Place) => Value | undefined;

interface Modifier {
  /** Whether a path that is not there is made. */
  readonly creates: boolean;
  readonly onlyInserting?: boolean;
  /** Reads the operand once; what cannot be applied to any document is refused here. */
  parse(operand: Value, path: string): Apply;
}

/** Update operators of the closed subset; `$rename` is two paths and stands apart. */
export const MODIFIERS: Readonly<Record<string, Modifier>> = {
  $set: { creates: true, parse: (operand) => () => operand },
  $setOnInsert: { creates: true, onlyInserting: true, parse: (operand) => () => operand },
  $unset: { creates: false, parse: () => () => undefined },
  $inc: { creates: true, parse: (operand, path) => arithmetic('$inc', operand, path) },
  $mul: { creates: true, parse: (operand, path) => arithmetic('$mul', operand, path) },
  $min: {
    creates: true,
    parse: (operand) => (existing) => (existing && compare(operand, existing) >= 0 ? existing : operand),
  },
  $max: {
    creates: true,
    parse: (operand) => (existing) => (existing && compare(operand, existing) <= 0 ? existing : operand),
  },
  $currentDate: { creates: true, parse: (operand) => currentDate(operand) },
  $push: { creates: true, parse: (operand) => push(operand) },
  $addToSet: { creates: true, parse: (operand) => addToSet(operand) },
  $pop: { creates: false, parse: (operand) => pop(operand) },
  $pull: { creates: false, parse: (operand) => pull(operand) },
};

function arithmetic(operator: '$inc' | '$mul', operand: Value, path: string): Apply {
  if (!operand.isNumber)
    throw typeMismatch(
      `Cannot ${operator === '$inc' ? 'increment' : 'multiply'} with non-numeric argument: {${path}: ${show(operand)}}`,
    );
  return (existing, { id }) => {
    const base = existing ?? bsonOf(0);
    if (!base.isNumber)
      throw typeMismatch(
        `Cannot apply ${operator} to a value of non-numeric type. {_id: ${id}} has the field '${path.split('.').at(-1)}' of non-numeric type ${typeName(base.type)}`,
      );
    const result = existing || operator === '$mul' ? computed(operator, base, operand) : operand;
    if (result === undefined)
      throw badValue(
        `Failed to apply ${operator} operations to current value ((${typeName(base.type)})${show(base)}) for document {_id: ${id}}`,
      );
    return result;
  };
}

function currentDate(operand: Value): Apply {
  const type = operand.isObject ? entries(operand) : [];
  const [name, wanted] = type[0] ?? [];
  if (operand.isObject && (type.length !== 1 || name !== '$type'))
    throw badValue(
      "The only valid field of the option is '$type': {$currentDate: {field : {$type: 'date/timestamp'}}}",
    );
  if (!operand.isObject && operand.type !== TYPE.bool)
    throw badValue(
      `${typeName(operand.type)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    );
  const kind = wanted === undefined ? 'date' : wanted.type === TYPE.string ? wanted.text : '';
  if (kind === 'date') return () => bsonOf(new Date());
  if (kind === 'timestamp') return () => timestampNow();
  throw badValue(
    "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
  );
}

let ordinal = 0;

function timestampNow(): Value {
  const bytes = Buffer.alloc(8);
  ordinal = (ordinal + 1) >>> 0;
  bytes.writeUInt32LE(ordinal, 0);
  bytes.writeUInt32LE(Math.floor(Date.now() / 1000), 4);
  return new Value(TYPE.timestamp, bytes, 0, 8);
}

function eachOf(
  operand: Value,
  operator: string,
  clauses: readonly string[],
): Map<string, Value> | undefined {
  if (!operand.isObject) return undefined;
  const given = new Map(entries(operand));
  const each = given.get('$each');
  if (!each) return undefined;
  if (!each.isArray)
    throw badValue(
      `The argument to $each in ${operator} must be an array but it was of type: ${typeName(each.type)}`,
    );
  for (const name of given.keys()) {
    if (clauses.includes(name)) continue;
    if (operator === '$push' && (name === '$sort' || name === '$position'))
      throw badValue(`the clause ${name} of $push is not supported by the embedded store`);
    throw badValue(`Unrecognized clause in ${operator}: ${name}`);
  }
  return given;
}

function push(operand: Value): Apply {
  const clauses = eachOf(operand, '$push', ['$each', '$slice']);
  const items = clauses ? elements(clauses.get('$each') as Value) : [operand];
  const given = clauses?.get('$slice');
  const slice = given?.isNumber ? wholeOf(given) : undefined;
  if (given && slice === undefined)
    throw badValue(
      `The value for $slice must be an integer value but was given type: ${typeName(given.type)}`,
    );
  return (existing, { path, id }) => {
    if (existing && !existing.isArray)
      throw badValue(
        `The field '${path}' must be an array but is of type ${typeName(existing.type)} in document {_id: ${id}}`,
      );
    const whole = appended(existing, items);
    return slice === undefined ? whole : sliced(whole, Number(slice));
  };
}

/** Appends without taking the array apart: only the numbers of the new elements have to be known. */
function appended(existing: Value | undefined, items: readonly Value[]): Value {
  if (existing && items.length === 0) return existing;
  const writer = new Writer(
    items.reduce(
      (size, item) => size + item.end - item.start + 16,
      existing ? existing.end - existing.start : 64,
    ),
  );
  let count = 0;
  if (existing) {
    const fields = new Fields(existing);
    while (fields.next()) count++;
    writer.copy(existing.bytes, existing.start, existing.end - 1);
  } else writer.begin();
  for (const item of items) writer.value(String(count++), item);
  writer.end(0);
  return new Value(TYPE.array, writer.bytes, 0, writer.at);
}

function sliced(array: Value, count: number): Value {
  const list = elements(array);
  if (list.length <= Math.abs(count)) return array;
  return arrayOf(count < 0 ? list.slice(count) : list.slice(0, count));
}

function addToSet(operand: Value): Apply {
  const clauses = eachOf(operand, '$addToSet', ['$each']);
  const items = clauses ? elements(clauses.get('$each') as Value) : [operand];
  return (existing, { path }) => {
    if (existing && !existing.isArray)
      throw badValue(
        `Cannot apply $addToSet to non-array field. Field named '${path.split('.').at(-1)}' has non-array type ${typeName(existing.type)}`,
      );
    const known = existing ? elements(existing) : [];
    const fresh: Value[] = [];
    for (const item of items)
      if (![...known, ...fresh].some((own) => compare(own, item) === 0)) fresh.push(item);
    return appended(existing, fresh);
  };
}

function pop(operand: Value): Apply {
  const end = operand.isNumber ? doubleOf(operand) : 0;
  if (end !== 1 && end !== -1) throw failedToParse(`$pop expects 1 or -1, found: ${show(operand)}`);
  return (existing, { path }) => {
    if (existing === undefined) return undefined;
    if (!existing.isArray)
      throw typeMismatch(`Path '${path}' contains an element of non-array type '${typeName(existing.type)}'`);
    const list = elements(existing);
    return arrayOf(end === 1 ? list.slice(0, -1) : list.slice(1));
  };
}

function pull(operand: Value): Apply {
  const matches = pulled(operand);
  return (existing) => {
    if (existing === undefined) return undefined;
    if (!existing.isArray) throw badValue('Cannot apply $pull to a non-array value');
    const list = elements(existing);
    const kept = list.filter((item) => !matches(item));
    return kept.length === list.length ? existing : arrayOf(kept);
  };
}

/** Which elements go: by operators, by a filter on documents, or by equality. */
function pulled(operand: Value): (item: Value) => boolean {
  if (operand.isObject && !firstName(operand)?.startsWith('$')) {
    const matches = matcherOf(operand);
    return (item) => item.isObject && matches(item);
  }
  if (!operand.isObject && operand.type !== TYPE.regex) return (item) => compare(item, operand) === 0;
  if (operand.type === TYPE.regex) return equality(operand);
  const checks = condition(operand, true, matcherOf);
  return (item) => checks.every((check) => check((test) => test(item)));
}
