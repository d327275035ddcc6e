import { at, atTemplate, compiled, type Read, type Styles, textReader } from './compile.ts';
import { condition } from './conditions.ts';
import { instantIn } from './dates.ts';
import { decimalText } from './exact.ts';
import type { NumberValue, Value } from './mapping.ts';
import { numberValue } from './numbers.ts';
import { CellError } from './refused.ts';
import { cellIn, inside, listIn, type Scope } from './scope.ts';
import type { SourceRow } from './source-row.ts';
import type { Template } from './template.ts';

/** What a value is in the fact; undefined leaves the field out. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [field: string]: Json };
type ReadJson = Read<Json | undefined>;

/** A reader of the data of a fact. */
export function fieldsReader(
  fields: Readonly<Record<string, Value>>,
  styles: Styles,
): Read<Record<string, Json>> {
  const readers = Object.entries(fields).map(
    ([field, value]) => [field, valueReader(value, styles)] as const,
  );
  return (scope) => {
    const data: Record<string, Json> = {};
    for (const [field, read] of readers) {
      const value = read(scope);
      if (value !== undefined) data[field] = value;
    }
    return data;
  };
}

function valueReader(value: Value, styles: Styles): ReadJson {
  if (typeof value === 'string') return textReader(value);
  if (typeof value !== 'object' || value === null) return () => value;
  if (isList(value)) {
    const items = value.map((item) => valueReader(item, styles));
    return (scope) => items.map((read) => read(scope)).filter((item) => item !== undefined);
  }
  if ('decimal' in value) return decimalReader(value.decimal, styles);
  if ('integer' in value) return integerReader(value.integer, styles);
  if ('date' in value) return dateReaderOf(value, styles);
  if ('instant' in value) return instantReader(value, styles);
  if ('map' in value) return mapReader(value, styles);
  if ('choose' in value) return chooseReader(value, styles);
  if ('test' in value) return condition(value.test, styles);
  if ('join' in value) return joinReader(value);
  if ('ordinal' in value) return (scope) => value.ordinal + scope.index;
  if ('each' in value) return listReader(value, styles);
  return fieldsReader(value.fields, styles);
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function decimalReader(value: NumberValue, styles: Styles): ReadJson {
  const read = numberValue(value, styles);
  return atFirstColumn(value, (scope) => {
    const number = read(scope);
    return number === undefined ? undefined : decimalText(number);
  });
}

function integerReader(value: NumberValue, styles: Styles): ReadJson {
  const read = numberValue(value, styles);
  return atFirstColumn(value, (scope) => {
    const number = read(scope);
    if (number === undefined) return undefined;
    const whole = Number(decimalText(number));
    if (!Number.isSafeInteger(whole)) throw new CellError('is not a whole number');
    return whole;
  });
}

/** What goes wrong in arithmetic names its first column. */
function atFirstColumn<T>(value: NumberValue, read: Read<T>): Read<T> {
  const column = firstColumn(value);
  return column === undefined ? read : (scope) => at(cellIn(scope, column), () => read(scope));
}

function firstColumn(value: NumberValue): string | undefined {
  if (typeof value === 'string') return compiled(value).columns[0];
  if ('total' in value) return undefined;
  const parts = 'product' in value ? value.product : 'sum' in value ? value.sum : value.minus;
  return parts.map(firstColumn).find((column) => column !== undefined);
}

function dateReaderOf(value: Extract<Value, { readonly date: string }>, styles: Styles): ReadJson {
  const template = compiled(value.date);
  const read = textReader(value.date);
  return (scope) => {
    const text = read(scope);
    if (text === undefined) return undefined;
    return atTemplate(scope, template, () => styles.date(text, rowOf(scope, template), value.format).date);
  };
}

function instantReader(value: Extract<Value, { readonly instant: string }>, styles: Styles): ReadJson {
  const template = compiled(value.instant);
  const read = textReader(value.instant);
  return (scope) => {
    const text = read(scope);
    if (text === undefined) return undefined;
    return atTemplate(scope, template, () => {
      const row = rowOf(scope, template);
      const { date, time } = styles.date(text, row, value.format);
      return instantIn(value.zone ?? styles.zone(row), date, value.time ?? time ?? '00:00:00');
    });
  };
}

/** The row whose file says how the text of a template is to be read. */
function rowOf(scope: Scope, { columns }: Template): SourceRow {
  const [first] = columns;
  return first === undefined ? scope.row : cellIn(scope, first).row;
}

function mapReader(
  value: Extract<Value, { readonly map: Readonly<Record<string, Value>> }>,
  styles: Styles,
): ReadJson {
  const template = compiled(value.of);
  const of = textReader(value.of);
  const known = new Map(Object.entries(value.map).map(([text, to]) => [text, valueReader(to, styles)]));
  const other = value.else === undefined ? undefined : valueReader(value.else, styles);
  return (scope) => {
    // No value is looked up as the empty text, so that a mapping can say what blank cells mean.
    const text = of(scope) ?? '';
    const read = known.get(text) ?? other;
    if (read !== undefined) return read(scope);
    if (text === '') return undefined;
    return atTemplate(scope, template, () => {
      throw new CellError(`is none of the values that the mapping knows: ${[...known.keys()].join(', ')}`);
    });
  };
}

function chooseReader(
  value: Extract<Value, { readonly choose: readonly unknown[] }>,
  styles: Styles,
): ReadJson {
  const cases = value.choose.map(({ when, value: chosen }) => ({
    when: condition(when, styles),
    read: valueReader(chosen, styles),
  }));
  const other = value.else === undefined ? undefined : valueReader(value.else, styles);
  return (scope) => (cases.find(({ when }) => when(scope))?.read ?? other)?.(scope);
}

function joinReader(value: Extract<Value, { readonly join: readonly string[] }>): ReadJson {
  const parts = value.join.map(textReader);
  return (scope) => {
    const texts = parts.map((read) => read(scope)).filter((text) => text !== undefined);
    return texts.length === 0 ? undefined : texts.join(value.with);
  };
}

function listReader(
  value: Extract<Value, { readonly item: Readonly<Record<string, Value>> }>,
  styles: Styles,
): ReadJson {
  const item = fieldsReader(value.item, styles);
  return (scope) => listIn(scope, value.each).map((row, i) => item(inside(scope, row, i)));
}
