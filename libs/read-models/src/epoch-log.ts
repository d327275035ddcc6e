import type { Db } from 'mongodb';
import type { Position } from '#kernel';
import type { DimensionLog, History, Looked, ProjectionName, Reader, Totals } from '#scorecard';
import { type EpochCollections, epochCollections } from './collections.ts';
import { PageLog } from './page-log.ts';
import { EpochReader } from './reader.ts';
import { loadHistories } from './segments.ts';

const PAGES_AT_ONCE = 16;

/** Histories of one question, with the positions of their entries, in order. */
interface Entries {
  readonly histories: readonly History[];
  readonly positions: readonly bigint[];
}

/** One epoch of one dimension at all positions up to one, for who goes back along the log. What it has read it keeps. */
export class EpochLog implements DimensionLog {
  readonly #head: Position;
  readonly #reader: EpochReader;
  readonly #collections: EpochCollections;
  readonly #pages = new Map<string, PageLog>();
  readonly #histories = new Map<string, Entries>();
  readonly #under = new Map<string, Promise<Entries>>();

  constructor(db: Db, dimension: ProjectionName, epoch: number, head: Position) {
    this.#head = head;
    this.#reader = new EpochReader(db, dimension, epoch, head);
    this.#collections = epochCollections(db, dimension, epoch);
  }

  at(position: Position): Reader {
    return {
      knownAt: position,
      pages: (keys) => this.#pagesAt(keys, position),
      histories: (keys) => this.#historiesOf(keys),
      historiesUnder: async (prefix) =>
        (await this.#allUnder(prefix)).histories.filter((history) => history.hasEntryUpTo(position)),
    };
  }

  async lastChange({ pages, histories, prefixes }: Looked, upTo: Position): Promise<Position> {
    let last = 0n;
    const later = (position: bigint) => {
      if (position > last) last = position;
    };
    await this.#each([...pages], async ([key, { all, presence, slotsBelow }]) => {
      const page = this.#page(key);
      if (all) later(await page.lastChange(upTo));
      if (!all && presence) later(await page.lastPresenceChange(upTo));
      if (!all && slotsBelow > 0) later(await page.lastChangeBelow(slotsBelow, upTo));
    });
    await this.#historiesOf([...histories]);
    for (const key of histories) later(lastOf(this.#histories.get(key) as Entries, upTo));
    for (const prefix of prefixes) later(lastOf(await this.#allUnder(prefix), upTo));
    return last as Position;
  }

  #page(key: string): PageLog {
    let page = this.#pages.get(key);
    if (!page) {
      page = new PageLog(this.#collections.pages, key);
      this.#pages.set(key, page);
    }
    return page;
  }

  async #pagesAt(keys: readonly string[], position: Position): Promise<ReadonlyMap<string, Totals>> {
    const found = new Map<string, Totals>();
    await this.#each([...new Set(keys)], async (key) => {
      const totals = await this.#page(key).totalsAt(position);
      if (totals) found.set(key, totals);
    });
    return found;
  }

  async #historiesOf(keys: readonly string[]): Promise<ReadonlyMap<string, History>> {
    const missing = keys.filter((key) => !this.#histories.has(key));
    if (missing.length > 0) {
      const loaded = await loadHistories(this.#collections.histories, missing);
      for (const [key, history] of loaded) this.#histories.set(key, this.#entriesOf([history]));
    }
    return new Map(keys.map((key) => [key, (this.#histories.get(key) as Entries).histories[0] as History]));
  }

  #allUnder(prefix: string): Promise<Entries> {
    let entries = this.#under.get(prefix);
    if (!entries) {
      entries = this.#reader.historiesUnder(prefix).then((histories) => this.#entriesOf(histories));
      this.#under.set(prefix, entries);
    }
    return entries;
  }

  #entriesOf(histories: readonly History[]): Entries {
    const positions = histories.flatMap((history) => [...history.until(this.#head)].map(({ p }) => p));
    return { histories, positions: positions.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)) };
  }

  async #each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    for (let at = 0; at < items.length; at += PAGES_AT_ONCE)
      await Promise.all(items.slice(at, at + PAGES_AT_ONCE).map(work));
  }
}

/** The last of some positions in order that does not lie after `upTo`; 0 when all do. */
function lastOf({ positions }: Entries, upTo: bigint): bigint {
  let [low, high] = [0, positions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((positions[middle] as bigint) <= upTo) low = middle + 1;
    else high = middle;
  }
  return positions[low - 1] ?? 0n;
}
