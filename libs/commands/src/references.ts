import { LRUCache } from 'lru-cache';
import { streamOf } from '#contracts';
import { currentFacts, erasedField, type Journal } from '#journal';
import { type Refusal, refuse } from '#kernel';
import type { Content } from './decider.ts';
import type { StandingFact } from './exclusion.ts';
import { customerStream } from './place.ts';

const CUSTOMERS_REMEMBERED = 100_000;

/** Fields that name a customer's file, and those that name a unit. */
const CUSTOMER_FIELDS = ['customerId', 'survivorId', 'absorbedId', 'restoredId'] as const;
const UNIT_FIELDS = ['unitId', 'homeUnitId', 'counterUnitId'] as const;

/** Facts by which a file's stream says into which other one it is merged. */
const MERGES = new Set(['CustomersMerged', 'CustomersUnmerged']);

/** Facts that open a customer's file: the customer they name need not exist. */
const OPENING = new Set(['CustomerRegistered', 'ProspectContacted']);

/**
 * Whether the customers and units that a fact names exist, read from the log itself.
 *
 * A customer's file is its stream; it never goes away again, so a "yes" is remembered. The organisation is one
 * stream, read again whenever somebody names a unit that was not there.
 */
export class References {
  readonly #journal: Journal;
  readonly #customers = new LRUCache<string, true>({ max: CUSTOMERS_REMEMBERED });
  readonly #units = new Set<string>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /**
   * Refusals, in order of precedence: unknown-customer, unknown-unit, already-merged (the survivor), customer-erased
   * (personal data of somebody whose key has been destroyed).
   */
  async refusal(type: string, data: Content): Promise<Refusal | undefined> {
    return (
      (await this.refusalOfReplacement(type, data)) ??
      (type === 'CustomersMerged' ? await this.#survivorGone(String(data['survivorId'])) : undefined)
    );
  }

  /** The same for what is given to a fact that was recorded before: what has become of its survivor since does not count. */
  async refusalOfReplacement(type: string, data: Content): Promise<Refusal | undefined> {
    if (!OPENING.has(type)) {
      for (const field of CUSTOMER_FIELDS) {
        const id = data[field];
        if (typeof id === 'string' && !(await this.customerExists(id))) {
          return refuse(
            'unknown-customer',
            `Customer ${id} has no file; record CustomerRegistered for it first.`,
            field,
          );
        }
      }
    }
    for (const field of UNIT_FIELDS) {
      const id = data[field];
      if (typeof id === 'string' && type !== 'UnitDefined' && !(await this.unitExists(id))) {
        return refuse('unknown-unit', `Unit ${id} is not defined; record UnitDefined for it first.`, field);
      }
    }
    const personal = erasedField(this.#journal.keys, type, data);
    return personal === undefined
      ? undefined
      : refuse(
          'customer-erased',
          `The person has been erased; record the fact without ${personal}, or not at all.`,
          personal,
        );
  }

  async customerExists(id: string): Promise<boolean> {
    if (this.#customers.has(id)) return true;
    const exists = await this.#journal.exists(customerStream(id));
    if (exists) this.#customers.set(id, true);
    return exists;
  }

  async unitExists(id: string): Promise<boolean> {
    if (this.#units.has(id)) return true;
    const { events } = await this.#journal.load(streamOf('UnitDefined', {}));
    this.#units.clear();
    for (const { data } of currentFacts(events)) {
      if (typeof data['unitId'] === 'string') this.#units.add(data['unitId']);
    }
    return this.#units.has(id);
  }

  /**
   * merge-circle, when by `facts` (those of a file's stream, as a correction of a `type` would leave them) the file is merged into
   * one that is merged into it: a circle would have no survivor.
   */
  async mergeCircle(facts: readonly StandingFact[], type: string): Promise<Refusal | undefined> {
    if (!MERGES.has(type)) return undefined;
    const standing = facts.flatMap(({ type: own, content }) =>
      content === null ? [] : [{ type: own, data: content }],
    );
    const merge = standing.findLast((fact) => MERGES.has(fact.type));
    if (merge?.type !== 'CustomersMerged') return undefined;
    const file = String(merge.data['absorbedId']);
    const chain = new Set<string>();
    for (
      let survivor: string | undefined = String(merge.data['survivorId']);
      survivor !== undefined && !chain.has(survivor);
      survivor = await this.#survivorOf(survivor)
    ) {
      if (survivor === file)
        return refuse(
          'merge-circle',
          `Customer ${file} would be merged into ${String(merge.data['survivorId'])}, which has been merged into it${chain.size > 1 ? ' by others' : ''}; part them first.`,
          'replacement',
        );
      chain.add(survivor);
    }
    return undefined;
  }

  /** A file that has been absorbed itself cannot absorb another: a circle would have no survivor. */
  async #survivorGone(survivorId: string): Promise<Refusal | undefined> {
    const survivor = await this.#survivorOf(survivorId);
    return survivor === undefined
      ? undefined
      : refuse(
          'already-merged',
          `Customer ${survivorId} has been merged into ${survivor}; merge into that one.`,
          'survivorId',
        );
  }

  /** The file into which a file is merged as its stream ends now. */
  async #survivorOf(file: string): Promise<string | undefined> {
    const { events } = await this.#journal.load(customerStream(file));
    const last = currentFacts(events).findLast(({ type }) => MERGES.has(type));
    return last?.type === 'CustomersMerged' ? String(last.data['survivorId']) : undefined;
  }
}
