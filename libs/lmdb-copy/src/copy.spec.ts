import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { copyEnvironment } from './copy.ts';

describe.each([
  ['a file of its directory', 'own.mdb'],
  ['the directory itself', undefined],
])('a copy of an environment that is %s', (_, file) => {
  let root: string;
  let source: RootDatabase<string, string>;
  const at = (name: string) => join(root, name, file ?? '');
  const layout = file === undefined ? {} : { file };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'quadrant-copy-'));
    source = open<string, string>({ path: at('from'), noSubdir: file !== undefined });
  });
  afterEach(async () => {
    await source.close();
    rmSync(root, { recursive: true });
  });

  it('has what was committed, though it is written to, and nothing of what was deleted', async () => {
    await source.put('kept', 'stays');
    await source.put('gone', 'the secret text');
    await source.remove('gone');
    // What was freed in one commit lies in the file until a later one uses its page.
    expect(readFileSync(file === undefined ? join(at('from'), 'data.mdb') : at('from'), 'latin1')).toContain(
      'the secret text',
    );

    const keys = await copyEnvironment(join(root, 'from'), join(root, 'to'), layout, async () => {
      const copy = open<string, string>({ path: at('to'), noSubdir: file !== undefined });
      const found = [...copy.getKeys()];
      await copy.close();
      return found;
    });

    expect(keys).toEqual(['kept']);
    const [only, ...more] = readdirSync(join(root, 'to'));
    expect([only, more]).toEqual([file ?? 'data.mdb', []]);
    expect(readFileSync(join(root, 'to', only as string), 'latin1')).not.toContain('the secret text');
    await source.put('later', 'written after it');
    expect(source.get('later')).toBe('written after it');
  });
});
