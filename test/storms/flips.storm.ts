import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bytesInUse, PAGE_BYTES, type PageUse } from './lib/flips/lmdb-pages.ts';
import { type Prepared, preparedDocuments, preparedEvents } from './lib/flips/prepared.ts';
import type { Answer, Question } from './lib/flips/reader.ts';
import { Random } from './lib/random.ts';
import type { Storm, StormFailure, StormOrder } from './lib/storm.ts';

const READER = join(
  import.meta.dirname.includes(`${join('dist', 'test')}`)
    ? import.meta.dirname
    : join(import.meta.dirname, '..', '..', 'dist', 'test', 'storms'),
  'lib',
  'flips',
  'reader-process.js',
);
const WAIT_MS = 60_000;
/** A place that a person can look at. */
const NAMES_A_PLACE =
  /(page|byte|position|row|key|Revision|table|tables|format|transaction|meta pages|stream) ?("?[\w/.-]+"?|is|of)/i;

/** Odd seeds: the log; even ones: the documents. */
export const storm: Storm = {
  name: 'flips',
  does: 'one bit of a page in use is flipped in the file of a store at rest; it is opened and read as a whole',
  points: { full: 1_000, quick: 40 },
  run,
};

export async function run(order: StormOrder) {
  const failures: StormFailure[] = [];
  const counts: Record<string, number> = {};
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  const files = [
    await preparedDocuments(join(order.directory, 'documents')),
    await preparedEvents(join(order.directory, 'events')),
  ] as const;
  const reader = new Reader();
  const flipped = join(order.directory, 'flipped');
  const whole = [];
  for (const { store, file, bytes } of files) whole.push(await reader.read(flipped, store, file, bytes));
  if (!whole.every((answer) => 'digest' in answer))
    throw new Error(`a whole store cannot be read: ${JSON.stringify(whole)}`);
  for (let seed = order.seed; seed < order.seed + order.points; seed++) {
    const prepared = files[seed % 2] as Prepared;
    const { use, page, bit, bytes } = flip(prepared, new Random(seed));
    const answer = await reader.read(flipped, prepared.store, prepared.file, bytes);
    const what = judged(answer, whole[seed % 2] as Answer);
    count(`${prepared.store}, ${use}: ${what.kind}`);
    if (what.wrong !== undefined)
      failures.push({ seed, what: `${prepared.store}, ${use} page ${page}, bit ${bit}: ${what.wrong}` });
    if ((seed - order.seed + 1) % 100 === 0)
      order.say(`${seed - order.seed + 1} of ${order.points} bits, ${failures.length} failures`);
  }
  reader.end();
  return { points: order.points, failures, counts };
}

type Outcome = Answer | { readonly ended: string };

function judged(answer: Outcome, whole: Answer): { readonly kind: string; readonly wrong?: string } {
  if ('ended' in answer) return { kind: 'ended', wrong: `the process that read it ended: ${answer.ended}` };
  if ('error' in answer)
    return NAMES_A_PLACE.test(answer.error)
      ? { kind: 'told' }
      : { kind: 'told without a place', wrong: `it was told without a place: ${answer.error}` };
  if ('digest' in whole && answer.digest === whole.digest) return { kind: 'no effect' };
  return { kind: 'another answer', wrong: 'it answered something else, and told nothing' };
}

/** A kind of page first, so that the few branches have their share; then a page and a bit of what it has. */
function flip({ bytes, pages }: Prepared, random: Random) {
  const use = random.pick<PageUse>([...pages.keys()]);
  const page = random.pick(pages.get(use) as readonly number[]);
  const inUse = bytesInUse(bytes, page, use);
  const bit = random.pick(inUse) * 8 + random.below(8);
  const flipped = Buffer.from(bytes);
  const at = page * PAGE_BYTES + (bit >> 3);
  flipped[at] = (flipped[at] as number) ^ (1 << (bit & 7));
  return { use, page, bit, bytes: flipped };
}

/** The process that reads, begun again when damage has ended it. */
class Reader {
  #process: ChildProcess | undefined;
  #lines: AsyncIterator<string> | undefined;
  #ended: Promise<string> = Promise.resolve('');

  async read(directory: string, store: Question['store'], file: string, bytes: Buffer): Promise<Outcome> {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
    writeFileSync(join(directory, file), bytes);
    const child = this.#running();
    child.stdin?.write(`${JSON.stringify({ directory, store } satisfies Question)}\n`);
    const timer = setTimeout(() => child.kill('SIGKILL'), WAIT_MS);
    const line = await Promise.race([this.#lines?.next(), this.#ended]);
    clearTimeout(timer);
    if (typeof line === 'object' && !line.done) return JSON.parse(line.value) as Answer;
    this.#process = undefined;
    return { ended: await this.#ended };
  }

  end(): void {
    this.#process?.kill('SIGKILL');
  }

  #running(): ChildProcess {
    if (this.#process) return this.#process;
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', READER], {
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#process = child;
    this.#lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    this.#ended = new Promise((resolve) =>
      child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`)),
    );
    return child;
  }
}
