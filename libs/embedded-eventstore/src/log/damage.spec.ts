import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventLog } from './event-log.ts';
import { DamagedIndex, DamagedRecord } from './record.ts';
import { openTables, revisionKey } from './tables.ts';

/**
 * Goal: a record that is not what was written, or is gone, is said with its position, never skipped.
 * Method: single bits of every part of every record are flipped in the closed data file; rows are taken out of the tables.
 */
const EVENTS = 20;
const FLIPS = Number(process.env['DAMAGE_FLIPS'] ?? 400);
let directory: string;
let positions: number[];
let original: Buffer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quadrant-damage-'));
  const log = new EventLog(directory, () => 1_700_000_000_000);
  positions = [];
  for (let n = 0; n < EVENTS; n++) {
    const data = Buffer.from(JSON.stringify({ n, filling: 'filling '.repeat(n) }));
    const outcome = await log.append(`stream-${n % 3}`, 'any', [
      { id: crypto.randomUUID(), type: 'Noted', json: true, data, metadata: Buffer.from('{}') },
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
