import type { DataOf, Fields } from './fields.ts';

/** Something wrong with an event's data: which field, and what would be right. */
export interface Problem {
  /** JSON path, e.g. `lines[0].qty`. */
  readonly field: string;
  readonly message: string;
}

export type AnyData = Readonly<Record<string, unknown>>;

/** A schema version that has been written to logs and is not the newest any more. It is never changed again. */
export interface EarlierVersion {
  readonly fields: Fields;
  /** Turns data of this version into data of the next one. */
  readonly upcast: (data: AnyData) => AnyData;
}

/** One event of the catalogue. Everything that is known about it is said here, once. */
export interface EventDeclaration<Type extends string = string, F extends Fields = Fields> {
  readonly type: Type;
  /** Newest schema version: one more than there are earlier ones. */
  readonly version: number;
  /** The versions before, oldest first: `earlier[0]` is version 1. */
  readonly earlier: readonly EarlierVersion[];
  /** Stream category: the stream name begins with it and a `-`. Empty: the stream of the fact that is corrected. */
  readonly category: string;
  readonly fields: F;
  /** The part of the stream name after the category, before encoding; several parts are joined by `:`. */
  readonly stream: (data: DataOf<F>) => string | readonly string[];
  /** Field of the business date (local date or instant), or the first of these that is present. */
  readonly businessDate: readonly (keyof F & string)[];
  /** Field that names the customer file. */
  readonly customer?: keyof F & string;
  /** Category and field of the document that gives the unit when the event names none. */
  readonly document?: { readonly category: string; readonly field: keyof F & string };
  /** KPI groups of kpis.md that the event feeds. */
  readonly feeds: readonly string[];
  /**
   * Rules between fields, only asked for data that fits the fields. They hold for recorded data too: a stricter rule
   * is a new schema version, or facts that were right yesterday could not be read today.
   */
  readonly rules?: (data: DataOf<F>) => readonly Problem[];
  /** Valid data, as an example and for the golden files. */
  readonly sample: DataOf<F>;
}

export function defineEvent<const Type extends string, F extends Fields>(
  declaration: Omit<
    EventDeclaration<Type, F>,
    'version' | 'earlier' | 'businessDate' | 'customer' | 'document'
  > & {
    readonly earlier?: readonly EarlierVersion[];
    readonly businessDate: readonly NoInfer<keyof F & string>[];
    readonly customer?: NoInfer<keyof F & string>;
    readonly document?: { readonly category: string; readonly field: NoInfer<keyof F & string> };
  },
): EventDeclaration<Type, F> {
  const { earlier = [] } = declaration;
  return { ...declaration, earlier, version: earlier.length + 1 };
}

/** Refuses a list in which two elements have the same value of a field. */
export function unique<Item>(
  listName: string,
  items: readonly Item[] | undefined,
  field: keyof Item & string,
): Problem[] {
  const seen = new Set<unknown>();
  const problems: Problem[] = [];
  for (const [i, item] of (items ?? []).entries()) {
    const value = item[field];
    if (seen.has(value)) {
      problems.push({
        field: `${listName}[${i}].${field}`,
        message: `must be unique in ${listName}; ${JSON.stringify(value)} stands there twice`,
      });
    }
    seen.add(value);
  }
  return problems;
}

/** Refuses none and both of two fields that say the same thing in two ways. */
export function exactlyOne<Data>(
  data: Data,
  one: keyof Data & string,
  other: keyof Data & string,
): Problem[] {
  return (data[one] === undefined) === (data[other] === undefined)
    ? [{ field: one, message: `exactly one of ${one} and ${other} must be given` }]
    : [];
}

/** Refuses two fields that exclude each other. */
export function atMostOne<Data>(
  data: Data,
  {
    one,
    other,
    path,
  }: { readonly one: keyof Data & string; readonly other: keyof Data & string; readonly path: string },
): Problem[] {
  return data[one] !== undefined && data[other] !== undefined
    ? [{ field: `${path}.${other}`, message: `must not be given beside ${one}` }]
    : [];
}
