import type { FileFormat } from './mapping.ts';
import type { SourceRow } from './source-row.ts';

const LINE_CHARACTERS_MAX = 4_000_000;

/** A string of JSON, or a number: strings are found first, so that digits inside them are left alone. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Rows of JSON lines: one object a line; `a.b` names member b of member a. Empty lines are passed over. */
export async function* jsonLines(
  text: AsyncIterable<string>,
  { alias, format }: { readonly alias: string; readonly name: string; readonly format: FileFormat },
): AsyncGenerator<SourceRow> {
  const nulls = new Set(format.nulls ?? ['']);
  let line = 0;
  let row = 0;
  for await (const content of lines(text)) {
    line += 1;
    if (content.trim() === '') continue;
    row += 1;
    yield jsonRow({ alias, row, line, content, nulls, trim: format.trim ?? true });
  }
}

function jsonRow(given: {
  readonly alias: string;
  readonly row: number;
  readonly line: number;
  readonly content: string;
  readonly nulls: ReadonlySet<string>;
  readonly trim: boolean;
}): SourceRow {
  const { alias: file, row, line } = given;
  const place = { file, row, line, columns: undefined };
  const read = parseExactly(given.content);
  if (typeof read === 'string') return { ...place, broken: read, cell: () => undefined };
  return {
    ...place,
    cell: (column) => {
      const value = member(read, column);
      if (value === undefined || value === null) return null;
      if (typeof value === 'object') return JSON.stringify(value);
      const text = given.trim ? String(value).trim() : String(value);
      return given.nulls.has(text) ? null : text;
    },
  };
}

/** The object of a line, its numbers as the texts they were written as; or what is wrong with it. */
function parseExactly(content: string): Record<string, unknown> | string {
  if (content.length > LINE_CHARACTERS_MAX) return `is longer than ${LINE_CHARACTERS_MAX} characters`;
  try {
    JSON.parse(content);
    const quoted = content.replace(STRING_OR_NUMBER, (found) =>
      found.startsWith('"') ? found : `"${found}"`,
    );
    const value: unknown = JSON.parse(quoted);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : 'is not a JSON object';
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return `is not JSON: ${error.message}`;
  }
}

function member(object: Record<string, unknown>, column: string): unknown {
  if (Object.hasOwn(object, column)) return object[column];
  let at: unknown = object;
  for (const name of column.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

async function* lines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of text) {
    const parts = (rest + piece).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield part.endsWith('\r') ? part.slice(0, -1) : part;
  }
  if (rest !== '') yield rest;
}
