import { Decimal128, Double, Int32, Long } from 'bson';
import { Decimal } from 'decimal.js';
import type { Doc } from './random-values.ts';
import { isPlain, slowMatches } from './slow-matcher.ts';
import { isNumber, slowCompare } from './slow-order.ts';

/** Updates once more, slow and obvious, over decoded documents. A refusal is MongoDB's code. */
export class Refused extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`refused with ${code}`);
    this.code = code;
  }
}

const Exact = Decimal.clone({ precision: 34, rounding: Decimal.ROUND_HALF_EVEN, maxE: 9e15, minE: -9e15 });

type Step = readonly [path: readonly string[], operator: string, operand: unknown, from?: readonly string[]];

export function slowUpdate(doc: Doc, update: Record<string, Doc>): Doc {
  const steps: Step[] = Object.entries(update).flatMap(([operator, fields]) =>
    Object.entries(fields).map(([path, operand]): Step => {
      if (operator !== '$rename') return [path.split('.'), operator, operand];
      const [from, to] = [path.split('.'), String(operand).split('.')];
      if (below(from, to) || below(to, from)) throw new Refused(2);
      return [to, operator, operand, from];
    }),
  );
  const paths = steps.flatMap(([path, , , from]) => (from ? [path, from] : [path]));
  paths.forEach((path, i) => {
    if (paths.some((other, j) => i !== j && below(path, other))) throw new Refused(40);
  });
  for (const step of steps.toSorted(([a], [b]) => inOrder(a, b))) apply(doc, step);
  return doc;
}

function below(path: readonly string[], other: readonly string[]): boolean {
  return other.length >= path.length && path.every((part, i) => part === other[i]);
}

function inOrder(a: readonly string[], b: readonly string[]): number {
  for (const [i, part] of a.entries()) {
    const other = b[i];
    if (other === undefined) return 1;
    if (part === other) continue;
    return /^\d+$/.test(part) && /^\d+$/.test(other) ? Number(part) - Number(other) : part < other ? -1 : 1;
  }
  return -1;
}

const CREATING = ['$set', '$inc', '$mul', '$min', '$max', '$push', '$addToSet', '$rename'];

function apply(doc: Doc, [path, operator, operand, from]: Step): void {
  let given = operand;
  if (from) {
    const parent = from.slice(0, -1).reduce<unknown>((at, part) => {
      if (!isPlain(at)) return undefined;
      if (Array.isArray(at[part])) throw new Refused(2);
      return at[part];
    }, doc);
    const last = from.at(-1) as string;
    if (!isPlain(parent) || !Object.hasOwn(parent, last)) return;
    given = parent[last];
    delete parent[last];
  }
  let at: unknown = doc;
  for (const [i, part] of path.entries()) {
    if (!isPlain(at) && !Array.isArray(at)) {
      if (CREATING.includes(operator)) throw new Refused(28);
      return;
    }
    if (Array.isArray(at) && !/^\d+$/.test(part)) {
      if (CREATING.includes(operator)) {
        changed(undefined, operator, given);
        throw new Refused(28);
      }
      return;
    }
    const holder = at as Doc;
    const last = i === path.length - 1;
    if (!Object.hasOwn(holder, part)) {
      if (!CREATING.includes(operator)) return;
      const value = changed(undefined, operator, given);
      if (Array.isArray(at)) while (at.length < Number(part)) at.push(null);
      holder[part] = path.slice(i + 1).reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
      return;
    }
    if (!last) {
      at = holder[part];
      continue;
    }
    if (operator !== '$unset') holder[part] = changed(holder[part], operator, given);
    else if (Array.isArray(at)) at[Number(part)] = null;
    else delete holder[part];
  }
}

function changed(before: unknown, operator: string, operand: unknown): unknown {
  const each = isPlain(operand) && Array.isArray(operand['$each']) ? operand['$each'] : [operand];
  const list = () => {
    if (before === undefined) return [];
    if (!Array.isArray(before)) throw new Refused(operator === '$pop' ? 14 : 2);
    return before;
  };
  switch (operator) {
    case '$set':
    case '$rename':
      return operand;
    case '$inc':
    case '$mul':
      return computed(before, operator, operand);
    case '$min':
      return before === undefined || slowCompare(operand, before) < 0 ? operand : before;
    case '$max':
      return before === undefined || slowCompare(operand, before) > 0 ? operand : before;
    case '$push': {
      const all = [...list(), ...each];
      const slice = isPlain(operand) ? operand['$slice'] : undefined;
      if (slice === undefined) return all;
      const count = Number(slice);
      return count < 0 ? all.slice(count) : all.slice(0, count);
    }
    case '$addToSet': {
      const all = list();
      for (const item of each) if (!all.some((own) => same(own, item))) all.push(item);
      return all;
    }
    case '$pop':
      return Number(operand) === 1 ? list().slice(0, -1) : list().slice(1);
    case '$pull':
      return list().filter((item) =>
        isPlain(operand) ? !(isPlain(item) && slowMatches(item, operand)) : !same(item, operand),
      );
    default:
      throw new Error(operator);
  }
}

function same(a: unknown, b: unknown): boolean {
  return slowCompare(a, b) === 0;
}

function computed(before: unknown, operator: string, operand: unknown): unknown {
  if (before === undefined && operator === '$inc') return operand;
  const base = before === undefined ? new Int32(0) : before;
  if (!isNumber(base)) throw new Refused(14);
  const both = [base, operand];
  if (both.some((own) => own instanceof Decimal128)) {
    const [x, y] = both.map((own) => new Exact(decimalText(own))) as [Decimal, Decimal];
    const result = operator === '$inc' ? x.plus(y) : x.times(y);
    return Decimal128.fromString(fitted(result));
  }
  if (both.some((own) => own instanceof Double)) {
    const [x, y] = both.map((own) => (own instanceof Double ? own.value : Number(String(own)))) as [
      number,
      number,
    ];
    return new Double(operator === '$inc' ? x + y : x * y);
  }
  const [x, y] = both.map((own) => BigInt(String(own))) as [bigint, bigint];
  const result = operator === '$inc' ? x + y : x * y;
  if (result > 2n ** 63n - 1n || result < -(2n ** 63n)) throw new Refused(2);
  const narrow = both.every((own) => own instanceof Int32) && result <= 2147483647n && result >= -2147483648n;
  return narrow ? new Int32(Number(result)) : Long.fromBigInt(result);
}

/** What a Decimal128 can hold: beyond it lies infinity, below its last digit is rounded. */
function fitted(result: Decimal): string {
  if (result.isNaN()) return 'NaN';
  if (!result.isFinite() || result.e > 6144) return result.isNegative() ? '-Infinity' : 'Infinity';
  return result.toDecimalPlaces(6176, Decimal.ROUND_HALF_EVEN).toExponential().replace('e', 'E');
}

/** A double takes part in decimal arithmetic with 15 significant digits. */
function decimalText(value: unknown): string {
  if (!(value instanceof Double)) return String(value);
  return Number.isFinite(value.value) ? value.value.toPrecision(15) : String(value.value);
}
