import type { Db } from 'mongodb';
import type { Position } from '#kernel';
import {
  type CustomerFileView,
  customerFile,
  type Fact,
  factsAt,
  type History,
  type TimelineItem,
  timelineItem,
} from '#scorecard';
import { EpochReader } from './reader.ts';

const TIMELINE_DOCUMENTS: Readonly<Record<string, readonly [family: string, idField: string]>> = {
  OrderPlaced: ['order', 'orderId'],
  InvoiceIssued: ['invoice', 'invoiceId'],
  ServiceCaseOpened: ['service', 'caseId'],
};

/** Questions to the read model of customer files. Every answer is as known at one position. */
export class CustomerFileReader {
  readonly #reader: EpochReader;

  constructor(db: Db, epoch: number, knownAt: Position) {
    this.#reader = new EpochReader(db, 'files', epoch, knownAt);
  }

  /** The file, or undefined when no file of that id was known. `asOf`: day number. */
  async file(customerId: string, asOf: number): Promise<CustomerFileView | undefined> {
    const [facts, identity] = await Promise.all([
      this.#facts(`file/${customerId}`),
      this.#identity(customerId),
    ]);
    return customerFile(customerId, facts, identity, asOf);
  }

  /** What happened with the customer of a file, newest record last, the facts of its orders, invoices and cases included. */
  async timeline(customerId: string): Promise<readonly TimelineItem[]> {
    const own = await this.#facts(`file/${customerId}`);
    const keys = own.flatMap(({ type, data }) => {
      const document = TIMELINE_DOCUMENTS[type];
      return document ? [`${document[0]}/${data[document[1]]}`] : [];
    });
    const followed = await this.#reader.histories(keys);
    const facts = [
      ...own,
      ...[...followed.values()].flatMap((history) => factsAt(history, this.#reader.knownAt)),
    ];
    return facts
      .sort((a, b) => (a.position < b.position ? -1 : a.position > b.position ? 1 : 0))
      .map(timelineItem);
  }

  /** Ids of files in text order after `cursor`, at most `limit`. */
  async list(cursor: string | undefined, limit: number): Promise<readonly string[]> {
    return (await this.#reader.keysUnder('file/', cursor, limit)).map((key) => key.slice('file/'.length));
  }

  async #facts(key: string): Promise<readonly Fact[]> {
    return factsAt((await this.#reader.histories([key])).get(key), this.#reader.knownAt);
  }

  /** Facts of identity of a file and of every file joined with it, loaded as the chain is followed. */
  async #identity(customerId: string): Promise<(file: string) => readonly Fact[]> {
    const loaded = new Map<string, readonly Fact[]>();
    let open = [customerId];
    while (open.length > 0) {
      const histories: ReadonlyMap<string, History> = await this.#reader.histories(
        open.map((file) => `c/${file}`),
      );
      const next = new Set<string>();
      for (const file of open) {
        const facts = factsAt(histories.get(`c/${file}`), this.#reader.knownAt);
        loaded.set(file, facts);
        for (const { data } of facts) {
          for (const field of ['survivorId', 'absorbedId', 'restoredId']) {
            const other = data[field];
            if (typeof other === 'string' && !loaded.has(other)) next.add(other);
          }
        }
      }
      open = [...next];
    }
    return (file) => loaded.get(file) ?? [];
  }
}
