import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Document, type Filter, Long, MongoClient } from 'mongodb';
import { Random } from './lib/random.ts';

/**
 * Kills the store of documents while several writers are at work, starts it again on the same directory, and looks:
 * what was acknowledged is there, no document is half of a write, a write repeated with its number is made once.
 * Uses the built process: `node tools/ready.mjs` first.
 */
export const KILL_POINTS = [
  'mongodb.before-commit',
  'mongodb.between-statements',
  'mongodb.written-not-committed',
  'mongodb.after-commit-before-reply',
] as const;

export interface KillReport {
  readonly kills: number;
  readonly acknowledged: number;
  readonly repeated: number;
  readonly violations: readonly string[];
}

const WRITERS = 4;
const BULK = 20;
const DATABASE = 'storm';
const STORES = join(import.meta.dirname, '..', '..', 'dist', 'apps', 'stores', 'src', 'main.js');
const STORES_WHEN_BUILT = join(import.meta.dirname, '..', '..', 'apps', 'stores', 'src', 'main.js');

interface Store {
  readonly uri: string;
  readonly process: ChildProcess;
  readonly ended: Promise<void>;
}

/** `points`: how many kills at random instants, beside one at each named point. */
export async function run({
  seed,
  points,
}: {
  readonly seed: number;
  readonly points: number;
}): Promise<KillReport> {
  const random = new Random(seed);
  const directory = mkdtempSync(join(tmpdir(), 'quadrant-storm-'));
  const violations: string[] = [];
  const known = new Map<number, number>();
  let [acknowledged, repeated, kills] = [0, 0, 0];
  const plan: (string | undefined)[] = [...KILL_POINTS, ...Array.from({ length: points }, () => undefined)];
  for (const [round, point] of plan.entries()) {
    const crash = point && `${point}:${2 + random.below(10)}`;
    const store = await start(directory, crash);
    if (!crash) {
      // A random instant: after so many acknowledged writes, whatever is going on then.
      const limit = acknowledged + 1 + random.below(40);
      void until(() => acknowledged >= limit, store.ended).then(() => store.process.kill('SIGKILL'));
    }
    const open: Attempt[] = [];
    const writers = Array.from({ length: WRITERS }, (_, writer) =>
      write(store.uri, round * WRITERS + writer, known, open, () => acknowledged++),
    );
    await Promise.all([...writers, store.ended]);
    kills++;
    const again = await start(directory, undefined);
    repeated += await look(again.uri, known, open, violations);
    again.process.kill('SIGKILL');
    await again.ended;
    if (violations.length > 0) break;
  }
  if (violations.length === 0) rmSync(directory, { recursive: true });
  else violations.push(`seed ${seed}; the data is kept in ${directory}`);
  return { kills, acknowledged, repeated, violations };
}

async function start(directory: string, crash: string | undefined): Promise<Store> {
  const main = import.meta.filename.endsWith('.ts') ? STORES : STORES_WHEN_BUILT;
  const process_ = spawn(process.execPath, [main, '--only', 'mongodb', '--data', directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(crash ? { CRASH_AT: crash } : {}) },
  });
  const ended = new Promise<void>((resolve) => process_.once('exit', () => resolve()));
  const lines = createInterface({ input: process_.stdout });
  const ready = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    process_.once('exit', (code, signal) => reject(new Error(`the store did not start: ${code ?? signal}`)));
  });
  return { uri: (JSON.parse(ready) as { mongoUri: string }).mongoUri, process: process_, ended };
}

async function until(condition: () => boolean, ended: Promise<void>): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!condition() && !over) await new Promise((resolve) => setImmediate(resolve));
}

/** A bulk whose answer did not come. */
interface Attempt {
  readonly writer: number;
  readonly turn: number;
  readonly command: Document;
  readonly session: { readonly id: unknown };
}

/** Every turn of a writer raises all its documents by one, in two fields and an array: they have to agree. */
function bulk(writer: number, turn: number, number: number): Document {
  return {
    update: 'documents',
    ordered: false,
    updates: Array.from({ length: BULK }, (_, i) => ({
      q: { _id: `${writer}/${i}` },
      u: { $set: { turn }, $inc: { n: 1 }, $push: { g: turn } },
      upsert: true,
    })),
    txnNumber: Long.fromNumber(number),
    writeConcern: { w: 'majority', j: true },
  };
}

async function write(
  uri: string,
  writer: number,
  known: Map<number, number>,
  open: Attempt[],
  acknowledge: () => void,
): Promise<void> {
  const client = new MongoClient(uri, {
    retryWrites: false,
    serverSelectionTimeoutMS: 2_000,
    maxPoolSize: 1,
  });
  try {
    const session = client.startSession();
    for (let turn = 1; ; turn++) {
      const command = bulk(writer, turn, turn);
      open.push({ writer, turn, command, session: { id: session.id } });
      await client.db(DATABASE).command(command, { session });
      open.splice(
        open.findIndex((attempt) => attempt.writer === writer),
        1,
      );
      known.set(writer, turn);
      acknowledge();
    }
  } catch (error) {
    // The store was killed: that is how a writer ends. What fails while it is written the driver gives as the socket has it.
    const { name, code } = error as NodeJS.ErrnoException;
    if (
      !/Mongo(Network|ServerSelection|PoolCleared|Expired)/.test(name) &&
      !/^(EPIPE|ECONNRESET)$/.test(code ?? '')
    )
      throw error;
  } finally {
    await client.close(true);
  }
}

async function look(
  uri: string,
  known: Map<number, number>,
  open: readonly Attempt[],
  violations: string[],
): Promise<number> {
  const client = await new MongoClient(uri).connect();
  try {
    const documents = client.db(DATABASE).collection('documents');
    await check(documents, known, new Map(open.map(({ writer, turn }) => [writer, turn])), violations);
    for (const { writer, turn, command, session } of open) {
      const own = client.startSession();
      Object.assign((own as unknown as { serverSession: { id: unknown } }).serverSession, { id: session.id });
      await client.db(DATABASE).command(command, { session: own });
      known.set(writer, turn);
    }
    await check(documents, known, new Map(), violations);
    return open.length;
  } finally {
    // Without ending the sessions: their numbers were used by hand.
    await client.close(true);
  }
}

async function check(
  documents: { find(filter: Filter<Document>): { toArray(): Promise<Document[]> } },
  known: ReadonlyMap<number, number>,
  open: ReadonlyMap<number, number>,
  violations: string[],
): Promise<void> {
  for (const writer of new Set([...known.keys(), ...open.keys()])) {
    const sure = known.get(writer) ?? 0;
    const possible = open.get(writer) ?? sure;
    const found = await documents
      .find({ _id: { $in: Array.from({ length: BULK }, (_, i) => `${writer}/${i}`) } as never })
      .toArray();
    if (sure > 0 && found.length !== BULK)
      violations.push(`writer ${writer}: ${found.length} of ${BULK} documents`);
    for (const { _id, turn, n, g } of found) {
      const whole = n === turn && g.length === turn && g.every((own: number, i: number) => own === i + 1);
      if (!whole) violations.push(`${_id}: half of a write: turn ${turn}, n ${n}, ${g.length} elements`);
      if (turn < sure) violations.push(`${_id}: turn ${sure} was acknowledged, ${turn} is there`);
      if (turn > possible) violations.push(`${_id}: turn ${turn} was never asked for`);
    }
  }
}
