import type { EventType } from '#contracts';
import type { Position } from '#kernel';
import type { Change, Content, Fact } from './change.ts';
import { type Contribution, changedContributions, isStock } from './contribution.ts';
import { CustomerFiles } from './customers.ts';
import { civilOfDay } from './days.ts';
import {
  COMMON_REGISTERS,
  type Dimension,
  type Family,
  FILE_FACTS,
  MONEY_FACTS,
  SEGMENT_FACTS,
} from './dimension.ts';
import { type CustomerDays, emitDistinct } from './distinct.ts';
import {
  type AttributionItem,
  addCount,
  attributions,
  nameSet,
  type OrderDayItem,
  orderDayCounts,
  organisationAt,
} from './folds.ts';
import { factItem, factsAt, type History, withChange } from './history.ts';
import { Organisation, ROOT } from './organisation.ts';
import { ALL_TIME, type Delta, DeltaSum, monthSheet, monthSlot, pageKey } from './page.ts';

/** What projecting one position writes: deltas by page, items by history key. Applied in this order; then the checkpoint moves. */
export interface Effects {
  readonly position: Position;
  readonly pages: ReadonlyMap<string, readonly Delta[]>;
  readonly items: ReadonlyMap<string, readonly unknown[]>;
}

/**
 * The order in which a batch becomes durable, each before the next is begun. Chunks first: key state ahead of them would
 * be state that no page accounts for. The checkpoint last: what lies at or below it is never projected again.
 */
export const WRITE_ORDER = ['chunks', 'histories', 'checkpoint'] as const;
export type Write = (typeof WRITE_ORDER)[number];

/** Histories that have to be at hand before the step can be taken. */
export interface Needs {
  readonly needs: readonly string[];
}

/** Keyed histories as far as they are at hand; a key that is `undefined` has to be loaded (an empty history is one without entries). */
export type Histories = (key: string) => History | undefined;

/**
 * Projects one change: `(histories, change) → effects`, or the keys that are missing.
 *
 * Pure. Every look into a history is at `position − 1`, so the result is the same whether or not later entries exist:
 * a redelivery after a crash gives the same effects, byte for byte.
 */
export function step(dimension: Dimension, histories: Histories, change: Change): Effects | Needs {
  const projection = new Projection(dimension, histories, change);
  try {
    return projection.run();
  } catch (missing) {
    if (missing instanceof Missing) return { needs: missing.keys };
    throw missing;
  }
}

/** Keys that projecting `change` will certainly look at: loaded together for a whole batch. */
export function likelyNeeds(dimension: Dimension, change: Change): string[] {
  const keys: string[] = ['r/organisation', 'r/units'];
  if (MONEY_FACTS.has(change.type)) keys.push('r/currency');
  for (const content of [change.before, change.after]) {
    if (!content) continue;
    for (const family of dimension.families) {
      const document = family.documents[change.type]?.(content, change.factId);
      if (document !== undefined && family.contributions && !family.single)
        keys.push(documentKey(family, document));
    }
    const customer = content['customerId'];
    if (typeof customer === 'string') {
      keys.push(fileKey(customer));
      if (dimension.countsCustomers && change.type === 'OrderPlaced') keys.push(orderDaysKey(customer));
    }
    if (FILE_FACTS.has(change.type)) {
      for (const file of filesOf(change.type, content)) {
        keys.push(fileKey(file));
        if (dimension.countsCustomers) keys.push(orderDaysKey(file));
        if (SEGMENT_FACTS.has(change.type)) keys.push(attributionKey(file));
      }
    }
  }
  return [...new Set(keys)];
}

/**
 * What a dimension writes for an event that could not be read: it is parked in the register `unreadable` with its type and
 * reason, and figures that rest on such events are incomplete from its position on.
 */
export function unreadable(event: {
  position: Position;
  eventId: string;
  type: string;
  revision: bigint;
  reason: string;
}): Effects {
  const item = {
    f: event.eventId,
    t: event.type,
    r: String(event.revision),
    d: { type: event.type, reason: event.reason },
  };
  return { position: event.position, pages: new Map(), items: new Map([['r/unreadable', [item]]]) };
}

class Missing {
  readonly keys: readonly string[];
  constructor(keys: readonly string[]) {
    this.keys = keys;
  }
}

const fileKey = (customer: string) => `c/${customer}`;
const orderDaysKey = (customer: string) => `o/${customer}`;
const attributionKey = (customer: string) => `a/${customer}`;
const unitCustomersKey = (unit: string) => `u/${unit}`;
const documentKey = (family: Family, document: string) => `${family.name}/${document}`;

class Projection {
  readonly #dimension: Dimension;
  readonly #histories: Histories;
  readonly #change: Change;
  readonly #before: Position;
  readonly #pages = new Map<string, DeltaSum>();
  readonly #items = new Map<string, unknown[]>();
  /** Units that are in the register, or are put there by this step. */
  readonly #units = new Set<string>();
  #filesBefore: CustomerFiles | undefined;

  constructor(dimension: Dimension, histories: Histories, change: Change) {
    this.#dimension = dimension;
    this.#histories = histories;
    this.#change = change;
    this.#before = (change.position - 1n) as Position;
  }

  run(): Effects {
    const [were, are]: [Contribution[], Contribution[]] = [[], []];
    for (const family of this.#dimension.families) this.#document(family, were, are);
    this.#register();
    const orderDays = this.#contribute(changedContributions(were, are));
    if (FILE_FACTS.has(this.#change.type)) this.#customerFile();
    else if (this.#dimension.countsCustomers && orderDays.size > 0) this.#orderDays(orderDays);
    if (this.#change.type === 'UnitDefined' && this.#dimension.countsCustomers) this.#tree();
    const pages = new Map<string, readonly Delta[]>();
    for (const [page, sum] of this.#pages) {
      const deltas = sum.deltas();
      if (deltas.length > 0) pages.set(page, deltas);
    }
    return { position: this.#change.position, pages, items: this.#items };
  }

  #history(key: string): History {
    const history = this.#histories(key);
    if (!history) throw new Missing([key]);
    return history;
  }

  #all(keys: readonly string[]): void {
    const missing = keys.filter((key) => !this.#histories(key));
    if (missing.length > 0) throw new Missing(missing);
  }

  #item(key: string, item: unknown): void {
    const items = this.#items.get(key);
    if (items) items.push(item);
    else this.#items.set(key, [item]);
  }

  #delta(page: string, slot: number, measure: string, amount: bigint): void {
    let sum = this.#pages.get(page);
    if (!sum) {
      sum = new DeltaSum();
      this.#pages.set(page, sum);
    }
    sum.add(slot, measure, amount);
  }

  /** What the fact's documents contributed before and contribute after the change. */
  #document(family: Family, were: Contribution[], are: Contribution[]): void {
    const documentOf = family.documents[this.#change.type];
    if (!documentOf) return;
    const { before, after, factId } = this.#change;
    const from = before ? documentOf(before, factId) : undefined;
    const to = after ? documentOf(after, factId) : undefined;
    for (const document of from === to ? [to] : [from, to]) {
      if (document === undefined) continue;
      const key = documentKey(family, document);
      if (!family.contributions) {
        this.#item(key, factItem(document === to ? this.#change : { ...this.#change, after: null }));
        continue;
      }
      const was = family.single ? this.#alone(before) : factsAt(this.#history(key), this.#before);
      const change = document === to ? this.#change : { ...this.#change, after: null };
      const is = family.single ? this.#alone(after) : withChange(was, change);
      for (const contribution of family.contributions(was)) were.push(contribution);
      for (const contribution of family.contributions(is)) are.push(contribution);
      if (!family.single) this.#item(key, factItem(change));
    }
  }

  #alone(content: Content | null): Fact[] {
    if (!content) return [];
    const { factId, factPosition, type, revision, unitId } = this.#change;
    return [
      {
        factId,
        type,
        position: factPosition,
        revision,
        ...(unitId === undefined ? {} : { unitId }),
        data: content,
      },
    ];
  }

  #register(): void {
    const { type } = this.#change;
    const register = COMMON_REGISTERS[type] ?? this.#dimension.registers[type];
    if (register) this.#item(`r/${register}`, factItem(this.#change));
    if (
      MONEY_FACTS.has(type) &&
      this.#change.before === null &&
      !this.#history('r/currency').hasEntryUpTo(this.#before)
    ) {
      this.#item(
        'r/currency',
        factItem({ ...this.#change, after: { currency: this.#change.after?.['currency'] } }),
      );
    }
  }

  /** Writes contributions to the pages of unit and segment; returns order days by customer, which are counted apart. */
  #contribute(contributions: readonly Contribution[]): Map<string, OrderDayItem[]> {
    const orderDays = new Map<string, OrderDayItem[]>();
    for (const contribution of contributions) {
      const { unit, day, measure, amount, customer, segment, segmentDay, orderDay } = contribution;
      if (orderDay) {
        const days = orderDays.get(customer as string) ?? [];
        days.push([unit, day, Number(amount)]);
        orderDays.set(customer as string, days);
        continue;
      }
      this.#toPage(unit, '', day, measure, amount);
      if (segment !== undefined) {
        this.#toPage(unit, segment, day, measure, amount);
      } else if (customer !== undefined) {
        const item: AttributionItem =
          segmentDay === undefined
            ? [unit, day, measure, String(amount)]
            : [unit, day, measure, String(amount), segmentDay];
        this.#item(attributionKey(customer), item);
        const files = this.#files();
        const code = files.segments(files.members(customer))(segmentDay ?? day);
        if (code !== undefined) this.#toPage(unit, code, day, measure, amount);
      }
    }
    return orderDays;
  }

  #toPage(unit: string, segment: string, day: number, measure: string, amount: bigint): void {
    const { year, month, day: dayOfMonth } = civilOfDay(day);
    if (!this.#units.has(unit)) {
      this.#units.add(unit);
      if (!this.#history('r/units').fold(nameSet, this.#before).has(unit)) this.#item('r/units', unit);
    }
    this.#delta(pageKey('U', unit, segment, monthSheet(year, month)), dayOfMonth, measure, amount);
    if (isStock(measure))
      this.#delta(pageKey('U', unit, segment, ALL_TIME), monthSlot(year, month), measure, amount);
  }

  #files(): CustomerFiles {
    this.#filesBefore ??= new CustomerFiles((file) => factsAt(this.#history(fileKey(file)), this.#before));
    return this.#filesBefore;
  }

  /** The files as they are after the change, which is one of the files `concerned`. */
  #filesAfter(concerned: readonly string[]): CustomerFiles {
    const changed = new Map<string, readonly Fact[]>();
    for (const file of concerned)
      changed.set(file, withChange(factsAt(this.#history(fileKey(file)), this.#before), this.#change));
    return new CustomerFiles(
      (file) => changed.get(file) ?? factsAt(this.#history(fileKey(file)), this.#before),
    );
  }

  /** A change of a file's identity, segments or contract moves everything its customer has done. */
  #customerFile(): void {
    const concerned = [
      ...new Set(
        [this.#change.before, this.#change.after].flatMap((content) =>
          content ? filesOf(this.#change.type, content) : [],
        ),
      ),
    ];
    const was = this.#files();
    const is = this.#filesAfter(concerned);
    const customersWere = distinctMembers(was, concerned);
    const customersAre = distinctMembers(is, [...new Set([...concerned, ...customersWere.flat()])]);
    for (const file of concerned) this.#item(fileKey(file), factItem(this.#change));
    if (this.#change.type === 'CustomerActivated') this.#contractUnits();
    if (SEGMENT_FACTS.has(this.#change.type))
      this.#moveSegments(was, is, [...new Set([...customersWere.flat(), ...customersAre.flat()])]);
    if (!this.#dimension.countsCustomers) return;
    const organisation = this.#organisation();
    const all = [...new Set([...customersWere.flat(), ...customersAre.flat()])];
    this.#all(all.map(orderDaysKey));
    emitDistinct(
      distinctMembers(was, all).map((members) => this.#customerDays(was, members, organisation)),
      distinctMembers(is, all).map((members) => this.#customerDays(is, members, organisation)),
      (page, slot, measure, amount) => this.#delta(page, slot, measure, amount),
    );
  }

  /** Remembers who has a contract in which unit, for the day on which the unit moves in the tree. */
  #contractUnits(): void {
    const { after, unitId } = this.#change;
    if (!after || !this.#dimension.countsCustomers) return;
    this.#unitCustomer(
      (after['unitId'] as string | undefined) ?? unitId ?? ROOT,
      after['customerId'] as string,
    );
  }

  #unitCustomer(unit: string, customer: string): void {
    const key = unitCustomersKey(unit);
    if (!this.#history(key).fold(nameSet, this.#before).has(customer)) this.#item(key, customer);
  }

  #moveSegments(was: CustomerFiles, is: CustomerFiles, files: readonly string[]): void {
    this.#all(files.map(attributionKey));
    for (const file of files) {
      const before = was.segments(was.members(file));
      const after = is.segments(is.members(file));
      for (const { unit, day, measure, amount, segmentDay } of this.#history(attributionKey(file))
        .fold(attributions, this.#before)
        .values()) {
        const from = before(segmentDay);
        const to = after(segmentDay);
        if (from === to || amount === 0n) continue;
        if (from !== undefined) this.#toPage(unit, from, day, measure, -amount);
        if (to !== undefined) this.#toPage(unit, to, day, measure, amount);
      }
    }
  }

  #organisation(): Organisation {
    return organisationAt(this.#history('r/organisation'), this.#before);
  }

  #customerDays(
    files: CustomerFiles,
    members: readonly string[],
    organisation: Organisation,
    extra?: ReadonlyMap<string, readonly OrderDayItem[]>,
  ): CustomerDays {
    const counts = new Map<string, Map<number, number>>();
    for (const file of members) {
      for (const [unit, days] of this.#history(orderDaysKey(file)).fold(orderDayCounts, this.#before)) {
        for (const [day, count] of days) addCount(counts, unit, day, count);
      }
      for (const [unit, day, amount] of extra?.get(file) ?? []) addCount(counts, unit, day, amount);
    }
    const orderDays = new Map<string, Set<number>>();
    for (const [unit, days] of counts) {
      const some = [...days].filter(([, count]) => count > 0).map(([day]) => day);
      if (some.length > 0) orderDays.set(unit, new Set(some));
    }
    return { orderDays, contract: files.contract(members), segment: files.segments(members), organisation };
  }

  /** Days with an order appear or disappear: the counts of their customers change. */
  #orderDays(changed: ReadonlyMap<string, readonly OrderDayItem[]>): void {
    const files = this.#files();
    const organisation = this.#organisation();
    const customers = distinctMembers(files, [...changed.keys()]);
    this.#all(customers.flat().map(orderDaysKey));
    for (const [customer, items] of changed) {
      for (const item of items) {
        this.#item(orderDaysKey(customer), item);
        this.#unitCustomer(item[0], customer);
      }
    }
    emitDistinct(
      customers.map((members) => this.#customerDays(files, members, organisation)),
      customers.map((members) => this.#customerDays(files, members, organisation, changed)),
      (page, slot, measure, amount) => this.#delta(page, slot, measure, amount),
    );
  }

  /** A unit moved: customers who bought in it or below it are counted again along the new chain. */
  #tree(): void {
    const history = this.#history('r/organisation');
    const facts = factsAt(history, this.#before);
    const was = organisationAt(history, this.#before);
    const is = new Organisation(withChange(facts, this.#change));
    const moved = [this.#change.before, this.#change.after].flatMap((content) =>
      content ? [content['unitId'] as string] : [],
    );
    const turns = [...new Set([...was.turningDays, ...is.turningDays, 0])];
    const units = [...new Set([...was.units, ...is.units, ...moved, ROOT])];
    const touched = units.filter((unit) =>
      turns.some((day) => !same(was.chain(unit, day), is.chain(unit, day))),
    );
    const known = new Set<string>();
    this.#all(touched.map(unitCustomersKey));
    for (const unit of touched)
      for (const customer of this.#history(unitCustomersKey(unit)).fold(nameSet, this.#before))
        known.add(customer);
    const files = this.#files();
    const customers = distinctMembers(files, [...known]);
    this.#all(customers.flat().map(orderDaysKey));
    emitDistinct(
      customers.map((members) => this.#customerDays(files, members, was)),
      customers.map((members) => this.#customerDays(files, members, is)),
      (page, slot, measure, amount) => this.#delta(page, slot, measure, amount),
    );
  }
}

/** Files whose history a customer-file fact belongs to. */
function filesOf(type: EventType, data: Content): string[] {
  if (type === 'CustomersMerged') return [data['survivorId'] as string, data['absorbedId'] as string];
  if (type === 'CustomersUnmerged') return [data['survivorId'] as string, data['restoredId'] as string];
  return [data['customerId'] as string];
}

/** The customers of `files`, each as the list of its files, none twice. */
function distinctMembers(files: CustomerFiles, of: readonly string[]): (readonly string[])[] {
  const customers = new Map<string, readonly string[]>();
  for (const file of of) {
    const identity = files.identity(file);
    if (!customers.has(identity)) customers.set(identity, files.members(identity));
  }
  return [...customers.values()];
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
