import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { makeEnvironment } from './new-environment.ts';

const MAP_BYTES = 2 ** 20;

describe('a new environment', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'quadrant-new-'));
    path = join(directory, 'data.mdb');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const filled = (unfinished: string) => {
    const root = open<string, string>({ path: unfinished, noSubdir: true });
    root.putSync('format', '1');
    void root.close();
  };

  it('has its name when it is complete, and leaves nothing else', async () => {
    makeEnvironment(path, MAP_BYTES, (unfinished) => {
      filled(unfinished);
      expect(readdirSync(directory)).not.toContain('data.mdb');
    });
    expect(readdirSync(directory)).toEqual(['data.mdb']);
    const root = open<string, string>({ path, noSubdir: true });
    expect(root.get('format')).toBe('1');
    await root.close();
  });

  it('has no name when it could not be filled', () => {
    const fill = () => {
      throw new Error('the disk is full');
    };
    expect(() => makeEnvironment(path, MAP_BYTES, fill)).toThrow('the disk is full');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('does not take the place of one that another process has made in the meantime', () => {
    makeEnvironment(path, MAP_BYTES, () => writeFileSync(path, 'made by another'));
    expect(readFileSync(path, 'utf8')).toBe('made by another');
    expect(readdirSync(directory)).toEqual(['data.mdb']);
  });
});
