/**
 * The mapping of a file: which columns become which facts. Written as JSON, checked by `readMapping`.
 *
 * A value is a text template (`"PO-{id}"`), a literal, a list, or an object with one of the words below. A template
 * whose column holds no value has no value itself, and a field without a value is left out of the fact.
 */
export interface Mapping {
  /** Short name, such as `northwind-orders`; part of the batch's name. */
  readonly name: string;
  readonly description?: string;
  readonly source: { readonly system: string };
  /** What a broken row does to the file. Default `reject-batch`: nothing of the file is written. */
  readonly onError?: 'reject-batch' | 'skip-rows';
  /** The files by alias. */
  readonly files: Readonly<Record<string, FileFormat>>;
  /** Alias of the file whose rows are read one after the other. */
  readonly main: string;
  /** Other files, looked up by key. */
  readonly joins?: Readonly<Record<string, Join>>;
  /** Makes one record of consecutive rows of the main file with the same key. */
  readonly group?: { readonly by: readonly string[]; readonly as: string };
  /** Rows for which it does not hold are passed over. */
  readonly where?: Condition;
  /** Business dates that the file covers completely; see figures.md, flag `incomplete` (c). */
  readonly coverage?: Coverage;
  readonly events: readonly EventMapping[];
}

export interface Coverage {
  readonly from: string;
  readonly to: string;
  readonly types: readonly string[];
}

/** How the bytes of a file are to be read. */
export interface FileFormat {
  readonly format: 'csv' | 'tsv' | 'jsonl';
  /** The name the file usually has; tells several files apart. */
  readonly name?: string;
  readonly encoding?: Encoding;
  readonly delimiter?: string;
  /** Default `"`; null: quotes mean nothing. */
  readonly quote?: string | null;
  /** Default true: the first line names the columns. */
  readonly header?: boolean;
  /** Names of the columns of a file without a header. */
  readonly columns?: readonly string[];
  /** Cell texts that mean "no value". Default: the empty text. */
  readonly nulls?: readonly string[];
  /** Cuts blanks around cells. Default true. */
  readonly trim?: boolean;
  /** Decimal sign. Default `.`. */
  readonly decimal?: '.' | ',';
  /** Sign between groups of three digits; absent: none is accepted. */
  readonly thousands?: string;
  /** Default for `date` and `instant`, such as `DD.MM.YYYY`. Default `YYYY-MM-DD`. */
  readonly dateFormat?: string;
  /** IANA zone of times without an offset. Default UTC. */
  readonly zone?: string;
}

export type Encoding =
  | 'utf-8'
  | 'utf-16le'
  | 'utf-16be'
  | 'windows-1252'
  | 'iso-8859-15'
  | 'gb18030'
  | 'gbk'
  | 'big5'
  | 'shift_jis';

export interface Join {
  /** Column of the other file → column of the main file. */
  readonly on: Readonly<Record<string, string>>;
  /** True: all rows with the key, for `each`; false (default): the one row, whose columns are `{alias.column}`. */
  readonly many?: boolean;
  /** True: a row of the main file without a partner is an error. */
  readonly required?: boolean;
}

/** One event that a row may yield. */
export interface EventMapping {
  readonly type: string;
  /** Template; with the source's system and the type it says which fact this is, for ever. */
  readonly id: string;
  readonly when?: Condition;
  /** Template; only the first row of the file with its value yields the event. */
  readonly once?: string;
  /** Alias of a list (a join with `many`, or the group): one event for each of its rows. */
  readonly each?: string;
  readonly data: Readonly<Record<string, Value>>;
}

/** A decimal: one column, a literal, or exact arithmetic. A result with more than six decimals is an error. */
export type NumberValue =
  | string
  | { readonly product: readonly NumberValue[] }
  | { readonly sum: readonly NumberValue[] }
  | { readonly minus: readonly [NumberValue, NumberValue] }
  | { readonly total: string; readonly of: NumberValue };

export type Value =
  | string
  | number
  | boolean
  | null
  | readonly Value[]
  | { readonly decimal: NumberValue }
  | { readonly integer: NumberValue }
  | { readonly date: string; readonly format?: string }
  | { readonly instant: string; readonly format?: string; readonly time?: string; readonly zone?: string }
  | { readonly map: Readonly<Record<string, Value>>; readonly of: string; readonly else?: Value }
  | { readonly choose: readonly { readonly when: Condition; readonly value: Value }[]; readonly else?: Value }
  | { readonly test: Condition }
  | { readonly join: readonly string[]; readonly with: string }
  | { readonly ordinal: number }
  | { readonly each: string; readonly item: Readonly<Record<string, Value>> }
  | { readonly fields: Readonly<Record<string, Value>> };

export type Comparison = '<' | '<=' | '=' | '>=' | '>';

export type Condition =
  | { readonly present: string }
  | { readonly absent: string }
  | { readonly of: string; readonly in: readonly string[] }
  | { readonly compare: readonly [NumberValue, Comparison, NumberValue] }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition };
