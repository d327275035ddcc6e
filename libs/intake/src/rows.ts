import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, type Info, parse } from 'csv-parse';
import { decoded } from './decode.ts';
import type { ImportFile } from './files.ts';
import { jsonLines } from './json-lines.ts';
import type { FileFormat } from './mapping.ts';
import { ImportRefused } from './refused.ts';
import type { SourceRow } from './source-row.ts';

const COLUMNS_MAX = 2_000;
const ROW_CHARACTERS_MAX = 4_000_000;

/** Reads the rows of a file, one after the other; the memory it needs does not grow with the file. */
export function rowsOf(file: ImportFile, alias: string, format: FileFormat): AsyncIterable<SourceRow> {
  const text = decoded(file.bytes(), format.encoding ?? 'utf-8', file.name);
  return format.format === 'jsonl'
    ? jsonLines(text, { alias, name: file.name, format })
    : delimited(text, { alias, name: file.name, format });
}

interface Reading {
  readonly alias: string;
  readonly name: string;
  readonly format: FileFormat;
}

async function* delimited(text: AsyncIterable<string>, reading: Reading): AsyncGenerator<SourceRow> {
  const { alias, format } = reading;
  const nulls = new Set(format.nulls ?? ['']);
  let columns = format.header === false ? columnsOf(format.columns ?? [], reading) : undefined;
  let row = 0;
  let counted = 0;
  for await (const { record, info } of records(text, reading)) {
    // The parser tells the line on which a record ends, and counts both signs of a line break inside quotes.
    const breaks = breaksIn(record);
    const line = info.lines - breaks.signs - counted;
    counted += breaks.pairs;
    if (columns === undefined) {
      columns = columnsOf(record, reading);
      continue;
    }
    row += 1;
    yield new DelimitedRow({ file: alias, row, line, columns, cells: record, nulls });
  }
  if (columns === undefined) {
    throw new ImportRefused('empty-file', `${reading.name} is empty; its first line must name the columns.`);
  }
}

class DelimitedRow implements SourceRow {
  readonly file: string;
  readonly row: number;
  readonly line: number;
  readonly columns: ReadonlyMap<string, number>;
  readonly broken?: string;
  readonly #cells: readonly string[];
  readonly #nulls: ReadonlySet<string>;

  constructor(given: {
    readonly file: string;
    readonly row: number;
    readonly line: number;
    readonly columns: ReadonlyMap<string, number>;
    readonly cells: readonly string[];
    readonly nulls: ReadonlySet<string>;
  }) {
    this.file = given.file;
    this.row = given.row;
    this.line = given.line;
    this.columns = given.columns;
    this.#cells = given.cells;
    this.#nulls = given.nulls;
    if (given.cells.length !== given.columns.size) {
      this.broken = `has ${given.cells.length} cells, but there are ${given.columns.size} columns; a delimiter is missing, or a text that holds one is not in quotes`;
    }
  }

  cell(column: string): string | null | undefined {
    const index = this.columns.get(column);
    if (index === undefined) return undefined;
    const text = this.#cells[index];
    return text === undefined || this.#nulls.has(text) ? null : text;
  }
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: Info;
}

async function* records(text: AsyncIterable<string>, { name, format }: Reading): AsyncGenerator<Parsed> {
  const quote = format.quote === undefined ? '"' : format.quote;
  const parser = parse({
    delimiter: format.delimiter ?? (format.format === 'tsv' ? '\t' : ','),
    quote,
    ...(quote !== null && { escape: quote }),
    trim: format.trim ?? true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: ROW_CHARACTERS_MAX,
  });
  const flow = pipeline(Readable.from(text), parser);
  // The iteration below meets the same error; without this, it would count as unhandled as well.
  flow.catch(() => undefined);
  try {
    for await (const parsed of parser) yield parsed as Parsed;
    await flow;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new ImportRefused(
      'unreadable-file',
      `${name} cannot be read as ${format.format}: ${error.message}.`,
    );
  } finally {
    parser.destroy();
  }
}

function breaksIn(record: readonly string[]): { readonly signs: number; readonly pairs: number } {
  let [signs, pairs] = [0, 0];
  for (const cell of record) {
    if (!cell.includes('\n') && !cell.includes('\r')) continue;
    signs += cell.match(/[\r\n]/g)?.length ?? 0;
    pairs += cell.match(/\r\n/g)?.length ?? 0;
  }
  return { signs, pairs };
}

function columnsOf(names: readonly string[], { name }: Reading): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  for (const [i, column] of names.entries()) {
    if (columns.has(column)) {
      throw new ImportRefused(
        'repeated-column',
        `${name} has two columns "${column}"; each column needs a name of its own.`,
        column,
      );
    }
    columns.set(column, i);
  }
  if (columns.size > COLUMNS_MAX) {
    throw new ImportRefused(
      'too-many-columns',
      `${name} has ${columns.size} columns; at most ${COLUMNS_MAX}.`,
    );
  }
  return columns;
}
