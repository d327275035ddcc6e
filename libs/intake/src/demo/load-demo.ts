import type { CommandContext } from '#commands';
import { isRefusal, maxPosition, NO_POSITION, type Position } from '#kernel';
import { FACTS_AT_ONCE, type Recorder, recordCalls } from '../calls.ts';
import { type DemoBatch, demoFacts } from './demo-facts.ts';

/** A batch of the demo that is in the log: what was known when it was is everything up to `position`. */
export interface LoadedBatch {
  readonly label: DemoBatch['label'];
  readonly part: DemoBatch['part'];
  readonly facts: number;
  readonly appended: number;
  readonly duplicates: number;
  /** The highest position among its facts. */
  readonly position: Position;
}

export interface DemoLoad {
  readonly recorder: Recorder;
  readonly context: CommandContext;
  /** Which part to load; default: all of it. */
  readonly part?: DemoBatch['part'];
  /** Waited for after each batch: the place to close a month or to publish an edition, as was done at the time. */
  readonly onBatch?: (batch: LoadedBatch) => Promise<void> | void;
  readonly onProgress?: (progress: { readonly label: string; readonly facts: number }) => void;
}

/**
 * Loads the demo company through the ordinary command path. Repeated, or continued after a crash, it appends what is
 * missing and nothing twice. Unit `root` has to be defined (`ensureRoot`).
 *
 * A refused fact is a mistake of the demo: thrown. Faults of the store are thrown as they come.
 */
export async function loadDemo(load: DemoLoad): Promise<readonly LoadedBatch[]> {
  const loaded: LoadedBatch[] = [];
  let facts = 0;
  for await (const batch of demoFacts()) {
    if (load.part !== undefined && batch.part !== load.part) continue;
    let state: LoadedBatch = {
      label: batch.label,
      part: batch.part,
      facts: batch.facts.length,
      appended: 0,
      duplicates: 0,
      position: NO_POSITION,
    };
    for (let from = 0; from < batch.facts.length; from += FACTS_AT_ONCE) {
      const some = batch.facts.slice(from, from + FACTS_AT_ONCE);
      state = await record(load, { label: batch.label, facts: some }, state);
      facts += some.length;
      load.onProgress?.({ label: batch.label, facts });
    }
    loaded.push(state);
    await load.onBatch?.(state);
  }
  return loaded;
}

async function record(
  { recorder, context }: DemoLoad,
  { label, facts }: Pick<DemoBatch, 'label' | 'facts'>,
  before: LoadedBatch,
): Promise<LoadedBatch> {
  const results = await recordCalls(recorder, facts, context);
  if (isRefusal(results)) throw new Error(`The demo's batch ${label} was refused: ${results.detail}`);
  const refused = results.filter((result) => result.status === 'refused');
  // Facts that were only held back because of another one of their stream do not say what is wrong.
  const cause = refused.find(({ problem }) => problem.code !== 'stream-refused') ?? refused[0];
  if (cause !== undefined) {
    const { type, source } = facts[cause.index] ?? {};
    throw new Error(
      `The demo's ${type} ${source?.id} (${label}) was refused as ${cause.problem.code}: ${cause.problem.detail}`,
    );
  }
  let { appended, duplicates, position } = before;
  for (const result of results) {
    if (result.status === 'refused') continue;
    if (result.status === 'appended') appended += 1;
    else duplicates += 1;
    position = maxPosition(position, result.position);
  }
  return { ...before, appended, duplicates, position };
}
