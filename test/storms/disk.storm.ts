import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './lib/child.ts';
import { type DiskTrouble, TROUBLES, underTrouble, whyNoTrouble } from './lib/disk-trouble.ts';
import { DocumentsWriters } from './lib/documents-writers.ts';
import { Writers } from './lib/eventstore-writers.ts';
import { DiskHistory, itemsOf } from './lib/power/disk-history.ts';
import { writeImage } from './lib/power/image.ts';
import { type Asked, verdict } from './lib/power/judge.ts';
import { DATA, STORES } from './lib/power/recording.ts';
import { callsOf } from './lib/power/strace.ts';
import { Random } from './lib/random.ts';
import type { Storm, StormFailure, StormOrder } from './lib/storm.ts';

const EVENT_WRITERS = 8;
const DOCUMENT_WRITERS = 3;
const STORES_IN_TURN = ['eventstore', 'mongodb'] as const;
/** How the stores end when they could not write, and what they say: docs/embedded-eventstore.md, docs/embedded-mongodb.md. */
const STOPPED = { text: 'could not write to its disk', code: [null, 128 + 9], signal: [null, 'SIGKILL'] };
const NOT_STARTED = { text: 'cannot start', code: [1], signal: [null] };

/** Each store in turn under each trouble; eight points are one round. */
export const storm: Storm = {
  name: 'disk',
  does: 'a full disk, files that may not grow, writes and syncs that fail, under writers to each store',
  points: {
    full: TROUBLES.length * STORES_IN_TURN.length * 50,
    quick: TROUBLES.length * STORES_IN_TURN.length,
  },
  run,
};

export async function run(order: StormOrder) {
  const why = whyNoTrouble();
  if (why) throw new Error(`disk cannot run: ${why}`);
  const failures: StormFailure[] = [];
  const counts: Record<string, number> = { acknowledged: 0, 'outcome unknown': 0, 'not started': 0 };
  for (const store of STORES_IN_TURN) for (const trouble of TROUBLES) counts[`${store}, ${trouble}`] = 0;
  for (let seed = order.seed; seed < order.seed + order.points; seed++) {
    const only = STORES_IN_TURN[seed % 2] as (typeof STORES_IN_TURN)[number];
    const trouble = TROUBLES[Math.floor(seed / 2) % TROUBLES.length] as DiskTrouble;
    const directory = join(order.directory, `${seed}-${only}-${trouble.replaceAll(' ', '-')}`);
    mkdirSync(directory);
    const wrong = await point({ seed, only, trouble, directory }, counts);
    counts[`${only}, ${trouble}`] = (counts[`${only}, ${trouble}`] ?? 0) + 1;
    failures.push(...wrong.map((what) => ({ seed, what: `${only}, ${trouble}: ${what}` })));
    if (wrong.length === 0) rmSync(directory, { recursive: true });
    const done = seed - order.seed + 1;
    if (done % 40 === 0) order.say(`${done} of ${order.points} points, ${failures.length} failures`);
  }
  return { points: order.points, failures, counts };
}

interface Point {
  readonly seed: number;
  readonly only: (typeof STORES_IN_TURN)[number];
  readonly trouble: DiskTrouble;
  readonly directory: string;
}

async function point(
  { seed, only, trouble, directory }: Point,
  counts: Record<string, number>,
): Promise<string[]> {
  const random = new Random(seed);
  const log = join(directory, 'stores.log');
  const { under, env, data, kept, record } = underTrouble(trouble, random, directory);
  const args = ['--data', data, '--plain', '--only', only];
  const child = new Child({ name: 'stores', file: STORES, args, under, env, log });
  const events = new Writers(random, `disk-${seed}`, EVENT_WRITERS);
  const documents = new DocumentsWriters(random, DOCUMENT_WRITERS);
  const ready = await child.ready();
  if (ready)
    await Promise.all([
      ...('eventStoreUri' in ready ? [events.run(String(ready['eventStoreUri']))] : []),
      ...('mongoUri' in ready ? [documents.run(String(ready['mongoUri']))] : []),
      child.ended,
    ]);
  else counts['not started'] = (counts['not started'] ?? 0) + 1;
  const { code, signal } = await child.ended;
  const wrong: string[] = [];
  const said = readFileSync(log, 'utf8');
  const due = ready ? STOPPED : NOT_STARTED;
  // Of a shell that runs it, and tells a signal as a code, or of itself.
  if (!due.code.includes(code) || !due.signal.includes(signal) || !said.includes(due.text))
    wrong.push(`it did not stop by itself and say why: ${signal ?? `code ${code}`}, ${said.slice(-500)}`);
  const asked: Asked = {
    attempts: events.attempts,
    turns: documents.turns,
    isAcknowledged: (of) =>
      'answer' in of ? of.answer !== undefined : 'acknowledged' in of && of.acknowledged,
  };
  const acknowledged = events.acknowledged.length + documents.acknowledged.length;
  counts['acknowledged'] = (counts['acknowledged'] ?? 0) + acknowledged;
  counts['outcome unknown'] =
    (counts['outcome unknown'] ?? 0) + events.attempts.length + documents.turns.length - acknowledged;
  if (record !== undefined) wrong.push(...(await afterFailure(join(directory, 'disk'), record, seed, asked)));
  if (existsSync(kept)) wrong.push(...(await verdict(kept, log, asked)));
  else if (acknowledged > 0) wrong.push('nothing was left of its directory');
  return wrong;
}

/** Nothing is synced after a sync or a write has failed; and what was not synced before may be gone. */
async function afterFailure(disk: string, record: string, seed: number, asked: Asked): Promise<string[]> {
  const calls = callsOf(readFileSync(record, 'latin1'));
  const failed = calls.find(({ injected }) => injected);
  if (!failed) return ['no call was made to fail'];
  const history = new DiskHistory(disk, calls);
  const later = itemsOf(history).flatMap((item) => [
    ...item.syncs,
    ...(item.kind === 'file'
      ? item.changes.filter((change) => change.kind === 'write' && change.synced)
      : []),
  ]);
  const wrong = later.some(({ began }) => began > failed.ended)
    ? [`something was synced after ${failed.name} had failed at line ${failed.ended}`]
    : [];
  const image = join(disk, '..', 'image');
  writeImage(history, { at: Number.MAX_SAFE_INTEGER, random: new Random(seed) }, image);
  const found = await verdict(join(image, DATA), join(disk, '..', 'image.log'), asked);
  return [...wrong, ...found.map((what) => `when the power goes after it: ${what}`)];
}
