import type { CommandContext, FactResult, SubmittedFact } from '#commands';
import { streamOf } from '#contracts';
import { isRefusal, type Refusal } from '#kernel';

/** Records facts; a FactRecorder does. */
export interface Recorder {
  recordFacts(
    facts: readonly SubmittedFact[],
    context: CommandContext,
  ): Promise<readonly FactResult[] | Refusal>;
}

/** Facts of one call. A call takes up to 1,000; half of it keeps answers and memory small. */
export const FACTS_AT_ONCE = 500;

/** Facts that open a customer's file. */
const OPENING = new Set(['CustomerRegistered', 'ProspectContacted']);

/**
 * Records facts in their order, one result per fact. What else happens in a file that these facts open goes into a
 * second call: whether a customer exists is read from the log, and within one call the file is not there yet.
 */
export async function recordCalls(
  recorder: Recorder,
  facts: readonly SubmittedFact[],
  context: CommandContext,
): Promise<readonly FactResult[] | Refusal> {
  const opened = new Set<string>();
  const calls: [number[], number[]] = [[], []];
  for (const [i, fact] of facts.entries()) {
    const stream = fact.stream ?? streamIn(fact);
    const follows = stream !== undefined && opened.has(stream);
    calls[follows ? 1 : 0].push(i);
    if (stream !== undefined && OPENING.has(fact.type)) opened.add(stream);
  }
  const results = new Array<FactResult>(facts.length);
  for (const indexes of calls) {
    if (indexes.length === 0) continue;
    const part = indexes.flatMap((i) => facts[i] ?? []);
    const answer = await recorder.recordFacts(part, context);
    if (isRefusal(answer)) return answer;
    for (const result of answer) {
      const index = indexes[result.index];
      if (index !== undefined) results[index] = { ...result, index };
    }
  }
  return results;
}

function streamIn({ type, data }: SubmittedFact): string | undefined {
  return type === 'FactCorrected' ? undefined : streamOf(type, data);
}
