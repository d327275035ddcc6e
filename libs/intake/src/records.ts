import type { ImportFiles } from './files.ts';
import { mentions } from './inspect.ts';
import type { Join, Mapping } from './mapping.ts';
import { ImportRefused } from './refused.ts';
import { rowsOf } from './rows.ts';
import { ROW_NUMBER, type Scope } from './scope.ts';
import type { SourceRow } from './source-row.ts';
import { templateOf } from './template.ts';

/** A row of the main file, or a group of them, with what belongs to it in the other files. */
export interface SourceRecord {
  readonly scope: Scope;
  /** What makes it unusable as a whole. */
  readonly broken: { readonly row: SourceRow; readonly reason: string } | undefined;
}

/** Rows of a joined file are held in memory; a larger file has to be the main one. */
const JOINED_ROWS_MAX = 2_000_000;
/** Rows of one group are held together; a fact has no longer lists. */
const GROUP_ROWS_MAX = 10_000;

/** Reads the records of a mapping, in the order of the main file. */
export async function* recordsOf(mapping: Mapping, files: ImportFiles): AsyncGenerator<SourceRecord> {
  const main = rowsIn(mapping, files, mapping.main);
  const joined: { alias: string; join: Join; byKey: ReadonlyMap<string, readonly SourceRow[]> }[] = [];
  const headers = new Map<string, SourceRow['columns']>();
  for (const [alias, join] of Object.entries(mapping.joins ?? {})) {
    const { byKey, columns } = await indexed(mapping, files, alias, join);
    if (columns !== undefined) headers.set(alias, columns);
    joined.push({ alias, join, byKey });
  }
  let checked = false;
  for await (const rows of grouped(main, mapping)) {
    const [row] = rows;
    if (row === undefined) continue;
    if (!checked && row.columns !== undefined) {
      checkColumns(mapping, headers.set(mapping.main, row.columns));
      checked = true;
    }
    yield recordOf(mapping, rows, row, joined);
  }
}

function recordOf(
  mapping: Mapping,
  rows: readonly SourceRow[],
  row: SourceRow,
  joins: readonly {
    readonly alias: string;
    readonly join: Join;
    readonly byKey: ReadonlyMap<string, readonly SourceRow[]>;
  }[],
): SourceRecord {
  const joined = new Map<string, SourceRow | null>();
  const lists = new Map<string, readonly SourceRow[]>();
  if (mapping.group !== undefined) lists.set(mapping.group.as, rows);
  let broken = brokenOf(rows);
  for (const { alias, join, byKey } of joins) {
    const partners = byKey.get(keyOf(row, Object.values(join.on)) ?? '') ?? [];
    const reason = partnersProblem(alias, join, partners);
    if (reason !== undefined) broken ??= { row, reason };
    broken ??= brokenOf(partners);
    if (join.many === true) lists.set(alias, partners);
    else joined.set(alias, partners[0] ?? null);
  }
  return { scope: { row, index: 0, outer: undefined, joined, lists }, broken };
}

function brokenOf(rows: readonly SourceRow[]): SourceRecord['broken'] {
  const row = rows.find((each) => each.broken !== undefined);
  return row?.broken === undefined ? undefined : { row, reason: row.broken };
}

function partnersProblem(alias: string, join: Join, partners: readonly SourceRow[]): string | undefined {
  const [first, second] = partners;
  if (join.required === true && first === undefined) return `has no row in ${alias}`;
  return join.many !== true && second !== undefined
    ? `has several rows in ${alias} (rows ${first?.row} and ${second.row}), but the mapping expects one`
    : undefined;
}

function rowsIn(mapping: Mapping, files: ImportFiles, alias: string): AsyncIterable<SourceRow> {
  const format = mapping.files[alias];
  const file = files[alias];
  if (format === undefined) throw new Error(`The mapping was not checked: it has no file ${alias}.`);
  if (file === undefined) {
    const name = format.name === undefined ? '' : ` (${format.name})`;
    throw new ImportRefused(
      'missing-file',
      `The mapping ${mapping.name} needs the file ${alias}${name} too.`,
      alias,
    );
  }
  return rowsOf(file, alias, format);
}

async function indexed(
  mapping: Mapping,
  files: ImportFiles,
  alias: string,
  join: Join,
): Promise<{ byKey: ReadonlyMap<string, readonly SourceRow[]>; columns: SourceRow['columns'] }> {
  const byKey = new Map<string, SourceRow[]>();
  const on = Object.keys(join.on);
  let count = 0;
  let columns: SourceRow['columns'];
  for await (const row of rowsIn(mapping, files, alias)) {
    columns ??= row.columns;
    const missing = on.find((column) => row.columns !== undefined && !row.columns.has(column));
    if (missing !== undefined) throw missingColumn(alias, missing, `joins.${alias}.on`, columns);
    count += 1;
    if (count > JOINED_ROWS_MAX) {
      throw new ImportRefused(
        'joined-file-too-large',
        `${alias} has more than ${JOINED_ROWS_MAX} rows; make it the main file of the mapping, or split it.`,
        alias,
      );
    }
    const key = keyOf(row, on);
    if (key === undefined) continue;
    const rows = byKey.get(key);
    if (rows === undefined) byKey.set(key, [row]);
    else rows.push(row);
  }
  return { byKey, columns };
}

function keyOf(row: SourceRow, columns: readonly string[]): string | undefined {
  const cells = columns.map((column) => row.cell(column) ?? null);
  return cells.includes(null) ? undefined : JSON.stringify(cells);
}

/** Consecutive rows with one key; without a group, each row alone. */
async function* grouped(
  rows: AsyncIterable<SourceRow>,
  { group }: Mapping,
): AsyncGenerator<readonly SourceRow[]> {
  if (group === undefined) {
    for await (const row of rows) yield [row];
    return;
  }
  const finished = new Set<string>();
  let open: { readonly key: string; readonly rows: SourceRow[] } | undefined;
  for await (const row of rows) {
    const key = keyOf(row, group.by) ?? `row ${row.row}`;
    if (open !== undefined && open.key === key) {
      open.rows.push(row);
      if (open.rows.length > GROUP_ROWS_MAX) {
        throw new ImportRefused(
          'group-too-large',
          `More than ${GROUP_ROWS_MAX} rows share ${group.by.join(', ')} ${key}; group by a column that says which rows belong together.`,
          'group.by',
        );
      }
      continue;
    }
    if (open !== undefined) {
      finished.add(open.key);
      yield open.rows;
    }
    if (finished.has(key)) {
      throw new ImportRefused(
        'not-grouped',
        `Row ${row.row} (line ${row.line}) comes back to ${group.by.join(', ')} ${key}; sort the file by ${group.by.join(', ')}.`,
        'group.by',
      );
    }
    open = { key, rows: [row] };
  }
  if (open !== undefined) yield open.rows;
}

function checkColumns(mapping: Mapping, headers: ReadonlyMap<string, SourceRow['columns']>): void {
  const main = headers.get(mapping.main);
  for (const [alias, { on }] of Object.entries(mapping.joins ?? {})) {
    for (const column of Object.values(on)) {
      if (main?.has(column) === false) throw missingColumn(mapping.main, column, `joins.${alias}.on`, main);
    }
  }
  for (const column of mapping.group?.by ?? []) {
    if (main?.has(column) === false) throw missingColumn(mapping.main, column, 'group.by', main);
  }
  for (const { path, kind, text, sees } of mentions(mapping)) {
    if (kind !== 'template' && kind !== 'number') continue;
    const template = templateOf(text);
    if ('problem' in template) continue;
    for (const reference of template.columns) {
      const files = sees.map((alias) => (alias === mapping.group?.as ? mapping.main : alias));
      const problem = referenceProblem(reference, files, headers, Object.keys(mapping.files));
      if (problem !== undefined)
        throw missingColumn(problem.alias, problem.column, path, headers.get(problem.alias));
    }
  }
}

/** The file and column that a reference looks for in vain; undefined where it is found, or rows differ. */
function referenceProblem(
  reference: string,
  sees: readonly string[],
  headers: ReadonlyMap<string, SourceRow['columns']>,
  aliases: readonly string[],
): { readonly alias: string; readonly column: string } | undefined {
  if (reference === ROW_NUMBER) return undefined;
  const dot = reference.indexOf('.');
  const [alias, column] = [reference.slice(0, Math.max(dot, 0)), reference.slice(dot + 1)];
  if (dot > 0 && aliases.includes(alias)) {
    const header = headers.get(alias);
    return header === undefined || header.has(column) ? undefined : { alias, column };
  }
  const known = sees.map((each) => headers.get(each));
  if (known.some((header) => header === undefined || header.has(reference))) return undefined;
  return { alias: sees[0] ?? '', column: reference };
}

function missingColumn(
  alias: string,
  column: string,
  path: string,
  columns: SourceRow['columns'],
): ImportRefused {
  return new ImportRefused(
    'missing-column',
    `${alias} has no column "${column}" (${path} of the mapping); its columns are ${[...(columns?.keys() ?? [])].slice(0, 60).join(', ')}.`,
    path,
  );
}
