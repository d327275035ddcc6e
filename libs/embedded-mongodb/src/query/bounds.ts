import { classOf, KeyWriter } from '../bson/byte-order.ts';
import { doubleOf } from '../bson/numbers.ts';
import { elements, entries, firstName, TYPE, type Value } from '../bson/value.ts';

/** What one condition says about a field: it is one of some values, or lies on one side of one. */
export type Atom =
  | { readonly points: readonly Value[] }
  | { readonly side: 'low' | 'high'; readonly value: Value; readonly inclusive: boolean };

const SIDES: Readonly<Record<string, { readonly side: 'low' | 'high'; readonly inclusive: boolean }>> = {
  $gt: { side: 'low', inclusive: false },
  $gte: { side: 'low', inclusive: true },
  $lt: { side: 'high', inclusive: false },
  $lte: { side: 'high', inclusive: true },
};

/** Conditions that all have to hold, by path. Others are left to the matcher: these only narrow what it has to look at. */
export function atomsOf(filter: Value, into = new Map<string, Atom[]>()): Map<string, Atom[]> {
  for (const [name, operand] of entries(filter)) {
    if (name === '$and') for (const part of elements(operand)) atomsOf(part, into);
    if (name.startsWith('$')) continue;
    const found = ofField(operand);
    if (found.length > 0) into.set(name, [...(into.get(name) ?? []), ...found]);
  }
  return into;
}

function ofField(operand: Value): Atom[] {
  if (!operand.isObject || !firstName(operand)?.startsWith('$'))
    return isPlain(operand) ? [{ points: [operand] }] : [];
  return entries(operand).flatMap(([operator, own]): Atom[] => {
    if (operator === '$eq') return isPlain(own) ? [{ points: [own] }] : [];
    if (operator === '$in') {
      const points = elements(own);
      return points.every(isPlain) ? [{ points }] : [];
    }
    const side = Object.hasOwn(SIDES, operator) ? SIDES[operator] : undefined;
    return side && isPlain(own) && !isNaNValue(own) ? [{ ...side, value: own }] : [];
  });
}

/** Values that are found where they are in an index: not null (also missing), arrays (also their elements), patterns. */
function isPlain({ type }: Value): boolean {
  return ![TYPE.null, TYPE.undefined, TYPE.array, TYPE.regex, TYPE.minKey, TYPE.maxKey].some(
    (own) => own === type,
  );
}

function isNaNValue(value: Value): boolean {
  return value.isNumber && Number.isNaN(doubleOf(value));
}

const writer = new KeyWriter();

/** The bytes of a value under a direction. */
export function directed(value: Value, direction: 1 | -1): Buffer {
  writer.begin().value(value);
  return (direction === 1 ? writer : writer.invert(0)).key();
}

/** Bounds of a range as keys after a prefix; an end that is not given is that of the class of values. */
export function rangeOf(
  atoms: readonly Atom[],
  direction: 1 | -1,
):
  | { readonly from: Buffer; readonly fromAbove: boolean; readonly to: Buffer; readonly toAbove: boolean }
  | undefined {
  const [low, high] = (['low', 'high'] as const).map((side) =>
    atoms.find((atom) => 'side' in atom && atom.side === side),
  ) as (Extract<Atom, { side: unknown }> | undefined)[];
  const any = low ?? high;
  if (!any) return undefined;
  const tag = classOf(any.value.type);
  const byte = (value: number) => Buffer.from([direction === 1 ? value : ~value & 0xff]);
  const end = (own: typeof low) =>
    own
      ? { key: directed(own.value, direction), inclusive: own.inclusive }
      : { key: byte(tag), inclusive: true };
  const [first, last] = direction === 1 ? [end(low), end(high)] : [end(high), end(low)];
  return { from: first.key, fromAbove: !first.inclusive, to: last.key, toAbove: last.inclusive };
}
