import type { EventType } from '#contracts';
import type { Content } from '#scorecard';
import { Random } from '../../storms/lib/random.ts';

/** What a random log may hold besides what a well-kept one does. */
export interface Disorder {
  /** Documents share a few names: told twice, and renamed by corrections. */
  readonly toldTwice?: boolean;
  /** Merges of customers and parents of units run in circles. */
  readonly circles?: boolean;
}

/** The contents of some types of facts, as they are drawn. */
export type Contents = Readonly<Partial<Record<EventType, (draw: Draw) => Content>>>;

export const UNITS: readonly string[] = ['root', 'north', 'south', 'ghost'];
export const SEGMENTS: readonly string[] = ['gold', 'silver'];
const CUSTOMERS: readonly string[] = ['c1', 'c2', 'c3', 'k1'];
/** A few days, most of them the first or last of something, so that facts meet on the edges of periods. */
const DAYS: readonly string[] = [
  '2023-02-10',
  '2023-03-05',
  '2023-12-31',
  '2024-01-01',
  '2024-01-31',
  '2024-02-01',
  '2024-02-10',
  '2024-02-10',
  '2024-02-29',
  '2024-03-01',
  '2024-03-15',
  '2024-03-31',
  '2024-04-01',
];
const MERGES: readonly (readonly [string, string])[] = [
  ['c1', 'c2'],
  ['c1', 'c3'],
  ['c2', 'c3'],
  ['c1', 'k1'],
];
const MERGES_IN_CIRCLES: readonly (readonly [string, string])[] = [
  ['c1', 'c2'],
  ['c2', 'c1'],
  ['c1', 'c3'],
  ['c3', 'c2'],
  ['k1', 'c3'],
];
/** How many names the documents of a kind share, where they are told twice. */
const SHARED_NAMES = 5;

/** Draws the values of a log's facts: few of each, so that facts meet on the same documents, customers, units and days. */
export class Draw extends Random {
  readonly #disorder: Disorder;
  readonly #named = new Map<string, number>();
  #original: Content | undefined;

  constructor(seed: number, disorder: Disorder) {
    super(seed);
    this.#disorder = disorder;
  }

  /** Content of a new fact, or what a correction puts in the place of an original: it keeps the names that the original gave. */
  content(make: (draw: Draw) => Content, original?: Content): Content {
    this.#original = original;
    return make(this);
  }

  maybe(percent: number, make: () => Content): Content {
    return this.chance(percent) ? make() : {};
  }

  day(): string {
    return this.pick(DAYS);
  }

  instant(): string {
    return `${this.day()}T${this.pick(['00:00', '11:15', '23:30'])}:00Z`;
  }

  customer(): string {
    return this.pick(CUSTOMERS);
  }

  ofUnit(percent = 70): { readonly unitId?: string } {
    return this.chance(percent) ? { unitId: this.pick(UNITS) } : {};
  }

  ofCustomer(): Content {
    return this.maybe(75, () => ({ customerId: this.customer() }));
  }

  product(): string {
    return this.pick(['p', 'q']);
  }

  currency(): string {
    return this.pick(['EUR', 'EUR', 'USD']);
  }

  amount(): string {
    return this.pick(['0', '5', '5', '10', '20.25']);
  }

  signedAmount(): string {
    return this.pick(['0', '5', '-5', '10', '-10', '20.25']);
  }

  money(): Content {
    return { amount: this.amount(), currency: this.currency() };
  }

  /** Who survives, and who is absorbed or restored. */
  merge(): readonly [string, string] {
    return this.pick(this.#disorder.circles ? MERGES_IN_CIRCLES : MERGES);
  }

  parentOf(unitId: string): string {
    if (!this.#disorder.circles) return unitId === 'south' ? this.pick(['root', 'root', 'north']) : 'root';
    return this.pick(['root', unitId === 'south' ? 'north' : 'south']);
  }

  /** The value that the original gives to a field, or another one for a new fact. */
  kept(field: string, other: string): string {
    const value = this.#original?.[field];
    return typeof value === 'string' ? value : other;
  }

  /** A name that no other fact has. */
  only(field: string, kind: string): string {
    if (this.#original) return this.kept(field, kind);
    const name = `${kind}${this.#count(kind)}`;
    this.#named.set(kind, this.#count(kind) + 1);
    return name;
  }

  /** The name of a document that others refer to. */
  document(field: string, kind: string): string {
    if (!this.#disorder.toldTwice) return this.only(field, kind);
    const name = this.#shared(kind);
    return this.chance(30) ? name : this.kept(field, name);
  }

  /** A reference to a document: one that is told, or the next, which may come later. */
  reference(kind: string): string {
    return this.#disorder.toldTwice ? this.#shared(kind) : `${kind}${this.below(this.#count(kind) + 1)}`;
  }

  #shared(kind: string): string {
    return `${kind}${this.below(SHARED_NAMES)}`;
  }

  #count(kind: string): number {
    return this.#named.get(kind) ?? 0;
  }
}
