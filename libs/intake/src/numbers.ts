import { operandReader, type Read, type Styles } from './compile.ts';
import { add, type Exact, multiply, subtract } from './exact.ts';
import type { NumberValue } from './mapping.ts';
import { inside, listIn } from './scope.ts';

const ZERO: Exact = { digits: 0n, scale: 0 };

/**
 * A reader of a number: a column, a literal, or exact products, sums and differences of them.
 * A number of which one part has no value has no value.
 */
export function numberValue(value: NumberValue, styles: Styles): Read<Exact | undefined> {
  if (typeof value === 'string') return operandReader(value, styles);
  if ('product' in value) return combined(value.product, styles, multiply);
  if ('sum' in value) return combined(value.sum, styles, add);
  if ('minus' in value) return combined(value.minus, styles, subtract);
  const of = numberValue(value.of, styles);
  return (scope) => {
    let total: Exact = ZERO;
    for (const [i, row] of listIn(scope, value.total).entries()) {
      const part = of(inside(scope, row, i));
      if (part === undefined) return undefined;
      total = add(total, part);
    }
    return total;
  };
}

function combined(
  values: readonly NumberValue[],
  styles: Styles,
  combine: (a: Exact, b: Exact) => Exact,
): Read<Exact | undefined> {
  const readers = values.map((value) => numberValue(value, styles));
  return (scope) => {
    let result: Exact | undefined;
    for (const [i, read] of readers.entries()) {
      const next = read(scope);
      if (next === undefined) return undefined;
      result = i === 0 || result === undefined ? next : combine(result, next);
    }
    return result;
  };
}
