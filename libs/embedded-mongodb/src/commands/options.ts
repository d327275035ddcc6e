import { show } from '../bson/show.ts';
import { elements, entries, field, TYPE, type Value } from '../bson/value.ts';
import { EMPTY } from '../bson/write.ts';
import { sortOf } from '../query/find.ts';
import type { Sort } from '../query/plan.ts';
import { truthy } from '../query/tests.ts';
import { badValue, CommandError, failedToParse, notSupported, typeMismatch } from '../server/errors.ts';
import type { Command } from './command.ts';
import { COMMON_OPTIONS, type Row } from './row.ts';

const LEVELS = ['local', 'available', 'majority', 'linearizable', 'snapshot'];
const LEVEL = Buffer.from('level');
const W = Buffer.from('w');
const LOCALE = Buffer.from('locale');

/** Every option is known, or the command is refused: none is passed over. */
export function checkOptions(command: Command, { options, refused = [] }: Row): void {
  for (const name of command.names()) {
    if (name === command.name || options.includes(name)) continue;
    if ((COMMON_OPTIONS as readonly string[]).includes(name)) continue;
    const value = command.fields.get(name);
    if (refused.includes(name)) {
      if (value && !asksForNothing(name, value))
        throw notSupported(`the option '${name}' of ${command.name}`);
    } else
      throw new CommandError(
        40415,
        'Location40415',
        `BSON field '${command.name}.${name}' is an unknown field.`,
      );
  }
  const concern = command.document('readConcern');
  const level = concern && field(concern, LEVEL);
  if (level && !(level.type === TYPE.string && LEVELS.includes(level.text)))
    throw failedToParse(`readConcern.level '${show(level)}' is not known`);
}

/** A false flag, no filter, the plain collation: what the store does anyway. */
export function asksForNothing(name: string, value: Value): boolean {
  if (name === 'collation') return isSimple(value);
  if (value.isObject) return entries(value).length === 0;
  if (value.isArray) return elements(value).length === 0;
  return !truthy(value);
}

function isSimple(collation: Value): boolean {
  if (collation.isNull) return true;
  const locale = collation.isObject ? field(collation, LOCALE) : undefined;
  return locale?.type === TYPE.string && locale.text === 'simple';
}

/** One node can acknowledge for itself and for the majority, no more. */
export function writeConcernError(command: Command) {
  const concern = command.document('writeConcern');
  const w = concern && field(concern, W);
  if (!w || (w.type === TYPE.string && w.text === 'majority')) return undefined;
  if (w.isNumber && ['0', '1', '0.0', '1.0'].includes(show(w))) return undefined;
  if (!w.isNumber)
    return {
      code: 79,
      codeName: 'UnknownReplWriteConcern',
      errmsg: `No write concern mode named ${show(w)} found in replica set configuration`,
    };
  return {
    code: 100,
    codeName: 'UnsatisfiableWriteConcern',
    errmsg: 'Not enough data-bearing nodes',
  };
}

export function filterOf(command: Command, name: string): Value {
  return command.document(name) ?? EMPTY;
}

export function sortOption(command: Command, name: string): Sort {
  const value = command.document(name);
  return value ? sortOf(value) : [];
}

export function hintOf(value: Value | undefined): string | Sort | undefined {
  if (!value || value.isNull) return undefined;
  if (value.type === TYPE.string) return value.text;
  if (!value.isObject) throw failedToParse('hint must be a string or an object');
  const fields = entries(value);
  if (fields[0]?.[0] === '$natural') return '$natural';
  return fields.length === 0 ? undefined : sortOf(value);
}

export function deadlineOf(command: Command): number | undefined {
  const limit = command.count('maxTimeMS');
  if (limit !== undefined && limit > 0x7fff_ffff) throw badValue(`${limit} is out of range for maxTimeMS`);
  return limit ? Date.now() + limit : undefined;
}

/** A statement of a batch with the fields that it may have. */
export function statement(given: Value, where: string, known: readonly string[], refused: readonly string[]) {
  const fields = new Map(entries(given));
  for (const [name, value] of fields) {
    if (known.includes(name)) continue;
    if (!refused.includes(name))
      throw new CommandError(40415, 'Location40415', `BSON field '${where}.${name}' is an unknown field.`);
    if (!asksForNothing(name, value)) throw notSupported(`the field '${name}' of ${where}`);
  }
  const required = (name: string): Value => {
    const value = fields.get(name);
    if (!value)
      throw new CommandError(
        40414,
        'Location40414',
        `BSON field '${where}.${name}' is missing but a required field`,
      );
    return value;
  };
  const document = (name: string): Value => {
    const value = required(name);
    if (!value.isObject)
      throw typeMismatch(`BSON field '${where}.${name}' is the wrong type, expected type 'object'`);
    return value;
  };
  const flag = (name: string): boolean => {
    const value = fields.get(name);
    return value !== undefined && truthy(value);
  };
  return { fields, required, document, flag };
}
