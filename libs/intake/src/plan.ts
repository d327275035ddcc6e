import type { SubmittedFact } from '#commands';
import { type ContractProblem, validate } from '#contracts';
import { type Read, type ReadText, Styles, textReader } from './compile.ts';
import { conditionOrTrue } from './conditions.ts';
import type { ImportFiles } from './files.ts';
import type { EventMapping, Mapping } from './mapping.ts';
import { columnAt } from './places.ts';
import { recordsOf, type SourceRecord } from './records.ts';
import { CellError } from './refused.ts';
import { cellIn, inside, listIn, type Scope } from './scope.ts';
import type { SourceRow } from './source-row.ts';
import { fieldsReader, type Json } from './values.ts';

/** Something in a row that keeps it from becoming facts. */
export interface RowError {
  /** Alias of the file in the mapping. */
  readonly file: string;
  /** 1 for the first row of data. */
  readonly row: number;
  /** Line in the file; the header is line 1. */
  readonly line: number;
  /** Undefined when the row as a whole is wrong. */
  readonly column: string | undefined;
  readonly value: string | null | undefined;
  readonly reason: string;
  /** Event type and field that could not be made. */
  readonly event?: string;
  readonly field?: string;
}

/** A fact of a row; its source says which one it is, whatever file it comes in. */
export interface PlannedFact extends SubmittedFact {
  readonly data: Readonly<Record<string, Json>>;
  readonly source: { readonly system: string; readonly id: string; readonly row: number };
}

/** What a row of the main file (or a group of rows) becomes. With errors there are no facts. */
export interface RowResult {
  readonly row: number;
  readonly line: number;
  readonly facts: readonly PlannedFact[];
  readonly errors: readonly RowError[];
  /** The mapping's `where` does not hold for it. */
  readonly skipped: boolean;
}

interface CompiledEvent {
  readonly mapping: EventMapping;
  readonly id: ReadText;
  readonly when: Read<boolean>;
  readonly once: ReadText | undefined;
  readonly data: Read<Record<string, Json>>;
  /** Values of `once` that have been seen in this file. */
  readonly seen: Set<string>;
}

/**
 * What a mapping makes of files, row by row, without writing anything. Files are read as a stream; what is held in
 * memory are joined files, the keys of groups and of `once`.
 *
 * Throws ImportRefused where the file as a whole is not what the mapping says (encoding, columns, form).
 */
export async function* planImport(files: ImportFiles, mapping: Mapping): AsyncGenerator<RowResult> {
  const styles = new Styles(mapping);
  const where = conditionOrTrue(mapping.where, styles);
  const events = mapping.events.map((event) => compiledEvent(event, styles));
  for await (const record of recordsOf(mapping, files)) yield resultOf(record, { mapping, where, events });
}

function compiledEvent(mapping: EventMapping, styles: Styles): CompiledEvent {
  return {
    mapping,
    id: textReader(mapping.id),
    when: conditionOrTrue(mapping.when, styles),
    once: mapping.once === undefined ? undefined : textReader(mapping.once),
    data: fieldsReader(mapping.data, styles),
    seen: new Set(),
  };
}

interface Plan {
  readonly mapping: Mapping;
  readonly where: Read<boolean>;
  readonly events: readonly CompiledEvent[];
}

function resultOf({ scope, broken }: SourceRecord, { mapping, where, events }: Plan): RowResult {
  const { row, line } = scope.row;
  if (broken !== undefined) {
    const error = { ...placeOf(broken.row), column: undefined, value: undefined, reason: broken.reason };
    return { row, line, facts: [], errors: [error], skipped: false };
  }
  const errors: RowError[] = [];
  const facts: PlannedFact[] = [];
  const fill = (read: () => void, event?: string): void => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      errors.push(errorOf(error, scope.row, event));
    }
  };
  let skipped = false;
  fill(() => {
    skipped = !where(scope);
  });
  if (skipped || errors.length > 0) return { row, line, facts, errors, skipped };
  const first: (() => void)[] = [];
  for (const event of events) {
    for (const each of scopesOf(event, scope)) {
      fill(() => {
        const made = factOf(event, each, mapping, first);
        if (made === undefined) return;
        if ('type' in made) facts.push(made);
        else errors.push(...made.errors);
      }, event.mapping.type);
    }
  }
  if (errors.length > 0) return { row, line, facts: [], errors, skipped };
  for (const remember of first) remember();
  return { row, line, facts, errors, skipped };
}

function scopesOf({ mapping: { each } }: CompiledEvent, scope: Scope): readonly Scope[] {
  return each === undefined ? [scope] : listIn(scope, each).map((row, i) => inside(scope, row, i));
}

function factOf(
  event: CompiledEvent,
  scope: Scope,
  { source }: Mapping,
  first: (() => void)[],
): PlannedFact | { readonly errors: readonly RowError[] } | undefined {
  const { type, id: idTemplate } = event.mapping;
  if (!event.when(scope)) return undefined;
  const once = event.once?.(scope);
  if (once !== undefined) {
    if (event.seen.has(once)) return undefined;
    // Remembered when the whole row is right: a broken row must not keep the next one from registering a customer.
    first.push(() => event.seen.add(once));
  }
  const id = event.id(scope);
  if (id === undefined)
    throw new CellError(`gives no id to ${type}: a column of ${idTemplate} holds no value`);
  const data = event.data(scope);
  const checked = validate(type, data);
  if (checked.ok) return { type, data, source: { system: source.system, id, row: scope.row.row } };
  return { errors: checked.problems.map((problem) => contractError(problem, event.mapping, scope)) };
}

/** A problem of the contract, told by the cell that the field was made of. */
function contractError({ path, message }: ContractProblem, event: EventMapping, scope: Scope): RowError {
  const place = columnAt(event, scope, path);
  const at = place === undefined ? scope : place.scope;
  const cell = place === undefined ? undefined : cellIn(at, place.column);
  return {
    ...placeOf(cell?.row ?? at.row),
    column: cell?.column,
    value: cell?.value,
    reason: `${path} ${message}`,
    event: event.type,
    field: path,
  };
}

function errorOf({ reason, at }: CellError, row: SourceRow, event: string | undefined): RowError {
  const place = at === undefined ? { ...placeOf(row), column: undefined, value: undefined } : at;
  return { ...place, reason, ...(event !== undefined && { event }) };
}

function placeOf({ file, row, line }: SourceRow): { file: string; row: number; line: number } {
  return { file, row, line };
}
