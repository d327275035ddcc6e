import type { Db } from 'mongodb';
import type { Position } from '#kernel';
import {
  answer,
  type DimensionName,
  type FigureQuestion,
  type FiguresAnswer,
  type KpiSheet,
  kpiSheets,
  type ProjectionName,
  projections,
  type VintageQuestion,
  type VintagesAnswer,
  vintages,
} from '#scorecard';
import { checkpoints, DATABASE, liveEpochs } from './collections.ts';
import { CustomerFileReader } from './customer-files.ts';
import { EpochLog } from './epoch-log.ts';
import { placeOfEvent } from './event-places.ts';
import { EpochReader } from './reader.ts';
import { RenewedClient, type RenewedClientOptions } from './renewed-client.ts';
import { firstAtTime, positionAtTime, timeAtPosition } from './timeline.ts';

export interface DimensionStatus {
  readonly dimension: ProjectionName;
  readonly epoch: number;
  readonly position: Position;
  readonly events: bigint;
  readonly deltas: bigint;
  /** Content hash of the read model at `position`. */
  readonly content: string;
}

/** How a question says what was known: a position, an instant in milliseconds, or (absent) everything projected. */
export type KnownAt = { readonly position: Position } | { readonly timeMs: bigint } | undefined;

/** `before`: the cursor of a page. */
export type AskedVintages = Omit<VintageQuestion, 'knownAt'> & {
  readonly knownAt?: KnownAt;
  readonly limit: number;
  readonly before?: Position;
};

export type AskedFigures = Omit<FigureQuestion, 'knownAt' | 'knownAtMs'> & { readonly knownAt?: KnownAt };

/** Asked for a position that has not been projected yet. */
export class NotYetKnown extends Error {
  readonly asked: Position;
  readonly known: Position;
  constructor(asked: Position, known: Position) {
    super(
      `Position ${asked} is beyond what has been projected (${known}); wait with after=${asked}, or ask for an earlier one.`,
    );
    this.asked = asked;
    this.known = known;
  }
}

/** Questions to the four read models. */
export interface ReadModels {
  /** The database; take it anew for each piece of work, since its client may be renewed. */
  readonly db: Db;
  readonly sheets: ReadonlyMap<string, KpiSheet>;
  figures(asked: AskedFigures): Promise<FiguresAnswer>;
  /** How a figure has moved along the log, up to a position. */
  vintages(asked: AskedVintages): Promise<VintagesAnswer>;
  /** The position that all dimensions and the timeline have reached: no answer looks beyond it. */
  known(): Promise<Position>;
  /** Waits until `position` is projected; false when `waitMs` passed before. */
  waitFor(position: Position, waitMs: number): Promise<boolean>;
  positionAt(timeMs: bigint): Promise<Position>;
  /** The customer files as known at a position (absent: everything projected). */
  customerFiles(
    knownAt?: KnownAt,
  ): Promise<{ readonly files: CustomerFileReader; readonly knownAt: Position }>;
  status(): Promise<readonly DimensionStatus[]>;
  /** The stream that holds an event, as far as projected. */
  streamOf(eventId: string): Promise<string | undefined>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

const POLL_MS = 15;

export async function openReadModels(options: {
  readonly uri: string;
  readonly code: string;
  /** Default `quadrant`; another name for another company on the same server. */
  readonly database?: string;
  /** When to take a new client; absent: the defaults. */
  readonly renewal?: Omit<RenewedClientOptions, 'uri'>;
}): Promise<ReadModels> {
  const client = await RenewedClient.open({ uri: options.uri, ...options.renewal });
  return new Queries(client, options.code, options.database ?? DATABASE);
}

class Queries implements ReadModels {
  readonly #client: RenewedClient;
  readonly #code: string;
  readonly #database: string;
  readonly sheets = kpiSheets;

  constructor(client: RenewedClient, code: string, database: string) {
    this.#client = client;
    this.#code = code;
    this.#database = database;
  }

  get db(): Db {
    return this.#client.current.db(this.#database);
  }

  async figures({ knownAt, ...asked }: AskedFigures): Promise<FiguresAnswer> {
    const { known, epochs } = await this.#standing();
    const position = await this.#positionOf(knownAt, known);
    const knownAtMs = await timeAtPosition(this.db, position);
    const reader = (dimension: DimensionName) =>
      new EpochReader(this.db, dimension, epochs.get(dimension) ?? 0, position);
    return answer(
      { sheets: this.sheets, code: this.#code, reader },
      { ...asked, knownAt: position, knownAtMs },
    );
  }

  async vintages({ knownAt, limit, before, ...asked }: AskedVintages): Promise<VintagesAnswer> {
    const { known, epochs } = await this.#standing();
    const position = await this.#positionOf(knownAt, known);
    const logs = new Map<DimensionName, EpochLog>();
    const log = (dimension: DimensionName) => {
      const own =
        logs.get(dimension) ?? new EpochLog(this.db, dimension, epochs.get(dimension) ?? 0, position);
      logs.set(dimension, own);
      return own;
    };
    return vintages(
      {
        sheets: this.sheets,
        code: this.#code,
        log,
        timeAt: (at) => timeAtPosition(this.db, at),
        firstAt: (timeMs) => firstAtTime(this.db, timeMs),
      },
      { ...asked, knownAt: position },
      { limit, ...(before === undefined ? {} : { before: before < position ? before : position }) },
    );
  }

  async #positionOf(knownAt: KnownAt, known: Position): Promise<Position> {
    if (knownAt === undefined) return known;
    if ('timeMs' in knownAt) return positionAtTime(this.db, knownAt.timeMs, known);
    if (knownAt.position > known) throw new NotYetKnown(knownAt.position, known);
    return knownAt.position;
  }

  async known(): Promise<Position> {
    return (await this.#standing()).known;
  }

  /**
   * Which epochs answer, and the position that all of them have reached. Both of one reading: an epoch that takes over
   * may be a few events behind the one before it, and must not be asked for what only that one knew.
   */
  async #standing(): Promise<{ readonly known: Position; readonly epochs: ReadonlyMap<string, number> }> {
    const status = await this.status();
    const clock = await checkpoints(this.db).findOne({ _id: 'timeline/0' });
    const positions = [...status.map(({ position }) => position), (clock?.position ?? 0n) as Position];
    return {
      known: positions.reduce((least, own) => (own < least ? own : least)),
      epochs: new Map(status.map(({ dimension, epoch }) => [dimension, epoch])),
    };
  }

  async waitFor(position: Position, waitMs: number): Promise<boolean> {
    const deadline = Date.now() + waitMs;
    while ((await this.known()) < position) {
      if (Date.now() >= deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return true;
  }

  async customerFiles(
    knownAt?: KnownAt,
  ): Promise<{ readonly files: CustomerFileReader; readonly knownAt: Position }> {
    const { known, epochs } = await this.#standing();
    const position = await this.#positionOf(knownAt, known);
    return { files: new CustomerFileReader(this.db, epochs.get('files') ?? 0, position), knownAt: position };
  }

  async positionAt(timeMs: bigint): Promise<Position> {
    return positionAtTime(this.db, timeMs, await this.known());
  }

  async #epochs(): Promise<ReadonlyMap<string, number>> {
    const epochs = new Map<string, number>();
    for await (const { _id, epoch } of liveEpochs(this.db).find({})) epochs.set(_id, Number(epoch));
    return epochs;
  }

  async status(): Promise<readonly DimensionStatus[]> {
    const epochs = await this.#epochs();
    const names = Object.keys(projections) as ProjectionName[];
    const ids = names.map((name) => `${name}/${epochs.get(name) ?? 0}`);
    const found = new Map<string, { position: bigint; events: bigint; deltas: bigint; content: string }>();
    for await (const { _id, ...checkpoint } of checkpoints(this.db).find({ _id: { $in: ids } }))
      found.set(_id, checkpoint);
    return names.map((dimension) => {
      const epoch = epochs.get(dimension) ?? 0;
      const {
        position = 0n,
        events = 0n,
        deltas = 0n,
        content = '',
      } = found.get(`${dimension}/${epoch}`) ?? {};
      return { dimension, epoch, position: position as Position, events, deltas, content };
    });
  }

  async streamOf(eventId: string): Promise<string | undefined> {
    return placeOfEvent(this.db, eventId);
  }

  async ping(): Promise<void> {
    await this.db.command({ ping: 1 });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
