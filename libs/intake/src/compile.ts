import { dateReader } from './dates.ts';
import { type Exact, numberReader, PLAIN } from './exact.ts';
import type { FileFormat, Mapping } from './mapping.ts';
import { CellError } from './refused.ts';
import { cellIn, type FoundCell, type Scope } from './scope.ts';
import type { SourceRow } from './source-row.ts';
import { type Template, templateOf } from './template.ts';

/** Reads something out of a row and what is around it. */
export type Read<T> = (scope: Scope) => T;

/** Text of a template; undefined where one of its columns holds no value. */
export type ReadText = Read<string | undefined>;

/** What the parts of a mapping are compiled with: the styles of its files. */
export class Styles {
  readonly #mapping: Mapping;
  readonly #numbers = new Map<string, (text: string) => Exact>();
  readonly #dates = new Map<string, ReturnType<typeof dateReader>>();

  constructor(mapping: Mapping) {
    this.#mapping = mapping;
  }

  /** Reads a number as it is written in the file of the cell. */
  number({ row, value }: FoundCell): Exact {
    return this.#numberReader(row)(value ?? '');
  }

  /** Reads a date in the given format, or in that of the row's file. */
  date(text: string, row: SourceRow, format: string | undefined): ReturnType<ReturnType<typeof dateReader>> {
    const used = format ?? this.#formatOf(row)?.dateFormat ?? 'YYYY-MM-DD';
    let reader = this.#dates.get(used);
    if (reader === undefined) {
      reader = dateReader(used);
      this.#dates.set(used, reader);
    }
    return reader(text);
  }

  zone(row: SourceRow): string {
    return this.#formatOf(row)?.zone ?? 'UTC';
  }

  #numberReader({ file }: SourceRow): (text: string) => Exact {
    let reader = this.#numbers.get(file);
    if (reader === undefined) {
      const format = this.#mapping.files[file];
      reader = numberReader({ decimal: format?.decimal ?? '.', thousands: format?.thousands });
      this.#numbers.set(file, reader);
    }
    return reader;
  }

  #formatOf({ file }: SourceRow): FileFormat | undefined {
    return this.#mapping.files[file];
  }
}

/** The template of a text that `readMapping` has found right. */
export function compiled(text: string): Template {
  const template = templateOf(text);
  if ('problem' in template) throw new Error(`The template ${text} was not checked: it ${template.problem}.`);
  return template;
}

/** A reader of a template's text. */
export function textReader(text: string): ReadText {
  const { parts, only } = compiled(text);
  if (only !== undefined) return (scope) => cellIn(scope, only).value ?? undefined;
  return (scope) => {
    let whole = '';
    for (const part of parts) {
      if (typeof part === 'string') whole += part;
      else {
        const { value } = cellIn(scope, part.column);
        if (value === null) return undefined;
        whole += value;
      }
    }
    return whole;
  };
}

const readPlain = numberReader(PLAIN);

/** A reader of one number: a column in the style of its file, or a literal. */
export function operandReader(text: string, styles: Styles): Read<Exact | undefined> {
  const { only, columns } = compiled(text);
  if (only !== undefined) {
    return (scope) => {
      const cell = cellIn(scope, only);
      return cell.value === null ? undefined : at(cell, () => styles.number(cell));
    };
  }
  if (columns.length > 0) throw new Error(`${text} was not checked: a number is one column or a literal.`);
  const literal = readPlain(text);
  return () => literal;
}

/** Runs a reading of a cell; what goes wrong names the cell. */
export function at<T>(cell: FoundCell, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CellError) || error.at !== undefined) throw error;
    throw new CellError(error.reason, placeOf(cell));
  }
}

/** Runs a reading that depends on a template; what goes wrong names the template's first column. */
export function atTemplate<T>(scope: Scope, { columns }: Template, read: () => T): T {
  const [first] = columns;
  return first === undefined ? read() : at(cellIn(scope, first), read);
}

function placeOf({ row, column, value }: FoundCell): NonNullable<CellError['at']> {
  return { file: row.file, row: row.row, line: row.line, column, value };
}
