/** A row of a file: cells by column, null where there is no value. */
export interface SourceRow {
  /** Alias of its file in the mapping. */
  readonly file: string;
  /** 1 for the first row of data. */
  readonly row: number;
  /** Line on which it begins, as an editor shows it; the header is line 1. */
  readonly line: number;
  readonly columns: ReadonlyMap<string, number> | undefined;
  /** Undefined: the row has no such column. */
  cell(column: string): string | null | undefined;
  /** What makes the row unreadable as a whole, such as a missing cell. */
  readonly broken?: string;
}
