import { streamOf } from '#contracts';
import {
  ConcurrencyConflict,
  currentFacts,
  customerSubject,
  type Journal,
  type LoadedStream,
  type NewEvent,
} from '#journal';
import { isRefusal, type Refusal, refuse } from '#kernel';
import { appendOwn } from './append-own.ts';
import { type CommandContext, type CommandReceipt, identified } from './context.ts';
import { type Decider, type Fact, type FactRules, type ProposedEvent, recording } from './decider.ts';
import { commandEventId } from './event-ids.ts';
import { newEvent, problemsOf } from './new-event.ts';
import type { References } from './references.ts';
import { sameAsRecorded } from './same-content.ts';

/** How often a decision is taken again because somebody else wrote to the stream meanwhile. */
const DECISIONS_MAX = 8;

export interface RunRequest<State, Command, Known extends Fact> {
  readonly stream: string;
  readonly decider: Decider<State, Command, Known>;
  readonly command: Command;
  readonly context: CommandContext;
  /** What the first event says, where that is known beforehand: a repeat with the same key must say the same. */
  readonly fact?: ProposedEvent;
}

/**
 * Runs any command on any stream: load, fold, decide, seal, append.
 *
 * - The stream is folded as corrected by its own corrections.
 * - Somebody else's write in between makes it decide again on what is there now, a bounded number of times.
 * - A repeat with the same idempotency key gets the first receipt and writes nothing.
 *
 * Refusals (values): the decider's, invalid-input, unknown-customer, unknown-unit.
 * Faults (thrown): store-unavailable, concurrency-conflict, append-too-large, subject-erased.
 */
export class CommandRunner {
  readonly #journal: Journal;
  readonly #references: References;

  constructor(dependencies: { readonly journal: Journal; readonly references: References }) {
    this.#journal = dependencies.journal;
    this.#references = dependencies.references;
  }

  async run<State, Command, Known extends Fact>(
    request: RunRequest<State, Command, Known>,
  ): Promise<CommandReceipt | Refusal> {
    const { stream } = request;
    const call = { ...request, context: identified(request.context) };
    const randomIds = call.context.idempotencyKey === undefined;
    for (let decisions = 1; ; decisions += 1) {
      const since = await this.#journal.since();
      const loaded = await this.#journal.load(stream);
      const outcome = this.#earlier(loaded, request) ?? this.#decide(loaded, request);
      if (!('proposed' in outcome)) return outcome;
      const refusal = await this.#check(outcome.proposed);
      if (refusal !== undefined) return refusal;
      const events = await this.#seal(outcome.proposed, call);
      try {
        const append = { stream, revision: loaded.revision, since, events, randomIds };
        const last = (await appendOwn(this.#journal, append)).at(-1);
        if (last === undefined) throw new Error(`An append to ${stream} was answered without a place.`);
        const { revision, position } = last;
        return { stream, revision, position, eventIds: events.map(({ id }) => id) };
      } catch (error) {
        if (!(error instanceof ConcurrencyConflict) || decisions >= DECISIONS_MAX) throw error;
      }
    }
  }

  /** Runs a command that is a fact of its own: checks it, finds its stream, and records it if the rules allow. */
  async record<State>(
    rules: FactRules<State>,
    fact: ProposedEvent,
    context: CommandContext,
  ): Promise<CommandReceipt | Refusal> {
    const invalid = problemsOf(fact.type, fact.data);
    if (invalid !== undefined) return invalid;
    const command = { ...fact, late: false };
    const stream = streamOf(fact.type, fact.data);
    return this.run({ stream, decider: recording(rules), command, context, fact });
  }

  /** Destroys the key of a customer's personal data; every copy of the log forgets it. */
  async forget(customerId: string): Promise<void> {
    if (this.#journal.keys === undefined) {
      throw new Error('This process has no key store; it cannot erase anybody.');
    }
    await this.#journal.keys.destroy(customerSubject(customerId));
  }

  /** The receipt of an earlier run with the same idempotency key, found by its event ids. */
  #earlier(
    { events }: LoadedStream,
    { stream, context, fact }: Pick<RunRequest<never, never, Fact>, 'stream' | 'context' | 'fact'>,
  ): CommandReceipt | Refusal | undefined {
    if (context.idempotencyKey === undefined) return undefined;
    const idAt = (index: number): string => commandEventId({ stream, index, context });
    const from = events.findIndex(({ eventId }) => eventId === idAt(0));
    const first = events[from];
    if (first === undefined) return undefined;
    if (fact !== undefined && !sameAsRecorded(this.#journal.keys, fact, first)) {
      return refuse(
        'idempotency-key-reused',
        `This Idempotency-Key was used with another content (event ${first.eventId}); use a new key.`,
      );
    }
    const mine = events.slice(from).filter(({ eventId }, index) => eventId === idAt(index));
    const { revision, position } = mine.at(-1) ?? first;
    return { stream, revision, position, eventIds: mine.map(({ eventId }) => eventId) };
  }

  #decide<State, Command, Known extends Fact>(
    loaded: LoadedStream,
    { stream, decider, command }: RunRequest<State, Command, Known>,
  ): { readonly proposed: readonly ProposedEvent[] } | CommandReceipt | Refusal {
    // The decider's types are the contract of its stream: what is recorded there has been accepted by it.
    const facts = currentFacts(loaded.events) as readonly Fact[] as readonly Known[];
    const decision = decider.decide(facts.reduce(decider.evolve, decider.initial), command);
    if (isRefusal(decision)) return decision;
    if (decision.length > 0) return { proposed: decision };
    const last = loaded.events.at(-1);
    if (last === undefined) {
      throw new Error(
        `A command on the empty stream ${stream} was accepted without an event: say so with a refusal.`,
      );
    }
    return { stream, revision: last.revision, position: last.position, eventIds: [] };
  }

  async #check(proposed: readonly ProposedEvent[]): Promise<Refusal | undefined> {
    for (const { type, data } of proposed) {
      const refusal = problemsOf(type, data) ?? (await this.#references.refusal(type, data));
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  #seal(
    proposed: readonly ProposedEvent[],
    { stream, context }: { readonly stream: string; readonly context: CommandContext },
  ): Promise<NewEvent[]> {
    return Promise.all(
      proposed.map((event, index) =>
        newEvent(this.#journal.keys, {
          id: commandEventId({ stream, index, context }),
          event,
          context,
        }),
      ),
    );
  }
}
