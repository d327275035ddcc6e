import { elements, entries, Fields, firstName, typeName, type Value } from '../bson/value.ts';
import { badValue } from '../server/errors.ts';
import { row } from '../server/table.ts';
import { leadsTo, pathOf } from './paths.ts';
import { type Check, condition } from './tests.ts';

/** Filters of the closed subset. What is outside it is refused by name. */
export type Predicate = (doc: Value) => boolean;

type Logic = (parts: readonly Predicate[]) => Predicate;

/** Operators that join whole filters. */
export const LOGIC: Readonly<Record<string, Logic>> = {
  $and: (parts) => (doc) => parts.every((part) => part(doc)),
  $or: (parts) => (doc) => parts.some((part) => part(doc)),
  $nor: (parts) => (doc) => !parts.some((part) => part(doc)),
};

/** Operators of MongoDB that stand for a whole filter and are outside the subset. */
const UNSUPPORTED = ['$expr', '$jsonSchema', '$text', '$where', '$sampleRate', '$alwaysTrue', '$alwaysFalse'];

export function matcherOf(filter: Value): Predicate {
  const parts: Predicate[] = [];
  const fields = new Fields(filter);
  while (fields.next()) {
    const part = clause(fields.name, fields.value);
    if (part) parts.push(part);
  }
  const [first, second] = parts;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  return (doc) => {
    for (const part of parts) if (!part(doc)) return false;
    return true;
  };
}

function clause(name: string, operand: Value): Predicate | undefined {
  if (name === '$comment') return undefined;
  if (name.startsWith('$')) return logic(name, operand);
  const path = pathOf(name);
  const checks = condition(operand, true, matcherOf);
  return (doc) => passes(checks, (test) => leadsTo(doc, path, 0, test));
}

function passes(checks: readonly Check[], reach: Parameters<Check>[0]): boolean {
  for (const check of checks) if (!check(reach)) return false;
  return true;
}

function logic(name: string, operand: Value): Predicate {
  const join = row(LOGIC, name);
  if (!join) {
    if (UNSUPPORTED.includes(name))
      throw badValue(`the operator ${name} is not supported by the embedded store`);
    throw badValue(
      `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
    );
  }
  if (!operand.isArray) throw badValue(`${name} must be an array`);
  const list = elements(operand);
  if (list.length === 0) throw badValue('$and/$or/$nor must be a nonempty array');
  for (const item of list)
    if (!item.isObject) throw badValue('$or/$and/$nor entries need to be full objects');
  return join(list.map(matcherOf));
}

/** Fields that a filter fixes to one value each, through `$and` and an `$or` of one: what an upsert takes over. */
export function equalitiesOf(filter: Value): [string, Value][] {
  return entries(filter).flatMap(([name, operand]): [string, Value][] => {
    if (name === '$and') return elements(operand).flatMap(equalitiesOf);
    if (name === '$or') {
      const list = elements(operand);
      return list.length === 1 ? equalitiesOf(list[0] as Value) : [];
    }
    if (name.startsWith('$')) return [];
    if (!isOperators(operand)) return typeName(operand.type) === 'regex' ? [] : [[name, operand]];
    return entries(operand).flatMap(([operator, own]): [string, Value][] => {
      if (operator === '$eq') return [[name, own]];
      const list = operator === '$in' || operator === '$all' ? elements(own) : [];
      return list.length === 1 && !isOperators(list[0] as Value) ? [[name, list[0] as Value]] : [];
    });
  });
}

/** A document of operators, as its first field tells. */
export function isOperators(value: Value): boolean {
  return value.isObject && (firstName(value)?.startsWith('$') ?? false);
}
