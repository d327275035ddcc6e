import { crashPoint } from '#crash-points';
import { canonicalJson, isRefusal, type Refusal, sha256Hex } from '#kernel';
import { FACTS_AT_ONCE, recordCalls } from './calls.ts';
import { checkRows } from './check-rows.ts';
import { fingerprint } from './files.ts';
import type { Mapping } from './mapping.ts';
import { type PlannedFact, planImport, type RowError } from './plan.ts';
import { ImportRefused } from './refused.ts';
import type { ImportRequest } from './request.ts';

/** A fact that the rules refused although its row was right. */
export interface RefusedRow {
  readonly row: number;
  readonly type: string;
  readonly sourceId: string;
  readonly code: string;
  readonly detail: string;
  readonly field?: string;
}

/**
 * What became of a file.
 *
 * `checked`: dry run. `rejected`: rows are broken and the mapping rejects such files; nothing was written.
 * `accepted`: recorded, the batch is on record. `stopped`: facts were refused while recording and the mapping rejects
 * such files; what was recorded before stays, the batch is not on record, and the same file may be sent again.
 */
export interface ImportReport {
  readonly status: 'checked' | 'rejected' | 'accepted' | 'stopped';
  readonly dryRun: boolean;
  readonly batchId: string;
  readonly mapping: string;
  readonly fileSha256: string;
  readonly rowsRead: number;
  readonly rowsSkipped: number;
  readonly rowsAccepted: number;
  /** Rows that are not in the log, each once. */
  readonly rowsRejectedTotal: number;
  /** At most 1,000 of the errors. */
  readonly rowsRejected: readonly RowError[];
  readonly factsPlanned: number;
  readonly factsAppended: number;
  readonly duplicates: number;
  readonly refused: readonly RefusedRow[];
}

/** Rows that an ImportBatchAccepted names, so that it stays below a megabyte; a file with more is not skipped through. */
const REJECTED_ROWS_MAX = 2_000;
const WHY_MAX = 300;

/**
 * Imports files by a mapping. The file is checked as a whole before its first fact is written, then recorded in order,
 * hundreds of facts at a time; the same file again appends nothing.
 *
 * Refusals: those of ImportRefused (wrong-encoding, missing-column, missing-file, unreadable-file, …),
 * too-many-errors. Faults of the store are thrown; the same file sent again continues.
 */
export async function importFile(request: ImportRequest): Promise<ImportReport | Refusal> {
  try {
    return await importing(request);
  } catch (error) {
    if (error instanceof ImportRefused) return error.refusal;
    throw error;
  }
}

/** The name of a batch: it follows from the bytes of the files and from the mapping. */
export function batchIdOf(fileSha256: string, mapping: Mapping): string {
  return `${mapping.name}-${sha256Hex(`${fileSha256} ${canonicalJson(mapping)}`).slice(0, 20)}`;
}

async function importing(request: ImportRequest): Promise<ImportReport | Refusal> {
  const { files, mapping, dryRun = false } = request;
  const fileSha256 = await fingerprint(files);
  const batchId = batchIdOf(fileSha256, mapping);
  const checked = await checkRows(request);
  const skipping = mapping.onError === 'skip-rows';
  const report = {
    dryRun,
    batchId,
    mapping: mapping.name,
    fileSha256,
    rowsRead: checked.rowsRead,
    rowsSkipped: checked.rowsSkipped,
    rowsAccepted: checked.rowsRead - checked.rowsSkipped - checked.broken.size,
    rowsRejectedTotal: checked.broken.size,
    rowsRejected: checked.errors,
    factsPlanned: checked.facts,
    factsAppended: 0,
    duplicates: 0,
    refused: [],
  };
  if (dryRun) return { status: 'checked', ...report };
  if (checked.broken.size > 0 && !skipping) return { status: 'rejected', ...report, rowsAccepted: 0 };
  if (checked.broken.size > REJECTED_ROWS_MAX) {
    throw new ImportRefused(
      'too-many-errors',
      `${checked.broken.size} of ${checked.rowsRead} rows are broken; at most ${REJECTED_ROWS_MAX} can be skipped.`,
    );
  }
  const run = await record(request, { batchId, checked, stopAtRefusal: !skipping });
  const rejected = new Map([
    ...checked.broken,
    ...run.refused.map(({ row, detail }) => [row, detail] as const),
  ]);
  const outcome = {
    ...report,
    rowsAccepted: checked.rowsRead - checked.rowsSkipped - rejected.size,
    rowsRejectedTotal: rejected.size,
    factsAppended: run.appended,
    duplicates: run.duplicates,
    refused: run.refused,
  };
  if (run.refused.length > 0 && !skipping) return { status: 'stopped', ...outcome };
  crashPoint('import.before-accept');
  await acceptBatch(request, outcome, rejected);
  crashPoint('import.after-accept');
  return { status: 'accepted', ...outcome };
}

interface Run {
  readonly appended: number;
  readonly duplicates: number;
  readonly refused: readonly RefusedRow[];
}

async function record(
  { files, mapping, recorder, context, onProgress }: ImportRequest,
  {
    batchId,
    checked,
    stopAtRefusal,
  }: {
    readonly batchId: string;
    readonly checked: Awaited<ReturnType<typeof checkRows>>;
    readonly stopAtRefusal: boolean;
  },
): Promise<Run> {
  let [appended, duplicates, rows, facts] = [0, 0, 0, 0];
  const refused: RefusedRow[] = [];
  let waiting: PlannedFact[] = [];
  const send = async (): Promise<void> => {
    const batch = waiting.map((fact) => ({ ...fact, source: { ...fact.source, batchId } }));
    waiting = [];
    const results = await recordCalls(recorder, batch, context);
    if (isRefusal(results)) throw new ImportRefused(results.code, results.detail);
    for (const result of results) {
      const fact = batch[result.index];
      if (result.status === 'appended') appended += 1;
      else if (result.status === 'duplicate') duplicates += 1;
      else if (result.status === 'refused' && fact !== undefined)
        refused.push(refusedRow(fact, result.problem));
    }
    facts += batch.length;
    crashPoint('import.between-calls');
    onProgress?.({ phase: 'record', rows, rowsTotal: checked.rowsRead, facts, factsTotal: checked.facts });
  };
  for await (const result of planImport(files, mapping)) {
    rows += 1;
    if (checked.broken.has(result.row)) continue;
    for (const fact of result.facts) {
      waiting.push(fact);
      if (waiting.length >= FACTS_AT_ONCE) await send();
    }
    if (stopAtRefusal && refused.length > 0) return { appended, duplicates, refused };
  }
  if (waiting.length > 0) await send();
  return { appended, duplicates, refused };
}

function refusedRow({ type, source }: PlannedFact, { code, detail, field }: Refusal): RefusedRow {
  return { row: source.row, type, sourceId: source.id, code, detail, ...(field !== undefined && { field }) };
}

async function acceptBatch(
  { mapping, recorder, context, coverage }: ImportRequest,
  report: Omit<ImportReport, 'status'>,
  rejected: ReadonlyMap<number, string>,
): Promise<void> {
  const covered = coverage ?? mapping.coverage;
  const { batchId, fileSha256, rowsRead, rowsAccepted } = report;
  const data = {
    batchId,
    fileSha256,
    mapping: mapping.name,
    rowsRead,
    rowsAccepted,
    rowsRejected: [...rejected]
      .sort(([a], [b]) => a - b)
      .map(([row, why]) => ({ row, why: why.slice(0, WHY_MAX) })),
    ...(covered !== undefined && { coverage: covered }),
  };
  // The same outcome is the same fact; a later, better one of the same batch is another.
  const id = `${batchId}:${sha256Hex(canonicalJson(data)).slice(0, 16)}`;
  const fact = { type: 'ImportBatchAccepted', data, source: { system: mapping.source.system, id, batchId } };
  const results = await recorder.recordFacts([fact], context);
  const [result] = isRefusal(results) ? [] : results;
  if (isRefusal(results)) throw new ImportRefused(results.code, results.detail);
  if (result?.status === 'refused') throw new ImportRefused(result.problem.code, result.problem.detail);
}
