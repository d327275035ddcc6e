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

/** What the log says of a fact of a batch. */
interface Found {
  readonly stream: string;
  /** The fact's own id, or that of the last correction of it: a void of what was given back is another fact than the void before. */
  last: string;
  voided: boolean;
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
  const facts = await factsOfBatch(request);
  if (facts.length === 0)
    return refuse('unknown-batch', `No fact of a batch ${batchId} is in the log.`, 'batchId');
  // The last one first: what the others leave behind has stood before.
  const voids = facts
    .filter(({ voided }) => !voided)
    .reverse()
    .map(
      ({ last: targetEventId, stream }): SubmittedFact => ({
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
  return { batchId, facts: facts.length, voided: done, alreadyVoid: facts.length - voids.length, refused };
}

/** The facts of a batch, in order of record. */
async function factsOfBatch({ events, batchId }: RevokeRequest): Promise<readonly Found[]> {
  const facts: Found[] = [];
  /** By the fact's own id and those of its corrections. */
  const byId = new Map<string, Found>();
  for await (const { eventId, type, stream, data, metadata } of events) {
    if (type === 'FactCorrected') {
      const fact = byId.get(String(data['targetEventId']));
      if (fact === undefined) continue;
      byId.set(eventId, fact);
      fact.last = eventId;
      fact.voided = data['replacement'] === null;
    } else if (batchOf(metadata) === batchId) {
      const fact = { stream, last: eventId, voided: false };
      facts.push(fact);
      byId.set(eventId, fact);
    }
  }
  return facts;
}

function batchOf({ source }: RecordedEvent['metadata']): unknown {
  return typeof source === 'object' && source !== null && 'batchId' in source ? source.batchId : undefined;
}
