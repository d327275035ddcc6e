import { classOf, compareValues } from './byte-order.ts';
import { badValue } from './errors.ts';
import { type Doc, isDoc, reach } from './paths.ts';

/** Filters: equality, comparison, membership, existence, logic. Anything else is refused by name. */
export type Predicate = (doc: Doc) => boolean;

export function matcherOf(filter: Doc): Predicate {
  const parts = Object.entries(filter).map(([field, condition]) => clause(field, condition));
  return (doc) => parts.every((part) => part(doc));
}

function clause(field: string, condition: unknown): Predicate {
  if (field === '$and' || field === '$or' || field === '$nor') {
    if (!Array.isArray(condition) || condition.length === 0)
      throw badValue(`${field} must be a nonempty array`);
    const parts = condition.map((part) => matcherOf(part as Doc));
    if (field === '$and') return (doc) => parts.every((part) => part(doc));
    if (field === '$or') return (doc) => parts.some((part) => part(doc));
    return (doc) => !parts.some((part) => part(doc));
  }
  if (field === '$comment') return () => true;
  if (field.startsWith('$')) throw badValue(`unknown top level operator: ${field}`);
  const path = field.split('.');
  const test = valueTest(condition);
  return (doc) => test(reach(doc, path));
}

type Test = (values: readonly unknown[]) => boolean;

function valueTest(condition: unknown): Test {
  if (!isDoc(condition) || !Object.keys(condition).some((key) => key.startsWith('$')))
    return equality(condition);
  const tests = Object.entries(condition).map(([operator, operand]) =>
    operatorTest(operator, operand, condition),
  );
  return (values) => tests.every((test) => test(values));
}

function operatorTest(operator: string, operand: unknown, whole: Doc): Test {
  switch (operator) {
    case '$eq':
      return equality(operand);
    case '$ne':
      return not(equality(operand));
    case '$gt':
      return ordered(operand, (order) => order > 0);
    case '$gte':
      return ordered(operand, (order) => order >= 0);
    case '$lt':
      return ordered(operand, (order) => order < 0);
    case '$lte':
      return ordered(operand, (order) => order <= 0);
    case '$in':
      return membership(operand, '$in');
    case '$nin':
      return not(membership(operand, '$nin'));
    case '$exists':
      return (values) => values.length > 0 === Boolean(operand);
    case '$not':
      return not(valueTest(operand));
    case '$size':
      return (values) => values.some((value) => Array.isArray(value) && value.length === Number(operand));
    case '$all':
      return (values) => (operand as unknown[]).every((item) => equality(item)(values));
    case '$elemMatch':
      return elements(operand as Doc);
    case '$regex':
      return pattern(String(operand), String(whole['$options'] ?? ''));
    case '$options':
      return () => true;
    default:
      throw badValue(`unknown operator: ${operator}`);
  }
}

function not(test: Test): Test {
  return (values) => !test(values);
}

/** A value, or an element of it when it is an array. */
function candidates(values: readonly unknown[]): unknown[] {
  return values.flatMap((value) => (Array.isArray(value) ? [value, ...value] : [value]));
}

function equality(operand: unknown): Test {
  if (operand instanceof RegExp) return pattern(operand.source, operand.flags);
  if (operand === null || operand === undefined)
    return (values) =>
      values.length === 0 || candidates(values).some((value) => value === null || value === undefined);
  return (values) => candidates(values).some((value) => compareValues(value, operand) === 0);
}

function ordered(operand: unknown, wanted: (order: number) => boolean): Test {
  const tag = classOf(operand);
  return (values) =>
    candidates(values).some((value) => classOf(value) === tag && wanted(compareValues(value, operand)));
}

function membership(operand: unknown, name: string): Test {
  if (!Array.isArray(operand)) throw badValue(`${name} needs an array`);
  const tests = operand.map((item) => equality(item));
  return (values) => tests.some((test) => test(values));
}

function elements(operand: Doc): Test {
  const operators = Object.keys(operand).some(
    (key) => key.startsWith('$') && !['$and', '$or', '$nor'].includes(key),
  );
  const test = operators ? valueTest(operand) : undefined;
  const match = operators ? undefined : matcherOf(operand);
  return (values) =>
    values.some(
      (value) =>
        Array.isArray(value) &&
        value.some((item) => (test ? test([item]) : isDoc(item) && (match as Predicate)(item))),
    );
}

function pattern(source: string, flags: string): Test {
  const regex = new RegExp(source, flags.replaceAll('x', ''));
  return (values) => candidates(values).some((value) => typeof value === 'string' && regex.test(value));
}
