import type { SourceRow } from './source-row.ts';

/** What a template can see: a row, the rows around it, and the rows of other files that were looked up for it. */
export interface Scope {
  readonly row: SourceRow;
  /** Place of the row in the list that is being gone through, from 0. */
  readonly index: number;
  readonly outer: Scope | undefined;
  /** Looked-up rows by alias; null where there is no partner. Only in the outermost scope. */
  readonly joined: ReadonlyMap<string, SourceRow | null>;
  /** Lists by alias. Only in the outermost scope. */
  readonly lists: ReadonlyMap<string, readonly SourceRow[]>;
}

/** A cell and the row that it was found in. */
export interface FoundCell {
  readonly row: SourceRow;
  readonly column: string;
  readonly value: string | null;
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/** `{#row}`: the number of the row, for files whose rows have no id of their own. */
export const ROW_NUMBER = '#row';

export function inside(outer: Scope, row: SourceRow, index: number): Scope {
  return { row, index, outer, joined: NONE, lists: NONE };
}

function outermost(scope: Scope): Scope {
  let at = scope;
  while (at.outer !== undefined) at = at.outer;
  return at;
}

/** The rows of a list; none where nothing was found. */
export function listIn(scope: Scope, alias: string): readonly SourceRow[] {
  return outermost(scope).lists.get(alias) ?? [];
}

/**
 * Finds `column` in the nearest row that has it, and `alias.column` in the row of that file.
 * Whether a file has a column is checked before the first row; where rows differ (JSON lines), none is no value.
 */
export function cellIn(scope: Scope, reference: string): FoundCell {
  if (reference === ROW_NUMBER) return { row: scope.row, column: reference, value: String(scope.row.row) };
  const dot = reference.indexOf('.');
  if (dot > 0) {
    const row = rowOfFile(scope, reference.slice(0, dot));
    const column = reference.slice(dot + 1);
    if (row === null) return { row: scope.row, column: reference, value: null };
    if (row !== undefined) return { row, column, value: row.cell(column) ?? null };
  }
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const value = at.row.cell(reference);
    if (value !== undefined && (value !== null || at.row.columns !== undefined || at.outer === undefined)) {
      return { row: at.row, column: reference, value };
    }
  }
  return { row: scope.row, column: reference, value: null };
}

function rowOfFile(scope: Scope, alias: string): SourceRow | null | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    if (at.row.file === alias) return at.row;
    const joined = at.joined.get(alias);
    if (joined !== undefined) return joined;
  }
  return undefined;
}
