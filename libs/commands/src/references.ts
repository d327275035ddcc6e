import { LRUCache } from 'lru-cache';
import { streamOf } from '#contracts';
import { currentFacts, erasedField, type Journal } from '#journal';
import { type Refusal, refuse } from '#kernel';
import type { Content } from './decider.ts';
import { customerStream } from './place.ts';

const CUSTOMERS_REMEMBERED = 100_000;

/** Fields that name a customer's file, and those that name a unit. */
const CUSTOMER_FIELDS = ['customerId', 'survivorId', 'absorbedId', 'restoredId'] as const;
const UNIT_FIELDS = ['unitId', 'homeUnitId', 'counterUnitId'] as const;

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
    if (type === 'CustomersMerged') return this.#survivorGone(String(data['survivorId']));
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

  /** A file that has been absorbed itself cannot absorb another: a circle would have no survivor. */
  async #survivorGone(survivorId: string): Promise<Refusal | undefined> {
    const { events } = await this.#journal.load(customerStream(survivorId));
    const last = currentFacts(events).findLast(({ type, data }) =>
      type === 'CustomersMerged' ? data['absorbedId'] === survivorId : data['restoredId'] === survivorId,
    );
    return last?.type === 'CustomersMerged'
      ? refuse(
          'already-merged',
          `Customer ${survivorId} has been merged into ${String(last.data['survivorId'])}; merge into that one.`,
          'survivorId',
        )
      : undefined;
  }
}
