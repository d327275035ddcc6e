import { classOf, compare, encode } from '../bson/byte-order.ts';
import { doubleOf, wholeOf } from '../bson/numbers.ts';
import { elements, entries, Fields, firstName, TYPE, typeNamed, type Value } from '../bson/value.ts';
import { badValue, failedToParse, typeMismatch } from '../server/errors.ts';
import { row } from '../server/table.ts';
import type { Test } from './paths.ts';
import { regexOf } from './pattern.ts';

/** Decides by asking whether anything within reach passes a test. */
export type Check = (reach: (test: Test) => boolean) => boolean;

/** Makes the predicate of a filter; handed in, because filters contain tests and tests contain filters. */
type MatcherOf = (filter: Value) => (doc: Value) => boolean;

interface Context {
  readonly operand: Value;
  /** The whole document of operators, for operators that belong to another one. */
  readonly whole: Value;
  /** Whether the elements of an array count beside the array. */
  readonly spread: boolean;
  readonly matcherOf: MatcherOf;
}

type Operator = (context: Context) => Check;

/** Operators on the values of a field. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  $eq: (c) => any(c, equality(noRegex(c.operand, '$eq'))),
  $ne: (c) => not(any(c, equality(noRegex(c.operand, '$ne')))),
  $gt: (c) =>
    any(
      c,
      ordered(c.operand, (order) => order > 0, false),
    ),
  $gte: (c) =>
    any(
      c,
      ordered(c.operand, (order) => order >= 0, true),
    ),
  $lt: (c) =>
    any(
      c,
      ordered(c.operand, (order) => order < 0, false),
    ),
  $lte: (c) =>
    any(
      c,
      ordered(c.operand, (order) => order <= 0, true),
    ),
  $in: (c) => any(c, membership(c.operand, '$in')),
  $nin: (c) => not(any(c, membership(c.operand, '$nin'))),
  $exists: ({ operand }) => {
    const present: Check = (reach) => reach((value) => value !== undefined);
    return truthy(operand) ? present : not(present);
  },
  $not: (c) => {
    const checks = negated(c);
    return (reach) => !checks.every((check) => check(reach));
  },
  $type: (c) => any(c, ofType(c.operand)),
  $size: ({ operand }) => {
    const size = operand.isNumber ? wholeOf(operand) : undefined;
    if (size === undefined) throw failedToParse('Failed to parse $size. Expected an integer');
    if (size < 0n) throw failedToParse('Failed to parse $size. Expected a non-negative number');
    return (reach) => reach((value) => value?.isArray === true && BigInt(elements(value).length) === size);
  },
  $all: (c) => {
    if (!c.operand.isArray) throw badValue('$all needs an array');
    const checks = elements(c.operand).map((item) =>
      item.isObject && firstName(item) === '$elemMatch'
        ? elementMatch({ ...c, operand: (entries(item)[0] as [string, Value])[1] })
        : any(c, equality(item)),
    );
    return (reach) => checks.length > 0 && checks.every((check) => check(reach));
  },
  $elemMatch: (c) => elementMatch(c),
  $regex: (c) => any(c, matching(regexOf(sourceOf(c.operand), optionsOf(c.whole, c.operand)))),
  $options: ({ whole }) => {
    if (!entries(whole).some(([name]) => name === '$regex')) throw badValue('$options needs a $regex');
    return () => true;
  },
};

/** Operators of MongoDB on fields that are outside the subset. */
const UNSUPPORTED =
  /^\$(mod|bitsAllSet|bitsAllClear|bitsAnySet|bitsAnyClear|geoWithin|geoIntersects|near|nearSphere|within|expr|_internal\w*)$/;

/** The checks of what stands beside a field: a value, or a document of operators. */
export function condition(operand: Value, spread: boolean, matcherOf: MatcherOf): Check[] {
  if (!operand.isObject || !(firstName(operand)?.startsWith('$') ?? false))
    return [any({ spread }, equality(operand))];
  return entries(operand).map(([name, own]) => {
    const operator = row(OPERATORS, name);
    if (operator) return operator({ operand: own, whole: operand, spread, matcherOf });
    if (UNSUPPORTED.test(name)) throw badValue(`the operator ${name} is not supported by the embedded store`);
    throw badValue(`unknown operator: ${name}`);
  });
}

function not(check: Check): Check {
  return (reach) => !check(reach);
}

/** A value, or an element of it when it is an array. */
function any({ spread }: { readonly spread: boolean }, test: Test): Check {
  if (!spread) return (reach) => reach(test);
  const spreading: Test = (value) => {
    if (value?.type === TYPE.array) {
      const fields = new Fields(value);
      while (fields.next()) if (test(fields.value)) return true;
    }
    return test(value);
  };
  return (reach) => reach(spreading);
}

export function truthy(value: Value): boolean {
  if (value.isNull) return false;
  if (value.type === TYPE.bool) return value.bytes[value.start] === 1;
  return value.isNumber ? doubleOf(value) !== 0 : true;
}

function noRegex(operand: Value, name: string): Value {
  if (operand.type === TYPE.regex && name === '$ne') throw badValue("Can't have regex as arg to $ne.");
  return operand;
}

const isMissing: Test = (value) => value === undefined || value.isNull;

export function equality(operand: Value): Test {
  if (operand.isNull) return isMissing;
  if (operand.type === TYPE.regex) {
    const matches = matching(regexOf(sourceOf(operand), optionsOf(undefined, operand)));
    return (value) => matches(value) || value?.equals(operand) === true;
  }
  return (value) => value !== undefined && compare(value, operand) === 0;
}

function isNaNValue(value: Value): boolean {
  return value.isNumber && Number.isNaN(doubleOf(value));
}

/** Only values of the same class are compared; the least and the greatest key are compared with all. */
function ordered(operand: Value, wanted: (order: number) => boolean, orEqual: boolean): Test {
  if (operand.type === TYPE.regex) throw badValue("Can't have RegEx as arg to predicate over field");
  if (operand.isNull) return orEqual ? isMissing : () => false;
  if (isNaNValue(operand)) return (value) => orEqual && value !== undefined && isNaNValue(value);
  const own = classOf(operand.type);
  const all = operand.type === TYPE.minKey || operand.type === TYPE.maxKey;
  return (value) =>
    value !== undefined &&
    (all || classOf(value.type) === own) &&
    !isNaNValue(value) &&
    wanted(compare(value, operand));
}

const LINEAR_MAX = 8;

function membership(operand: Value, name: string): Test {
  if (!operand.isArray) throw badValue(`${name} needs an array`);
  const list = elements(operand);
  for (const item of list)
    if (item.isObject && (firstName(item)?.startsWith('$') ?? false))
      throw badValue(`cannot nest $ under ${name}`);
  if (list.length > LINEAR_MAX && list.every((item) => !item.isNull && item.type !== TYPE.regex)) {
    const keys = new Set(list.map((item) => encode(item).toString('latin1')));
    return (value) => value !== undefined && keys.has(encode(value).toString('latin1'));
  }
  const tests = list.map(equality);
  return (value) => tests.some((test) => test(value));
}

function negated({ operand, spread, matcherOf }: Context): Check[] {
  if (operand.type === TYPE.regex) return [any({ spread }, equality(operand))];
  if (!operand.isObject) throw badValue('$not needs a regex or a document');
  const first = firstName(operand);
  if (first === undefined) throw badValue('$not cannot be empty');
  if (!first.startsWith('$')) throw badValue(`unknown operator: ${first}`);
  return condition(operand, spread, matcherOf);
}

function ofType(operand: Value): Test {
  const list = operand.isArray ? elements(operand) : [operand];
  if (list.length === 0) throw failedToParse('$type must match at least one type');
  const types = new Set(list.flatMap(typesOf));
  return (value) => value !== undefined && types.has(value.type);
}

function typesOf(named: Value): number[] {
  if (named.type === TYPE.string) {
    if (named.text === 'number') return [TYPE.int, TYPE.long, TYPE.double, TYPE.decimal];
    const type = typeNamed(named.text);
    if (type === undefined) throw badValue(`Unknown type name alias: ${named.text}`);
    return [type];
  }
  if (!named.isNumber) throw typeMismatch('type must be represented as a number or a string');
  const code = wholeOf(named);
  const type = code === -1n ? TYPE.minKey : Number(code ?? -2n);
  if (typeof typeNamedBy(type) !== 'number')
    throw badValue(`Invalid numerical type code: ${doubleOf(named)}`);
  return [type];
}

function typeNamedBy(code: number): number | undefined {
  return Object.values(TYPE).find((own) => own === code);
}

/** Elements that pass: as values by operators, as documents by a filter. */
function elementMatch({ operand, matcherOf }: Context): Check {
  if (!operand.isObject) throw badValue('$elemMatch needs an Object');
  const first = firstName(operand);
  const byValue = first?.startsWith('$') === true && !['$and', '$or', '$nor'].includes(first);
  const checks = byValue ? condition(operand, false, matcherOf) : [];
  const matches = byValue ? undefined : matcherOf(operand);
  const passes = (item: Value) =>
    matches
      ? (item.isObject || item.isArray) && matches(item)
      : checks.every((check) => check((test) => test(item)));
  return (reach) => reach((value) => value?.isArray === true && elements(value).some(passes));
}

function sourceOf(operand: Value): string {
  if (operand.type === TYPE.string) return operand.text;
  if (operand.type !== TYPE.regex) throw badValue('$regex has to be a string');
  return operand.bytes.toString('utf8', operand.start, operand.bytes.indexOf(0, operand.start));
}

function optionsOf(whole: Value | undefined, operand: Value): string {
  const given = whole && entries(whole).find(([name]) => name === '$options')?.[1];
  if (given) {
    if (given.type !== TYPE.string) throw badValue('$options has to be a string');
    return given.text;
  }
  if (operand.type !== TYPE.regex) return '';
  return operand.bytes.toString('utf8', operand.bytes.indexOf(0, operand.start) + 1, operand.end - 1);
}

function matching(regex: RegExp): Test {
  return (value) => (value?.type === TYPE.string || value?.type === TYPE.symbol) && regex.test(value.text);
}
