import { compare, encode } from '../bson/byte-order.ts';
import { Sum } from '../bson/numbers.ts';
import { elements, entries, field, firstName, TYPE, type Value } from '../bson/value.ts';
import { arrayOf, NULL, objectOf } from '../bson/write.ts';
import { CommandError } from '../server/errors.ts';
import { row } from '../server/table.ts';

/** Gives a value for a document; undefined where there is none. */
type Expression = (doc: Value) => Value | undefined;

/** Takes a value for each document and has a result at the end. */
interface Accumulator {
  add(value: Value | undefined): void;
  readonly value: Value;
}

class Extreme implements Accumulator {
  readonly #sign: 1 | -1;
  #best: Value | undefined;
  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }
  add(value: Value | undefined): void {
    if (!value || value.isNull) return;
    if (!this.#best || compare(value, this.#best) * this.#sign > 0) this.#best = value;
  }
  get value(): Value {
    return this.#best ?? NULL;
  }
}

class First implements Accumulator {
  #first: Value | undefined;
  #seen = false;
  add(value: Value | undefined): void {
    if (!this.#seen) this.#first = value;
    this.#seen = true;
  }
  get value(): Value {
    return this.#first ?? NULL;
  }
}

class Total implements Accumulator {
  readonly #sum = new Sum();
  add(value: Value | undefined): void {
    if (value) this.#sum.add(value);
  }
  get value(): Value {
    return this.#sum.value;
  }
}

/** Accumulators of `$group`. */
export const ACCUMULATORS: Readonly<Record<string, () => Accumulator>> = {
  $sum: () => new Total(),
  $min: () => new Extreme(-1),
  $max: () => new Extreme(1),
  $first: () => new First(),
};

export const GROUPS_BYTES_MAX = 100 * 1024 * 1024;

/** `$group` by an expression of fields and constants. Gives the groups in the order of their keys. */
export function groupingOf(spec: Value): (docs: Iterable<Value | undefined>) => Generator<Value | undefined> {
  if (!spec.isObject)
    throw new CommandError(15947, 'Location15947', "a group's fields must be specified in an object");
  const fields = entries(spec);
  const by = fields.find(([name]) => name === '_id');
  if (!by) throw new CommandError(15955, 'Location15955', 'a group specification must include an _id');
  const keyOf = expressionOf(by[1]);
  const accumulators = fields
    .filter(([name]) => name !== '_id')
    .map(([name, given]) => accumulatorOf(name, given));
  return (docs) => grouped(docs, keyOf, accumulators);
}

interface Field {
  readonly name: string;
  readonly make: () => Accumulator;
  readonly operand: Expression;
}

function accumulatorOf(name: string, given: Value): Field {
  if (!given.isObject)
    throw new CommandError(40234, 'Location40234', `The field '${name}' must be an accumulator object`);
  const [first, ...more] = entries(given);
  if (!first || more.length > 0)
    throw new CommandError(40238, 'Location40238', `The field '${name}' must specify one accumulator`);
  const make = row(ACCUMULATORS, first[0]);
  if (!make) throw new CommandError(15952, 'Location15952', `unknown group operator '${first[0]}'`);
  return { name, make, operand: expressionOf(first[1]) };
}

function* grouped(
  docs: Iterable<Value | undefined>,
  keyOf: Expression,
  fields: readonly Field[],
): Generator<Value | undefined> {
  const groups = new Map<string, { readonly key: Value; readonly made: readonly Accumulator[] }>();
  let bytes = 0;
  for (const doc of docs) {
    if (!doc) {
      yield undefined;
      continue;
    }
    const key = keyOf(doc) ?? NULL;
    const text = encode(key).toString('latin1');
    let group = groups.get(text);
    if (!group) {
      group = { key, made: fields.map(({ make }) => make()) };
      groups.set(text, group);
      bytes += text.length + 200 * (fields.length + 1);
      if (bytes > GROUPS_BYTES_MAX)
        throw new CommandError(
          292,
          'QueryExceededMemoryLimitNoDiskUseAllowed',
          'Exceeded memory limit for $group, but did not opt in to external sorting.',
        );
    }
    for (const [i, { operand }] of fields.entries()) group.made[i]?.add(operand(doc));
  }
  for (const { key, made } of groups.values())
    yield objectOf([
      ['_id', key],
      ...fields.map(({ name }, i) => [name, (made[i] as Accumulator).value] as const),
    ]);
}

/** A field's path, a constant, or a document of these. */
function expressionOf(given: Value): Expression {
  if (given.type === TYPE.string && given.text.startsWith('$')) {
    if (given.text.startsWith('$$'))
      throw new CommandError(17276, 'Location17276', `Use of undefined variable: ${given.text.slice(2)}`);
    const parts = given.text
      .slice(1)
      .split('.')
      .map((part) => Buffer.from(part));
    return (doc) => along(doc, parts, 0);
  }
  if (given.isArray) {
    const items = elements(given).map(expressionOf);
    return (doc) => arrayOf(items.map((item) => item(doc) ?? NULL));
  }
  if (!given.isObject) return () => given;
  const name = firstName(given);
  if (name?.startsWith('$'))
    throw new CommandError(168, 'InvalidPipelineOperator', `Unrecognized expression '${name}'`);
  const fields = entries(given).map(([own, value]) => [own, expressionOf(value)] as const);
  return (doc) =>
    objectOf(
      fields.flatMap(([own, expression]) => {
        const value = expression(doc);
        return value ? [[own, value] as const] : [];
      }),
    );
}

/** A path in an expression: through an array it gives an array. */
function along(value: Value | undefined, parts: readonly Buffer[], at: number): Value | undefined {
  if (value === undefined || at === parts.length) return value;
  if (value.isObject) return along(field(value, parts[at] as Buffer), parts, at + 1);
  if (!value.isArray) return undefined;
  return arrayOf(
    elements(value)
      .map((item) => (item.isObject || item.isArray ? along(item, parts, at) : undefined))
      .filter((item) => item !== undefined),
  );
}
