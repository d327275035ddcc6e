import { EventStoreDBClient } from '@eventstore/db-client';
import type { Attempt } from './eventstore-writers.ts';

interface Found {
  readonly stream: string;
  readonly revision: number;
  readonly position: bigint;
}

export interface Audited {
  /** The violations, as sentences. */
  readonly wrong: readonly string[];
  readonly events: number;
  /** Appends that nobody was told about and that are there. */
  readonly keptUnanswered: number;
}

/**
 * Whether a recovered log is what it may be: acknowledged ⊆ recovered ⊆ attempted, nothing twice, appends whole, revisions
 * without gaps, and the streams' indexes in agreement with the log; of the streams those that some attempts were made to.
 */
export async function audit(
  uri: string,
  attempts: readonly Attempt[],
  streamsOf: readonly Attempt[] = attempts,
): Promise<Audited> {
  const client = EventStoreDBClient.connectionString(uri);
  const wrong: string[] = [];
  const found = new Map<string, Found>();
  const byStream = new Map<string, Found[]>();
  let events = 0;
  for await (const { event } of client.readAll()) {
    if (event?.type !== 'Stormed') continue;
    events++;
    const at = { stream: event.streamId, revision: Number(event.revision), position: event.position.commit };
    if (found.has(event.id)) wrong.push(`${event.id} is in the log twice: at ${at.position}`);
    found.set(event.id, at);
    const own = byStream.get(at.stream);
    if (own) own.push(at);
    else byStream.set(at.stream, [at]);
  }
  const attempted = new Set(attempts.flatMap(({ ids }) => ids));
  for (const id of found.keys())
    if (!attempted.has(id)) wrong.push(`${id} is in the log, and nobody wrote it`);
  for (const attempt of attempts) wrong.push(...appendWrong(attempt, found));
  const looked = new Set(streamsOf.map(({ stream }) => stream));
  for (const [stream, own] of byStream) {
    const gap = own.findIndex(({ revision }, n) => revision !== n);
    if (gap >= 0) wrong.push(`${stream} has revision ${own[gap]?.revision} in the place of ${gap}`);
    if (!looked.has(stream)) continue;
    let n = 0;
    for await (const { event } of client.readStream(stream)) {
      const expected = own[n++];
      if (event?.position?.commit !== expected?.position || Number(event?.revision) !== expected?.revision)
        wrong.push(
          `${stream}: its index has ${event?.revision} at ${event?.position?.commit}, the log ${expected?.revision} at ${expected?.position}`,
        );
    }
    if (n !== own.length) wrong.push(`${stream}: its index has ${n} events, the log ${own.length}`);
  }
  await client.dispose();
  const keptUnanswered = attempts.filter(({ answer, ids }) => !answer && found.has(ids[0] as string)).length;
  return { wrong, events, keptUnanswered };
}

function appendWrong({ stream, ids, answer }: Attempt, found: ReadonlyMap<string, Found>): string[] {
  const there = ids.map((id) => found.get(id));
  const kept = there.filter((at) => at !== undefined);
  if (kept.length === 0)
    return answer ? [`${stream}: an acknowledged append of revision ${answer.revision} is lost`] : [];
  if (kept.length < ids.length)
    return [`${stream}: of an append of ${ids.length} events only ${kept.length} are there`];
  const first = kept[0] as Found;
  if (kept.some((at, n) => at.revision !== first.revision + n || at.stream !== stream))
    return [`${stream}: the events of an append are not together`];
  const last = kept.at(-1) as Found;
  if (answer && (last.revision !== answer.revision || last.position !== answer.position))
    return [
      `${stream}: acknowledged as revision ${answer.revision} at ${answer.position}, found as ${last.revision} at ${last.position}`,
    ];
  return [];
}
