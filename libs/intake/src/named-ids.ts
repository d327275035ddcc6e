import type { PlannedFact } from './plan.ts';
import type { KnownIds } from './request.ts';

const CUSTOMER_FIELDS: readonly string[] = ['customerId', 'survivorId', 'absorbedId', 'restoredId'];
export const UNIT_FIELDS: readonly string[] = ['unitId', 'homeUnitId', 'counterUnitId', 'parentId'];

/**
 * The customers and units that the rows of a file name: each has to exist already, or to be brought by the same or an
 * earlier row.
 */
export class NamedIds {
  readonly #known: KnownIds;
  readonly #customers = new Map<string, boolean>();
  readonly #units = new Map<string, boolean>();

  constructor(known: KnownIds) {
    this.#known = known;
  }

  /** The first field of the facts of a row that names somebody unknown; undefined where all are known. */
  async unknown(
    facts: readonly PlannedFact[],
  ): Promise<{ readonly field: string; readonly value: string; readonly type: string } | undefined> {
    for (const fact of facts) this.#take(fact);
    for (const { type, data } of facts) {
      for (const field of CUSTOMER_FIELDS) {
        const value = data[field];
        if (typeof value === 'string' && !(await this.#customer(value))) return { field, value, type };
      }
      for (const field of UNIT_FIELDS) {
        const value = data[field];
        if (typeof value === 'string' && !(await this.#unit(value))) return { field, value, type };
      }
    }
    return undefined;
  }

  #take({ type, data }: PlannedFact): void {
    if (type === 'UnitDefined') this.#units.set(String(data['unitId']), true);
    if (type === 'CustomerRegistered' || type === 'ProspectContacted')
      this.#customers.set(String(data['customerId'] ?? data['prospectId']), true);
  }

  async #customer(id: string): Promise<boolean> {
    const known = this.#customers.get(id) ?? (await this.#known.customerExists(id));
    this.#customers.set(id, known);
    return known;
  }

  async #unit(id: string): Promise<boolean> {
    const known = this.#units.get(id) ?? (await this.#known.unitExists(id));
    this.#units.set(id, known);
    return known;
  }
}
