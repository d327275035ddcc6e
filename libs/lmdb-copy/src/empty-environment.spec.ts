import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { createEnvironment } from './empty-environment.ts';

const MAP_BYTES = 64 * 2 ** 30;

/** Goal: a new file is the one that lmdb makes, byte for byte: another version of lmdb that makes another one is noticed here. */
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'quadrant-empty-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const opened = (name: string) =>
  open({
    path: join(directory, name),
    noSubdir: true,
    mapSize: MAP_BYTES,
    maxDbs: 8,
    overlappingSync: false,
  });

it('is what lmdb makes', async () => {
  await opened('lmdb').close();
  createEnvironment(join(directory, 'own'), MAP_BYTES);
  expect(readFileSync(join(directory, 'own')).equals(readFileSync(join(directory, 'lmdb')))).toBe(true);
});

it('takes what is written to it, and has it when it is opened again', async () => {
  createEnvironment(join(directory, 'own'), MAP_BYTES);
  const first = opened('own');
  await first.openDB<string, string>({ name: 'rows' }).put('a', 'written');
  await first.close();
  const again = opened('own');
  expect(again.openDB<string, string>({ name: 'rows' }).get('a')).toBe('written');
  await again.close();
});

it('begins a file anew that a killed process left', async () => {
  const path = join(directory, 'own');
  writeFileSync(path, Buffer.alloc(20_000, 1));
  createEnvironment(path, MAP_BYTES);
  const environment = opened('own');
  expect([...environment.getKeys()]).toEqual([]);
  await environment.close();
});
