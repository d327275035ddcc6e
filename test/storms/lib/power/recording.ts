import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DocumentsWriters, type Turn } from '../documents-writers.ts';
import { type Attempt, Writers } from '../eventstore-writers.ts';
import { Random } from '../random.ts';
import { DiskHistory, itemsOf } from './disk-history.ts';
import { callsOf, RecordedProcess, type SystemCall, stringsOf } from './strace.ts';

/** Built files lie beside the built storms; the specs run from the sources. */
const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const BUILT = ROOT.endsWith('dist') ? ROOT : join(ROOT, 'dist');
export const STORES = join(BUILT, 'apps', 'stores', 'src', 'main.js');
const OVERLAPPING = join(BUILT, 'test', 'storms', 'lib', 'power', 'overlapping-sync.js');

const EVENT_WRITERS = 8;
const DOCUMENT_WRITERS = 3;
/** The data directory within the recorded one: that it was made is recorded as well. */
export const DATA = 'data';

/** A run of both stores: what they did to the disk, and what they had acknowledged when. */
export interface Recording {
  readonly history: DiskHistory;
  readonly attempts: readonly Attempt[];
  readonly turns: readonly Turn[];
  /** Lines at which the first byte of an acknowledgement left the server. */
  readonly acknowledgedAt: ReadonlyMap<Attempt | Turn, number>;
  /** Lines of what was done to the disk. */
  readonly diskLines: readonly number[];
  /** Lines at which a sync has not yet ended, and just will. */
  readonly syncing: readonly number[];
}

/**
 * Records the stores, as a process from their built files, from their first start to their end, under writers over both protocols.
 *
 * The record itself has the order of writes, syncs and answers: an answer of MongoDB's protocol carries the number of its
 * request, one of EventStoreDB's the position, which is there once.
 *
 * Errors: an acknowledgement that the record does not have; a way of writing that it does not know.
 */
export async function recordStores(order: {
  readonly directory: string;
  readonly seed: number;
  /** Appends, and half as many commands of documents, before it ends. */
  readonly acknowledgements: number;
  /** A planted defect: with lmdb's default, which acknowledges before the sync. */
  readonly overlappingSync?: boolean;
}): Promise<Recording> {
  const disk = join(order.directory, 'disk');
  const record = join(order.directory, 'record');
  mkdirSync(disk, { recursive: true });
  const recorded = new RecordedProcess({
    command: [
      ...[process.execPath, '--disable-warning=ExperimentalWarning'],
      ...(order.overlappingSync ? ['--import', OVERLAPPING] : []),
      ...[STORES, '--data', join(disk, DATA), '--plain'],
    ],
    record,
  });
  const { eventStoreUri, mongoUri } = await ready(recorded);
  const random = new Random(order.seed);
  const events = new Writers(random, `power-${order.seed}`, EVENT_WRITERS);
  const documents = new DocumentsWriters(random, DOCUMENT_WRITERS);
  const writing = Promise.all([events.run(eventStoreUri), documents.run(mongoUri)]);
  const enough = () =>
    events.acknowledged.length >= order.acknowledgements &&
    documents.acknowledged.length >= order.acknowledgements / 2;
  while (!enough()) await Promise.race([new Promise((resolve) => setTimeout(resolve, 5)), gone(recorded)]);
  // Half of them end in order, so that an end is recorded too.
  recorded.signal(random.chance(50) ? 'SIGTERM' : 'SIGKILL');
  await Promise.all([recorded.ended, writing]);
  return understood(join(order.directory, 'disk'), readFileSync(record, 'latin1'), events, documents);
}

async function gone(recorded: RecordedProcess): Promise<never> {
  await recorded.ended;
  throw new Error('the recorded stores ended by themselves');
}

async function ready(recorded: RecordedProcess): Promise<{ eventStoreUri: string; mongoUri: string }> {
  let told = '';
  recorded.strace.stderr?.on('data', (chunk) => {
    told += chunk;
  });
  const line = await Promise.race([
    new Promise<string>((resolve) =>
      createInterface({ input: recorded.strace.stdout as NodeJS.ReadableStream }).once('line', resolve),
    ),
    recorded.ended.then(() => undefined),
  ]);
  if (line === undefined) throw new Error(`the recorded stores did not start: ${told}`);
  return JSON.parse(line) as { eventStoreUri: string; mongoUri: string };
}

function understood(disk: string, record: string, events: Writers, documents: DocumentsWriters): Recording {
  const calls = callsOf(record);
  const history = new DiskHistory(disk, calls);
  const sent = calls
    .filter((call) => SENDS.has(call.name) && !history.writes.has(call))
    .sort((a, b) => a.began - b.began);
  const answers = sent.map((call) => ({ at: call.began, bytes: Buffer.concat(stringsOf(call)) }));
  const acknowledgedAt = new Map<Attempt | Turn, number>();
  const find = (of: Attempt | Turn, pattern: Buffer, offset?: number) => {
    const answer = answers.find(({ bytes }) =>
      offset === undefined ? bytes.includes(pattern) : bytes.indexOf(pattern, offset) === offset,
    );
    if (!answer) throw new Error(`the record has no acknowledgement of ${JSON.stringify(of)}`);
    acknowledgedAt.set(of, answer.at);
  };
  for (const attempt of events.acknowledged) find(attempt, position(attempt.answer?.position as bigint));
  for (const turn of documents.acknowledged) find(turn, responseTo(turn.request), 8);
  const lines = new Set<number>();
  const syncing: number[] = [];
  for (const item of itemsOf(history)) {
    const { syncs } = item;
    for (const { began, ended } of [...(item.kind === 'file' ? item.changes : item.listings), ...syncs])
      for (const line of [began, ended]) if (Number.isFinite(line)) lines.add(line);
    syncing.push(...syncs.map(({ ended }) => ended).filter(Number.isFinite));
  }
  return {
    history,
    attempts: events.attempts,
    turns: documents.turns,
    acknowledgedAt,
    diskLines: [...lines].sort((one, other) => one - other),
    syncing: syncing.sort((one, other) => one - other),
  };
}

const SENDS: ReadonlySet<SystemCall['name']> = new Set(['write', 'writev', 'sendto', 'sendmsg']);

/** `AllStreamPosition` as Protocol Buffers write it: commit (1) and prepare (2), which are the same here. */
function position(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    if (rest <= 0x7fn) break;
  }
  return Buffer.from([0x08, ...bytes, 0x10, ...bytes]);
}

const OP_MSG = 2013;

/** The header of a message begins with its length and number, each of four bytes; then what it answers, and its kind. */
function responseTo(request: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32LE(request, 0);
  bytes.writeInt32LE(OP_MSG, 4);
  return bytes;
}
