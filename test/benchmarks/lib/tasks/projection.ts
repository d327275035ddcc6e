import { openJournal } from '#journal';
import { type Position, position } from '#kernel';
import {
  type DimensionStatus,
  inputsOf,
  keepHeapLean,
  logFeed,
  openReadModels,
  ProjectionRun,
  type ReadModels,
  rebuildEach,
} from '#read-models';
import { type LogEvent, Reperformance } from '#reperformance';
import { dimensions } from '#scorecard';
import { Random } from '../../../storms/lib/random.ts';
import { dateOf, dayOfEvent } from '../generator.ts';

export interface StoreUris {
  readonly eventStoreUri: string;
  readonly mongoUri: string;
}

/** The code version that both ways to a figure carry, so that their digests can be compared. */
export const CODE = 'benchmark';
const BATCH = 500;

export interface Projected {
  readonly events: number;
  readonly seconds: number;
}

/** Brings all read models from where they are to the head of the log. */
export async function projectLog({ eventStoreUri, mongoUri }: StoreUris): Promise<Projected> {
  const journal = openJournal({ uri: eventStoreUri });
  const readModels = await openReadModels({ uri: mongoUri, code: CODE });
  const run = await ProjectionRun.open(readModels.db);
  const began = performance.now();
  let [events, batch] = [0, [] as Parameters<typeof inputsOf>[1][number][]];
  const project = async (): Promise<void> => {
    events += batch.length;
    await run.project(await inputsOf(journal, batch));
    batch = [];
  };
  for await (const event of journal.readAll(run.from > 0n ? { from: run.from } : {})) {
    batch.push(event);
    if (batch.length >= BATCH) await project();
  }
  if (batch.length > 0) await project();
  const seconds = (performance.now() - began) / 1000;
  await readModels.close();
  await journal.close();
  return { events, seconds };
}

export interface Rebuilt {
  readonly seconds: number;
  readonly dimensions: readonly {
    readonly dimension: string;
    readonly events: number;
    readonly equal: boolean;
    readonly rebuilt: string;
  }[];
}

/** Rebuilds the four dimensions, the log read once for all of them by the client, as `quadrant rebuild all` does. */
export async function rebuildAll({ eventStoreUri, mongoUri }: StoreUris): Promise<Rebuilt> {
  keepHeapLean();
  const journal = openJournal({ uri: eventStoreUri });
  const readModels = await openReadModels({ uri: mongoUri, code: CODE });
  const began = performance.now();
  const reports = await rebuildEach(readModels.db, Object.values(dimensions), logFeed(journal));
  const seconds = (performance.now() - began) / 1000;
  await dropEarlierEpochs(readModels);
  await readModels.close();
  await journal.close();
  return {
    seconds,
    dimensions: reports.map(({ dimension, events, equal, rebuilt }) => ({
      dimension,
      events,
      equal,
      rebuilt,
    })),
  };
}

/** What a rebuild has replaced would make the next one's store larger than the one before had. */
async function dropEarlierEpochs({ db }: ReadModels): Promise<void> {
  const live = new Map<string, number>();
  for await (const { _id, epoch } of db.collection<{ _id: string; epoch: unknown }>('live').find({}))
    live.set(_id, Number(epoch));
  for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
    const [dimension = '', epoch = ''] = name.split('.');
    const current = live.get(dimension);
    if (current !== undefined && /^\d+$/.test(epoch) && Number(epoch) < current)
      await db.collection(name).drop();
  }
}

export async function statusOf({
  mongoUri,
}: {
  readonly mongoUri: string;
}): Promise<readonly DimensionStatus[]> {
  const readModels = await openReadModels({ uri: mongoUri, code: CODE });
  const status = await readModels.status();
  await readModels.close();
  return status;
}

export interface Compared {
  readonly figures: number;
  readonly different: readonly string[];
  /** Events from which the second way computed. */
  readonly events: number;
}

const SAMPLE_KPIS = [
  'net-revenue',
  'gross-margin',
  'orders-placed',
  'new-customers',
  'order-to-ship-time',
  'nps',
];

/** Computes figures at random coordinates a second time, from the raw log, and compares digest with digest. */
export async function compareSample({
  eventStoreUri,
  mongoUri,
  seed,
  figures,
  eventsMax,
}: StoreUris & {
  readonly seed: number;
  readonly figures: number;
  readonly eventsMax: number;
}): Promise<Compared> {
  const journal = openJournal({ uri: eventStoreUri });
  const readModels = await openReadModels({ uri: mongoUri, code: CODE });
  const events: LogEvent[] = [];
  for await (const { position: at, created, ...event } of journal.readAll({ maxCount: eventsMax })) {
    events.push({ ...event, position: at, created: BigInt(created) });
  }
  const second = new Reperformance(events, { code: CODE });
  const random = new Random(seed);
  const different: string[] = [];
  const places = Array.from({ length: Math.ceil(figures / 3) }, () => random.pick(events).position);
  for (let i = 0; i < figures; i++) {
    const knownAt = places[i % places.length] as Position;
    const month = dateOf(dayOfEvent(random.below(events.length))).slice(0, 7);
    const asked = { kpi: random.pick(SAMPLE_KPIS), unit: 'root', period: month };
    const projected = await readModels.figures({ ...asked, knownAt: { position: position(knownAt) } });
    const reperformed = second.figures({ ...asked, knownAt });
    if (projected.digest !== reperformed.digest)
      different.push(`${asked.kpi} of ${month} at ${knownAt}: ${projected.digest}, ${reperformed.digest}`);
  }
  await readModels.close();
  await journal.close();
  return { figures, different, events: events.length };
}
