import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Collection, Db } from 'mongodb';
import type { EventType } from '#contracts';
import { startEmbeddedMongoDb } from '#embedded-mongodb';
import type { Position } from '#kernel';
import { type Input, type LogFeed, openReadModels, ProjectionRun, type ReadModels } from '#read-models';
import type { Change, DimensionName } from '#scorecard';
import { randomChanges, TYPES } from '../storms/lib/changes.ts';
import { Random } from '../storms/lib/random.ts';
import { dump, places, timelineBytes } from '../storms/lib/read-model-dump.ts';

/** A store of documents for read models, and as many databases in it as a property needs. */
export class Documents {
  readonly #uri: string;
  readonly #close: () => Promise<void>;
  #databases = 0;

  private constructor(uri: string, close: () => Promise<void>) {
    this.#uri = uri;
    this.#close = close;
  }

  static async open(): Promise<Documents> {
    const given = process.env['MONGODB_URI'];
    if (given !== undefined) return new Documents(given, async () => undefined);
    const directory = await mkdtemp(join(tmpdir(), 'quadrant-invariants-'));
    const store = await startEmbeddedMongoDb({ directory });
    return new Documents(store.uri, async () => {
      await store.close();
      await rm(directory, { recursive: true, force: true });
    });
  }

  /** Does something with read models that are empty, and drops them. */
  async with<T>(work: (readModels: ReadModels) => Promise<T>): Promise<T> {
    const database = `i${process.pid}x${this.#databases++}`;
    const readModels = await openReadModels({ uri: this.#uri, code: 'invariants', database });
    try {
      return await work(readModels);
    } finally {
      await readModels.db.dropDatabase();
      await readModels.close();
    }
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/**
 * A random log that follows from a seed: late facts, corrections, corrections of corrections, voids, merges, unmerges,
 * moving units, policies that are set, corrected and voided, facts of all dimensions; record times that stand still and step back.
 */
export function randomLog(seed: number, length: number): Input[] {
  const random = new Random(seed);
  const dimension = random.pick<DimensionName>(['customer', 'process', 'learning']);
  const [types, more] = [TYPES[dimension], TYPES[random.pick<DimensionName>(['financial', 'learning'])]];
  let clock = 1_700_000_000_000;
  const changes = randomChanges(random, length, [...types, ...more, ...POLICIES]).map((change) => {
    clock += random.pick([0, 1, 5, -3]);
    return inputOf({ ...afterRoot(change), recordedAt: clock });
  });
  return [inputOf(ROOT), ...changes];
}

/** Policies come and go between the facts; one of them goes by deliveries. */
const POLICIES: readonly EventType[] = ['MeasurePolicySet', 'MeasurePolicySet', 'DeliveryConfirmed'];
const ROOT_AT = 5n;
export const ROOT: Change = {
  position: ROOT_AT as Position,
  recordedAt: 1_600_000_000_000,
  factId: 'root',
  factPosition: ROOT_AT as Position,
  type: 'UnitDefined',
  revision: 0n,
  before: null,
  after: { unitId: 'root', name: 'Company', effectiveFrom: '1900-01-01', currency: 'EUR' },
};

/** A change of a log that begins with the root. */
export function afterRoot(change: Change): Change {
  return {
    ...change,
    position: (change.position + ROOT_AT) as Position,
    factPosition: (change.factPosition + ROOT_AT) as Position,
  };
}

export function inputOf(change: Change): Input {
  const { position, recordedAt, factId } = change;
  return {
    kind: 'change',
    position,
    recordedAt,
    eventId: `event-${position}`,
    stream: `stream-${factId}`,
    change,
  };
}

/** The log as a rebuild reads it, in batches of one size. */
export function feedOf(log: readonly Input[], size: number): LogFeed {
  return async function* feed(from, upTo) {
    const asked = log.filter(({ position }) => position > from && position <= upTo);
    for (let at = 0; at < asked.length; at += size) yield asked.slice(at, at + size);
  };
}

/** Projects a log in batches of the given sizes, over and over. */
export async function project(
  db: Db,
  log: readonly Input[],
  sizes: readonly number[] = [500],
): Promise<void> {
  const run = await ProjectionRun.open(db);
  const rest = log.filter(({ position }) => position > run.from);
  for (let at = 0, n = 0; at < rest.length; n++) {
    const size = sizes[n % sizes.length] as number;
    await run.project(rest.slice(at, at + size));
    at += size;
  }
}

/** Everything that is stored and can be asked for; equal for two read models that answer everything alike. */
export async function contentOf(readModels: ReadModels): Promise<object> {
  const dumps = await dump(readModels);
  return {
    dimensions: dumps.map(({ dimension, position, content, bytes }) => ({
      dimension,
      position,
      content,
      bytes,
    })),
    wrong: dumps.flatMap(({ wrong }) => wrong),
    timeline: await timelineBytes(readModels),
    places: Object.fromEntries([...(await places(readModels))].sort()),
  };
}

const WRITES = new Set([
  'bulkWrite',
  'deleteMany',
  'deleteOne',
  'drop',
  'findOneAndUpdate',
  'insertMany',
  'insertOne',
  'replaceOne',
  'updateMany',
  'updateOne',
]);

/** What happens around each write of a process; an error stands for the end of the process. */
export interface Moment {
  before?(collection: string): Promise<void> | void;
  after?(collection: string): Promise<void> | void;
}

/** The same database as another process sees it: every write of it passes by `moment`. */
export function seenBy(db: Db, moment: Moment): Db {
  const around = (collection: Collection) =>
    new Proxy(collection, {
      get(target, name) {
        const value = Reflect.get(target, name, target) as unknown;
        if (typeof value !== 'function') return value;
        if (!WRITES.has(String(name))) return value.bind(target);
        return async (...args: unknown[]) => {
          await moment.before?.(target.collectionName);
          const result: unknown = await value.apply(target, args);
          await moment.after?.(target.collectionName);
          return result;
        };
      },
    });
  return new Proxy(db, {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      if (name === 'collection') return (of: string) => around(target.collection(of));
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** The end of a process, as its own code would see it if it lived. */
export class Killed extends Error {}

/** A process that is killed at its n-th write: before it reaches the store, or when it is done and the reply is lost. */
export function killedAt(n: number, lostReply: boolean): Moment & { readonly dead: boolean } {
  let writes = 0;
  const self = {
    dead: false,
    before: () => {
      if (self.dead) throw new Killed('a dead process writes nothing');
      writes++;
      if (writes === n && !lostReply) {
        self.dead = true;
        throw new Killed(`before write ${n}`);
      }
    },
    after: () => {
      if (self.dead || writes < n || !lostReply) return;
      self.dead = true;
      throw new Killed(`after write ${n}`);
    },
  };
  return self;
}

/** A process that stands still before its n-th write (of those to the named collections) and goes on when it is told. */
export function stoppedAt(n: number, of = /./): Moment & { readonly stopped: Promise<void>; goOn(): void } {
  let writes = 0;
  let stop: () => void = () => undefined;
  let goOn: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  return {
    stopped,
    goOn: () => goOn(),
    before: async (collection) => {
      if (of.test(collection)) writes++;
      if (writes < n) return;
      stop();
      await gate;
    },
  };
}
