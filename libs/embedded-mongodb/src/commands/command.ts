import { doubleOf, wholeOf } from '../bson/numbers.ts';
import { show } from '../bson/show.ts';
import { elements, TYPE, typeName, type Value } from '../bson/value.ts';
import type { Writable } from '../bson/write.ts';
import { truthy } from '../query/tests.ts';
import { CommandError, failedToParse, typeMismatch } from '../server/errors.ts';
import type { Message } from '../server/wire.ts';

export type Reply = { readonly [name: string]: Writable | undefined };

/** A command as it was sent, read field by field. Errors: MongoDB's, for a missing field and for a wrong type. */
export class Command {
  readonly name: string;
  readonly fields: ReadonlyMap<string, Value>;
  readonly #sequences: ReadonlyMap<string, readonly Value[]>;

  constructor({ fields, sequences }: Pick<Message, 'fields' | 'sequences'>) {
    this.fields = fields;
    this.#sequences = sequences;
    this.name = fields.keys().next().value ?? '';
  }

  *names(): Generator<string> {
    yield* this.fields.keys();
    yield* this.#sequences.keys();
  }

  get(name: string): Value | undefined {
    const value = this.fields.get(name);
    return value?.isNull ? undefined : value;
  }

  #wrong(name: string, value: Value, wanted: string): CommandError {
    return typeMismatch(
      `BSON field '${this.name}.${name}' is the wrong type '${typeName(value.type)}', expected type '${wanted}'`,
    );
  }

  #missing(name: string): CommandError {
    return new CommandError(
      40414,
      'Location40414',
      `BSON field '${this.name}.${name}' is missing but a required field`,
    );
  }

  text(name: string): string | undefined {
    const value = this.get(name);
    if (value && value.type !== TYPE.string) throw this.#wrong(name, value, 'string');
    return value?.text;
  }

  requiredText(name: string): string {
    const text = this.text(name);
    if (text === undefined) throw this.#missing(name);
    return text;
  }

  document(name: string): Value | undefined {
    const value = this.get(name);
    if (value && !value.isObject) throw this.#wrong(name, value, 'object');
    return value;
  }

  flag(name: string): boolean {
    const value = this.get(name);
    if (value && value.type !== TYPE.bool && !value.isNumber) throw this.#wrong(name, value, 'bool');
    return value !== undefined && truthy(value);
  }

  /** A whole number that is not negative. */
  count(name: string): number | undefined {
    const value = this.get(name);
    return value && countOf(value, `${this.name}.${name}`);
  }

  long(name: string): bigint {
    const value = this.get(name);
    if (!value) throw this.#missing(name);
    if (value.type !== TYPE.long && value.type !== TYPE.int) throw this.#wrong(name, value, 'long');
    return wholeOf(value) as bigint;
  }

  /** Documents of an array or of a section of the message. */
  documents(name: string): readonly Value[] {
    const beside = this.#sequences.get(name);
    if (beside) return beside;
    const value = this.get(name);
    if (!value) throw this.#missing(name);
    if (!value.isArray) throw this.#wrong(name, value, 'array');
    const list = elements(value);
    list.forEach((item, i) => {
      if (!item.isObject) throw this.#wrong(`${name}.${i}`, item, 'object');
    });
    return list;
  }

  values(name: string): readonly Value[] {
    const value = this.get(name);
    if (!value) throw this.#missing(name);
    if (!value.isArray) throw this.#wrong(name, value, 'array');
    return elements(value);
  }

  get database(): string {
    return this.requiredText('$db');
  }

  /** `<database>.<collection>`. */
  get namespace(): string {
    const value = this.fields.get(this.name);
    if (value?.type !== TYPE.string)
      throw new CommandError(
        73,
        'InvalidNamespace',
        `collection name has invalid type ${value ? typeName(value.type) : 'missing'}`,
      );
    return checkedNamespace(`${this.database}.${value.text}`);
  }
}

export function checkedNamespace(namespace: string): string {
  const dot = namespace.indexOf('.');
  const [database, collection] = [namespace.slice(0, dot), namespace.slice(dot + 1)];
  const valid =
    dot > 0 &&
    collection.length > 0 &&
    !/[\0 "$*/\\<>:|?]/.test(database) &&
    !/[\0$]/.test(collection) &&
    !collection.startsWith('.') &&
    Buffer.byteLength(namespace) <= 255;
  if (!valid) throw new CommandError(73, 'InvalidNamespace', `Invalid namespace specified '${namespace}'`);
  return namespace;
}

export function countOf(value: Value, where: string): number {
  if (!value.isNumber)
    throw typeMismatch(
      `BSON field '${where}' is the wrong type '${typeName(value.type)}', expected types '[long, int, decimal, double]'`,
    );
  const whole = wholeOf(value);
  if (whole === undefined) throw failedToParse(`${where}: ${show(value)} is no whole number`);
  if (whole < 0n)
    throw new CommandError(
      51024,
      'Location51024',
      `BSON field '${where.split('.').at(-1)}' value must be >= 0, actual value '${doubleOf(value)}'`,
    );
  return Number(whole);
}
