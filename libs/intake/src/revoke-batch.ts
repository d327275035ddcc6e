import type { CommandContext, SubmittedFact } from '#commands';
import type { RecordedEvent } from '#journal';
import { isRefusal, type Refusal, refuse } from '#kernel';
import { FACTS_AT_ONCE, type Recorder, recordCalls } from './calls.ts';

export interface RevokeRequest {
  readonly batchId: string;
  /** The log from its beginning: `journal.readAll()`. */
  readonly events: AsyncIterable<RecordedEvent>;
  readonly recorder: Recorder;
  readonly context: CommandContext;
  readonly reason: string;
  readonly authorisedBy: string;
}

export interface RevokeReport {
  readonly batchId: string;
  /** Facts of the batch that stand in the log, its own record among them. */
  readonly facts: number;
  readonly voided: number;
  /** Void before: by hand, or by an earlier revocation. */
  readonly alreadyVoid: number;
  readonly refused: readonly { readonly eventId: string; readonly code: string; readonly detail: string }[];
}

/** What the log says of a batch. */
interface Found {
  readonly facts: Map<string, string>;
  readonly voided: Set<string>;
}

/**
 * Takes back a batch as a unit: every fact that it brought, and its own record, is voided by a FactCorrected. Nothing
 * is deleted, and figures of earlier knowledge stay as they were. The same rows cannot come again under the same
 * source ids; right ones come with a source of their own, or as corrections.
 *
 * Refusal: unknown-batch. Repeated, it voids what is left.
 */
export async function revokeBatch(request: RevokeRequest): Promise<RevokeReport | Refusal> {
  const { batchId, recorder, context, reason, authorisedBy } = request;
  const { facts, voided } = await factsOfBatch(request);
  if (facts.size === 0)
    return refuse('unknown-batch', `No fact of a batch ${batchId} is in the log.`, 'batchId');
  const voids = [...facts]
    .filter(([eventId]) => !voided.has(eventId))
    .map(
      ([targetEventId, stream]): SubmittedFact => ({
        type: 'FactCorrected',
        stream,
        data: { targetEventId, replacement: null, reason, authorisedBy },
        source: { system: 'import-revocation', id: targetEventId, batchId },
      }),
    );
  let done = 0;
  const refused: RevokeReport['refused'][number][] = [];
  for (let from = 0; from < voids.length; from += FACTS_AT_ONCE) {
    const some = voids.slice(from, from + FACTS_AT_ONCE);
    const results = await recordCalls(recorder, some, context);
    if (isRefusal(results)) return results;
    for (const result of results) {
      if (result.status !== 'refused') done += 1;
      else
        refused.push({
          eventId: String(some[result.index]?.data['targetEventId']),
          code: result.problem.code,
          detail: result.problem.detail,
        });
    }
  }
  return { batchId, facts: facts.size, voided: done, alreadyVoid: voided.size, refused };
}

async function factsOfBatch({ events, batchId }: RevokeRequest): Promise<Found> {
  const found: Found = { facts: new Map(), voided: new Set() };
  /** Corrections of the batch's facts by their own id: each leads to the fact it corrects. */
  const roots = new Map<string, string>();
  for await (const { eventId, type, stream, data, metadata } of events) {
    if (type === 'FactCorrected') {
      const target = String(data['targetEventId']);
      const root = found.facts.has(target) ? target : roots.get(target);
      if (root === undefined) continue;
      roots.set(eventId, root);
      if (data['replacement'] === null) found.voided.add(root);
    } else if (batchOf(metadata) === batchId) found.facts.set(eventId, stream);
  }
  return found;
}

function batchOf({ source }: RecordedEvent['metadata']): unknown {
  return typeof source === 'object' && source !== null && 'batchId' in source ? source.batchId : undefined;
}
