import type { Journal } from '#journal';
import { type Refusal, refuse } from '#kernel';
import { type CommandContext, identified } from './context.ts';
import type { AnyFactRules } from './decider.ts';
import type { JudgingRoom } from './known-facts.ts';
import { type AppendedAsNew, Newness, placesOf, recordAsNew } from './new-streams.ts';
import {
  type Locate,
  type PreparedFact,
  prepareFact,
  type RefusedFact,
  type SubmittedFact,
} from './prepared-fact.ts';
import type { References } from './references.ts';
import { type FactResult, recordStream } from './stream-recorder.ts';

/** Facts of one call; more are refused as a whole. Source: api.md, "A batch of facts". */
export const FACTS_MAX = 1_000;

const STREAMS_AT_ONCE = 32;

export interface FactRecorderOptions {
  readonly journal: Journal;
  readonly references: References;
  /** The rules of every area; each event type belongs to exactly one of them. */
  readonly rules: readonly AnyFactRules[];
  /** The stream of an event, for corrections that name only their target. */
  readonly locate?: Locate;
}

/**
 * Records batches of facts: `POST /v1/facts`, imports, approved corrections.
 *
 * Facts of one stream are appended together or not at all, in the order of the batch; streams do not wait for each
 * other, except that units come before customers, customers before merges, and those before everything else, so that
 * a batch may bring its own master data.
 */
export class FactRecorder {
  readonly #options: FactRecorderOptions;
  readonly #rules = new Map<string, AnyFactRules>();
  readonly #newness = new Newness();

  constructor(options: FactRecorderOptions) {
    this.#options = options;
    for (const rules of options.rules) {
      for (const type of rules.types) {
        if (rules.byCommandOnly?.includes(type)) continue;
        if (this.#rules.has(type))
          throw new Error(`${type} has two sets of rules; each type belongs to one area.`);
        this.#rules.set(type, rules);
      }
    }
  }

  /** Event types that can be recorded as facts. */
  get types(): readonly string[] {
    return [...this.#rules.keys(), 'FactCorrected'];
  }

  /**
   * One result per fact, in the order of the batch.
   *
   * Refusal of the whole: too-many-facts. Faults (thrown): store-unavailable and the others of the journal; what was
   * appended before stays, and a repeat with the same sources or Idempotency-Key finds it.
   */
  async recordFacts(
    facts: readonly SubmittedFact[],
    context: CommandContext,
  ): Promise<readonly FactResult[] | Refusal> {
    if (facts.length > FACTS_MAX) {
      return refuse(
        'too-many-facts',
        `A call takes at most ${FACTS_MAX} facts; these are ${facts.length}.`,
        'facts',
      );
    }
    const call = identified(context);
    const results = new Array<FactResult>(facts.length);
    const prepared: PreparedFact[] = [];
    /** Streams that are not written to, by the fact that was refused. */
    const refused = new Map<string, RefusedFact>();
    for (const [index, fact] of facts.entries()) {
      const outcome = await prepareFact({
        index,
        fact,
        context: call,
        rules: this.#rules,
        locate: this.#options.locate,
      });
      if (!('status' in outcome)) prepared.push(outcome);
      else {
        results[index] = outcome;
        if (outcome.stream !== undefined) refused.set(outcome.stream, outcome);
      }
    }
    for (const result of await this.#recordPrepared(prepared, refused, call)) results[result.index] = result;
    return results;
  }

  async #recordPrepared(
    prepared: readonly PreparedFact[],
    refused: ReadonlyMap<string, RefusedFact>,
    context: CommandContext,
  ): Promise<readonly FactResult[]> {
    // Wrong input is told as such also when the store is away.
    if (prepared.length === 0) return [];
    const room: JudgingRoom = { ...this.#options, rulesOf: this.#rules };
    const phases = phasesOf(prepared);
    const results: FactResult[] = [];
    const reading = async (group: readonly PreparedFact[]): Promise<void> => {
      const [first] = group;
      if (first === undefined) return;
      const read = await recordStream(room, first.stream, group, context, refused.get(first.stream));
      this.#newness.saw(read.some((each) => each.status === 'appended' && each.revision === 0n));
      results.push(...read);
    };
    const since = await room.journal.since();
    const appended: AppendedAsNew[] = [];
    for (const phase of phases) {
      await eachAtOnce(phase, STREAMS_AT_ONCE, async (group): Promise<void> => {
        const stream = group[0]?.stream;
        if (stream === undefined || refused.has(stream) || !this.#newness.likely) return reading(group);
        const asNew = await recordAsNew(room, group, { stream, since, context });
        if (asNew === undefined) return reading(group);
        this.#newness.saw(true);
        appended.push(asNew);
      });
    }
    const placed = await placesOf(room, appended, { since, context });
    results.push(...placed.results);
    await eachAtOnce(placed.toBeRead, STREAMS_AT_ONCE, reading);
    return results;
  }
}

/** Streams in the order in which they may refer to each other, each with its facts in the order of the batch. */
function phasesOf(prepared: readonly PreparedFact[]): PreparedFact[][][] {
  const streams = new Map<string, PreparedFact[]>();
  for (const fact of prepared) {
    const group = streams.get(fact.stream);
    if (group) group.push(fact);
    else streams.set(fact.stream, [fact]);
  }
  const phases: PreparedFact[][][] = [[], [], [], []];
  for (const group of streams.values()) phases[phaseOf(group)]?.push(group);
  return phases;
}

function phaseOf(group: readonly PreparedFact[]): number {
  const types = new Set(group.map(({ type }) => type));
  if (types.has('UnitDefined')) return 0;
  if (types.has('CustomersMerged') || types.has('CustomersUnmerged')) return 2;
  if (types.has('CustomerRegistered') || types.has('ProspectContacted')) return 1;
  return 3;
}

/** Works on a bounded number of items at once; after a fault nothing new is begun. */
async function eachAtOnce<Item>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (failed) return;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
