import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Cut } from './lib/power/image.ts';
import { judge } from './lib/power/judge.ts';
import { type Recording, recordStores } from './lib/power/recording.ts';
import { whyNoRecording } from './lib/power/strace.ts';
import { Random } from './lib/random.ts';
import type { Storm, StormFailure, StormOrder } from './lib/storm.ts';

const IMAGES_PER_RECORDING = 50;
const ACKNOWLEDGEMENTS = 200;
/** So many images find a planted defect, or the storm has failed. */
const IMAGES_PER_DEFECT = 40;
/** Images that are judged at once. */
const LANES = 2;

/**
 * Kill −9 keeps the page cache, and so never finds a missing sync. Here every write and every sync of a run is recorded, the power
 * is cut at an instant of the record, and what was not synced by then is dropped, kept or torn. An image holds both stores.
 */
export const storm: Storm = {
  name: 'power',
  does: 'power cuts: images of a recorded run of both stores in which what was not synced is dropped, kept or torn',
  points: { full: 1_000, quick: 20 },
  run,
};

export async function run(order: StormOrder) {
  const why = whyNoRecording();
  if (why) throw new Error(`power cannot run: ${why}`);
  const failures: StormFailure[] = [];
  const counts = {
    recordings: 0,
    acknowledgements: 0,
    'acknowledged before the cuts': 0,
    'planted defects found': 0,
  };
  let recording: Recording | undefined;
  for (let first = order.seed; first < order.seed + order.points; first += IMAGES_PER_RECORDING) {
    const directory = join(order.directory, `recording-${first}`);
    recording = await recordStores({ directory, seed: first, acknowledgements: ACKNOWLEDGEMENTS });
    const own = recording;
    counts.recordings++;
    counts.acknowledgements += own.acknowledgedAt.size;
    const seeds = Array.from(
      { length: Math.min(IMAGES_PER_RECORDING, order.seed + order.points - first) },
      (_, n) => first + n,
    );
    const kept = await inLanes(seeds, async (seed) => {
      const cut = cutOf(own, seed);
      for (const at of own.acknowledgedAt.values()) if (at < cut.at) counts['acknowledged before the cuts']++;
      return judged(own, cut, seed, join(directory, `image-${seed}`), failures);
    });
    if (!kept.includes(false)) rmSync(directory, { recursive: true });
    order.say(`${first - order.seed + seeds.length} of ${order.points} images, ${failures.length} failures`);
  }
  if (recording) {
    const found = await plantedDefects(order, recording);
    counts['planted defects found'] = found.filter((defect) => defect.found).length;
    for (const { name } of found.filter((defect) => !defect.found))
      failures.push({ seed: order.seed, what: `the planted defect was not found: ${name}` });
  }
  return { points: order.points, failures, counts };
}

/** Whether the image held; it is kept when it did not. */
async function judged(
  recording: Recording,
  cut: Cut,
  seed: number,
  directory: string,
  failures: StormFailure[],
): Promise<boolean> {
  const wrong = await judge(recording, cut, directory);
  failures.push(...wrong.map((what) => ({ seed, what: `cut at line ${cut.at}: ${what}` })));
  if (wrong.length === 0) rmSync(directory, { recursive: true });
  return wrong.length === 0;
}

type Instant = 'acknowledged' | 'syncing' | 'any';

/**
 * A third of the cuts come right after an acknowledgement has left, where a missing sync shows; a third just before a sync ends,
 * when most is not on disk; the others anywhere in what is done to the disk.
 */
function cutOf(
  { acknowledgedAt, syncing, diskLines }: Recording,
  seed: number,
  chosen?: Instant,
): Pick<Cut, 'at' | 'random'> {
  const random = new Random(seed);
  const instant = random.pick<Instant>(['acknowledged', 'syncing', 'any']);
  switch (chosen ?? instant) {
    case 'acknowledged':
      return { at: random.pick([...acknowledgedAt.values()]) + 1, random };
    case 'syncing':
      return { at: random.pick(syncing), random };
    case 'any':
      return { at: random.pick(diskLines) + 1, random };
  }
}

interface Defect {
  readonly name: string;
  readonly recording: Recording;
  /** Where it shows. */
  readonly instant: Instant;
  readonly ignoring?: Exclude<Cut['ignoring'], undefined>;
}

/** A storm that cannot find a missing sync proves nothing: it has to find these. */
async function plantedDefects(order: StormOrder, recording: Recording) {
  const directory = join(order.directory, 'planted');
  mkdirSync(directory);
  const overlapping = await recordStores({
    directory: join(directory, 'overlapping'),
    seed: order.seed,
    acknowledgements: ACKNOWLEDGEMENTS,
    overlappingSync: true,
  });
  const defects: readonly Defect[] = [
    { name: 'files are not synced', recording, instant: 'acknowledged', ignoring: 'syncs of files' },
    {
      name: 'directories are not synced',
      recording,
      instant: 'acknowledged',
      ignoring: 'syncs of directories',
    },
    { name: "lmdb's own default, overlapping syncs", recording: overlapping, instant: 'syncing' },
  ];
  const found: { readonly name: string; readonly found: boolean }[] = [];
  for (const { name, recording: from, instant, ignoring } of defects) {
    let images = 0;
    let wrong: readonly string[] = [];
    while (wrong.length === 0 && images < IMAGES_PER_DEFECT) {
      const cut = { ...cutOf(from, order.seed + images, instant), ...(ignoring ? { ignoring } : {}) };
      wrong = await judge(from, cut, join(directory, `${found.length}-${images++}`));
    }
    order.say(
      `planted: ${name}: ${wrong.length > 0 ? `found in image ${images}: ${wrong[0]}` : 'NOT found'}`,
    );
    found.push({ name, found: wrong.length > 0 });
  }
  rmSync(directory, { recursive: true });
  return found;
}

async function inLanes<T, R>(all: readonly T[], work: (each: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = [...all];
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      for (let next = rest.shift(); next !== undefined; next = rest.shift()) results.push(await work(next));
    }),
  );
  return results;
}
