import { type Read, type Styles, textReader } from './compile.ts';
import { compare } from './exact.ts';
import type { Comparison, Condition } from './mapping.ts';
import { numberValue } from './numbers.ts';

const HOLDS: Readonly<Record<Comparison, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '=': (order) => order === 0,
  '>=': (order) => order >= 0,
  '>': (order) => order > 0,
};

/** A reader of a condition. A comparison with a number that is not there does not hold. */
export function condition(given: Condition, styles: Styles): Read<boolean> {
  if ('present' in given) {
    const read = textReader(given.present);
    return (scope) => read(scope) !== undefined;
  }
  if ('absent' in given) {
    const read = textReader(given.absent);
    return (scope) => read(scope) === undefined;
  }
  if ('in' in given) {
    const read = textReader(given.of);
    const texts = new Set(given.in);
    return (scope) => {
      const text = read(scope);
      return text !== undefined && texts.has(text);
    };
  }
  if ('compare' in given) {
    const [a, comparison, b] = given.compare;
    const [left, right] = [numberValue(a, styles), numberValue(b, styles)];
    return (scope) => {
      const [x, y] = [left(scope), right(scope)];
      return x !== undefined && y !== undefined && HOLDS[comparison](compare(x, y));
    };
  }
  if ('not' in given) {
    const inner = condition(given.not, styles);
    return (scope) => !inner(scope);
  }
  if ('all' in given) {
    const all = given.all.map((each) => condition(each, styles));
    return (scope) => all.every((each) => each(scope));
  }
  const any = given.any.map((each) => condition(each, styles));
  return (scope) => any.some((each) => each(scope));
}

/** A condition that is not given holds. */
export function conditionOrTrue(given: Condition | undefined, styles: Styles): Read<boolean> {
  return given === undefined ? () => true : condition(given, styles);
}
