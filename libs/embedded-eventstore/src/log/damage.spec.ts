import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { DamagedFile } from '#lmdb-copy';
import { EventLog } from './event-log.ts';
import { DamagedIndex, DamagedRecord } from './record.ts';
import type { IndexTable } from './rows.ts';
import { openTables, revisionKey } from './tables.ts';

/**
 * Goal: a record that is not what was written, or is gone, is said with its position, never skipped; so is a row of the
 * tables that lead to records.
 * Method: single bits of every part of every record, and of keys and contents of rows, are flipped in the closed data file;
 * rows are taken out of the tables.
 */
const EVENTS = 20;
const FLIPS = Number(process.env['DAMAGE_FLIPS'] ?? 400);
/** Of the bits of a row each so-manieth is flipped, beginning with another one in each row; 1: every one. */
const ROW_BITS = Number(process.env['DAMAGE_ROW_BITS'] ?? 13);
let directory: string;
let positions: number[];
const ids: string[] = [];
let original: Buffer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quadrant-damage-'));
  const log = new EventLog(directory, () => 1_700_000_000_000);
  positions = [];
  for (let n = 0; n < EVENTS; n++) {
    const id = crypto.randomUUID();
    ids.push(id);
    const data = Buffer.from(JSON.stringify({ n, filling: 'filling '.repeat(n) }));
    const outcome = await log.append(`stream-${n % 3}`, 'any', [
      { id, type: 'Noted', json: true, data, metadata: Buffer.from('{}') },
    ]);
    positions.push((outcome as { position: number }).position);
  }
  await log.close();
  original = await readFile(join(directory, 'events.mdb'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Reads everything of a copy of the log, both ways and by stream. Errors: what the log throws. */
async function readingOf(bytes: Buffer, change: (copy: string) => Promise<void> = async () => undefined) {
  const copy = await mkdtemp(join(tmpdir(), 'quadrant-damage-'));
  try {
    await writeFile(join(copy, 'events.mdb'), bytes);
    await change(copy);
    const log = new EventLog(copy, () => 1_700_000_000_000);
    try {
      const read = log.all(0, 'forwards', 1000);
      log.all(Number.MAX_SAFE_INTEGER, 'backwards', 1000);
      for (const stream of ['stream-0', 'stream-1', 'stream-2']) {
        const view = log.view(stream);
        if (view.kind === 'there') log.revisions(view.number, view.first, view.last, 1000);
      }
      return read.map(({ position }) => position);
    } finally {
      await log.close();
    }
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** Where the records lie in the file: each once, found by the header that holds its position. */
function places(): { readonly at: number; readonly length: number; readonly position: number }[] {
  return positions.flatMap((position) => {
    const needle = Buffer.alloc(8);
    needle.writeDoubleLE(position);
    const found = [];
    for (let at = original.indexOf(needle); at >= 0; at = original.indexOf(needle, at + 1))
      // Version and flags stand before it, and the lengths of its parts after it.
      if (original[at - 4] === 1 && original.readUInt32LE(at + 60) + original.readUInt32LE(at + 64 - 4) > 0)
        found.push({
          at: at - 8,
          length: original.readUInt32LE(at - 8 + 64) + original.readUInt32LE(at - 8 + 68),
          position,
        });
    return found.slice(-1);
  });
}

it('is whole as it was written', async () => {
  expect(await readingOf(original)).toEqual(positions);
  expect(places()).toHaveLength(EVENTS);
});

it(`a flipped bit in a record is found and its position named, ${FLIPS} times`, async () => {
  const records = places();
  const unnoticed: string[] = [];
  for (let n = 0; n < FLIPS; n++) {
    const record = records[n % records.length] as (typeof records)[number];
    // Every record's bits in turn, at distances that meet header, texts and data.
    const bit = (n * 7919) % (record.length * 8);
    const bytes = Buffer.from(original);
    const at = record.at + Math.floor(bit / 8);
    bytes[at] = (bytes[at] as number) ^ (1 << (bit % 8));
    const outcome = await readingOf(bytes).catch((error: unknown) => error);
    if (!(outcome instanceof DamagedRecord) || outcome.position !== record.position)
      unnoticed.push(`bit ${bit} of the record at ${record.position}: ${String(outcome)}`);
  }
  expect(unnoticed).toEqual([]);
}, 300_000);

it.each([0, 1, 7, EVENTS - 2])('a record that is gone is missed: number %i', async (n) => {
  const gone = readingOf(original, async (copy) => {
    const tables = openTables(copy);
    await tables.log.remove(positions[n] as number);
    await tables.root.close();
  });
  await expect(gone).rejects.toThrow(DamagedIndex);
  await expect(gone).rejects.toThrow(`position ${positions[n]} is missing`);
});

it('a revision that is gone from its index is missed', async () => {
  const gone = readingOf(original, async (copy) => {
    const tables = openTables(copy);
    await tables.revisions.remove(revisionKey(1, 2n));
    await tables.root.close();
  });
  await expect(gone).rejects.toThrow(DamagedIndex);
});

it('a revision that points to the event of another stream is noticed', async () => {
  const wrong = readingOf(original, async (copy) => {
    const tables = openTables(copy);
    await tables.revisions.put(revisionKey(1, 2n), tables.revisions.get(revisionKey(2, 2n)) as Buffer);
    await tables.root.close();
  });
  await expect(wrong).rejects.toThrow(DamagedIndex);
});

/** Asks for every stream, revision and event id. Errors: what the log throws. */
function askForAll(log: EventLog): void {
  for (let n = 0; n < EVENTS; n++) {
    const state = log.state(`stream-${n % 3}`);
    if (state === undefined) throw new Error(`stream-${n % 3} is said not to exist`);
    const revision = Math.floor(n / 3);
    if (log.positionOf(state.number, BigInt(revision)) !== positions[n])
      throw new Error(`revision ${revision} of stream-${n % 3} is said to be elsewhere`);
    if (log.revisionOfId(state.number, ids[n] as string) !== revision)
      throw new Error(`event ${ids[n]} is said to be elsewhere, or new`);
  }
}

it.each<IndexTable>(['streams', 'revisions', 'ids'])(
  'a flipped bit in a row of the table %s, key or content, is found and named',
  async (table) => {
    const copy = await mkdtemp(join(tmpdir(), 'quadrant-damage-'));
    try {
      await writeFile(join(copy, 'events.mdb'), original);
      const tables = openTables(copy);
      const rows = [...tables[table].getRange({})].map(({ key, value }) => Buffer.concat([key, value]));
      await tables.root.close();
      expect(rows.length).toBeGreaterThanOrEqual(3);
      const wrong: string[] = [];
      let found = 0;
      for (const [n, row] of rows.entries()) {
        for (let bit = n % ROW_BITS; bit < row.length * 8; bit += ROW_BITS) {
          const bytes = Buffer.from(original);
          // Earlier copies of a row lie in pages that LMDB has given up.
          for (let at = bytes.indexOf(row); at >= 0; at = bytes.indexOf(row, at + 1)) {
            bytes[at + (bit >> 3)] = (bytes[at + (bit >> 3)] as number) ^ (1 << (bit & 7));
            found++;
          }
          await writeFile(join(copy, 'events.mdb'), bytes);
          let outcome: unknown = 'nothing';
          let log: EventLog | undefined;
          try {
            log = new EventLog(copy, () => 1_700_000_000_000);
            askForAll(log);
          } catch (error) {
            outcome = error;
          }
          await log?.close();
          // A key that is no longer in its place is found when the log is opened.
          const told =
            outcome instanceof DamagedIndex
              ? /is damaged: its checksum/.test(outcome.message)
              : outcome instanceof DamagedFile && /page \d+: its keys/.test(outcome.message);
          if (!told) wrong.push(`row ${n}, bit ${bit}: ${String(outcome)}`);
        }
      }
      expect(found).toBeGreaterThanOrEqual(rows.length * Math.floor((20 * 8) / ROW_BITS));
      expect(wrong).toEqual([]);
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  },
  300_000,
);

it('an append that meets a damaged row is refused by itself; the log goes on', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'quadrant-damage-'));
  try {
    await writeFile(join(copy, 'events.mdb'), original);
    const tables = openTables(copy);
    for (const { key, value } of tables.streams.getRange({ limit: 1 }))
      await tables.streams.put(
        Buffer.from(key),
        Buffer.from(value.map((byte, n) => (n === 3 ? byte ^ 1 : byte))),
      );
    await tables.root.close();
    const log = new EventLog(copy, () => 1_700_000_000_000);
    const event = { type: 'Noted', json: true, data: Buffer.from('{}'), metadata: Buffer.alloc(0) };
    const [first, second] = await Promise.allSettled(
      ['stream-0', 'stream-1'].map((stream) =>
        log.append(stream, 'any', [{ ...event, id: crypto.randomUUID() }]),
      ),
    );
    expect(first).toMatchObject({ status: 'rejected', reason: expect.any(DamagedIndex) });
    expect(String((first as PromiseRejectedResult).reason)).toContain('stream-0');
    expect(second).toMatchObject({ status: 'fulfilled', value: { kind: 'done' } });
    await log.close();
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
});

it('a log of an earlier format is refused with what to do, and left as it is', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'quadrant-damage-'));
  try {
    await writeFile(join(copy, 'events.mdb'), original);
    const tables = openTables(copy);
    tables.facts.putSync('format', 2);
    await tables.root.close();
    expect(() => new EventLog(copy, Date.now)).toThrow(
      /has format 2; this version reads format 3\. Start the version/,
    );
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
});

it.each(['format', 'owner'])(
  'what the file says of its %s is missed when it cannot be read',
  async (name) => {
    const change = async (copy: string) => {
      const root = open({
        path: join(copy, 'events.mdb'),
        noSubdir: true,
        maxDbs: 8,
        overlappingSync: false,
      });
      await root.openDB<Buffer, string>({ name: 'facts', encoding: 'binary' }).put(name, Buffer.from('nudl'));
      await root.close();
    };
    const said = await readingOf(original, change).catch((error: unknown) => error);
    expect(said).toBeInstanceOf(DamagedFile);
    expect(String(said)).toMatch(`The row "${name}" of the table facts`);
  },
);
