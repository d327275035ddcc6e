import type { DataOf, Fields } from './fields.ts';

/** Something wrong with an event's data: which field, and what would be right. */
export interface Problem {
  /** JSON path, e.g. `lines[0].qty`. */
  readonly field: string;
  readonly message: string;
}

export type AnyData = Readonly<Record<string, unknown>>;

/** One event of the catalogue. Everything that is known about it is said here, once. */
export interface EventDeclaration<Type extends string = string, F extends Fields = Fields> {
  readonly type: Type;
  /** Newest schema version; data of older ones is brought up by `upcasters`. */
  readonly version: number;
  /** Stream category: the part of the stream name before the first `-`. */
  readonly category: string;
  readonly fields: F;
  /** The part of the stream name after the category, before encoding. */
  readonly stream: (data: AnyData) => string;
  /** Field of the business date (local date or instant), or the first of these that is present. */
  readonly businessDate: readonly string[];
  /** Field that names the customer file. */
  readonly customer?: string;
  /** Category and field of the document that gives the unit when the event names none. */
  readonly document?: { readonly category: string; readonly field: string };
  /** KPI groups of kpis.md that the event feeds. */
  readonly feeds: readonly string[];
  /** Rules between fields. */
  readonly rules?: (data: AnyData) => readonly Problem[];
  /** `upcasters[v]` turns data of version v into version v + 1. */
  readonly upcasters?: Readonly<Record<number, (data: AnyData) => AnyData>>;
  /** Valid data, as an example and for the golden files. */
  readonly sample: DataOf<F>;
}

export function defineEvent<const Type extends string, F extends Fields>(
  declaration: Omit<EventDeclaration<Type, F>, 'version'> & { readonly version?: number },
): EventDeclaration<Type, F> {
  return { version: 1, ...declaration };
}

/** Refuses a list in which two elements have the same value of a field. */
export function unique(data: AnyData, listName: string, field: string): Problem[] {
  const seen = new Set<unknown>();
  const problems: Problem[] = [];
  (data[listName] as readonly AnyData[]).forEach((item, i) => {
    if (seen.has(item[field]))
      problems.push({
        field: `${listName}[${i}].${field}`,
        message: `must be unique in ${listName}; ${JSON.stringify(item[field])} stands there twice`,
      });
    seen.add(item[field]);
  });
  return problems;
}
