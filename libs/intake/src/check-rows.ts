import { NamedIds, UNIT_FIELDS } from './named-ids.ts';
import { planImport, type RowError, type RowResult } from './plan.ts';
import type { ImportRequest } from './request.ts';

/** What is known of a file before the first fact of it is written. */
export interface CheckedRows {
  readonly rowsRead: number;
  readonly rowsSkipped: number;
  /** Facts of the rows that are right. */
  readonly facts: number;
  /** Broken rows with the first reason. */
  readonly broken: ReadonlyMap<number, string>;
  /** At most ERRORS_MAX of their errors. */
  readonly errors: readonly RowError[];
}

const ERRORS_MAX = 1_000;
const VALUE_MAX = 200;
const PROGRESS_EVERY = 2_000;

/**
 * Reads the whole file once: every row, ids told twice, and (with `known`) customers and units that nobody knows.
 * Memory grows with the number of different ids, not with the width of the file.
 */
export async function checkRows({ files, mapping, known, onProgress }: ImportRequest): Promise<CheckedRows> {
  let [rowsRead, rowsSkipped, facts] = [0, 0, 0];
  const broken = new Map<number, string>();
  const errors: RowError[] = [];
  const ids = new Map<string, number>();
  const named = known === undefined ? undefined : new NamedIds(known);
  for await (const result of planImport(files, mapping)) {
    rowsRead += 1;
    if (result.skipped) rowsSkipped += 1;
    const found = [
      ...result.errors,
      ...toldTwice(ids, result, mapping.main),
      ...(await namesNobody(named, result, mapping.main)),
    ];
    const [first] = found;
    if (first === undefined) facts += result.facts.length;
    else broken.set(result.row, sentence(first));
    errors.push(...found.slice(0, Math.max(0, ERRORS_MAX - errors.length)).map(shortened));
    if (rowsRead % PROGRESS_EVERY === 0)
      onProgress?.({ phase: 'check', rows: rowsRead, rowsTotal: undefined, facts, factsTotal: undefined });
  }
  onProgress?.({ phase: 'check', rows: rowsRead, rowsTotal: rowsRead, facts, factsTotal: facts });
  return { rowsRead, rowsSkipped, facts, broken, errors };
}

/** A cell may hold megabytes; an error shows its beginning. */
function shortened(error: RowError): RowError {
  const { value } = error;
  return typeof value === 'string' && value.length > VALUE_MAX
    ? { ...error, value: `${value.slice(0, VALUE_MAX)}…` }
    : error;
}

function sentence({ column, value, reason }: RowError): string {
  if (column === undefined) return reason;
  return `${column} = ${value === null || value === undefined ? 'no value' : JSON.stringify(value)}: ${reason}`;
}

/** Two facts of one type with one id would be one fact: a mistake of the mapping, or a row that is in the file twice. */
function toldTwice(
  ids: Map<string, number>,
  { row, line, facts }: RowResult,
  file: string,
): readonly RowError[] {
  const errors: RowError[] = [];
  for (const { type, source } of facts) {
    const key = `${type} ${source.id}`;
    const earlier = ids.get(key);
    if (earlier === undefined) ids.set(key, row);
    else {
      const reason = `gives ${type} the id ${source.id}, which row ${earlier} has given already`;
      errors.push({ file, row, line, column: undefined, value: undefined, reason, event: type });
    }
  }
  return errors;
}

async function namesNobody(
  named: NamedIds | undefined,
  { row, line, facts }: RowResult,
  file: string,
): Promise<readonly RowError[]> {
  const unknown = await named?.unknown(facts);
  if (unknown === undefined) return [];
  const { field, value, type } = unknown;
  const what = UNIT_FIELDS.includes(field) ? 'unit' : 'customer';
  const reason = `${field} names ${what} ${value}, which neither exists nor is brought by an earlier row`;
  return [{ file, row, line, column: undefined, value, reason, event: type, field }];
}
