import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localSecret } from './tokens.ts';

describe('the key of an installation', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'quadrant-key-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is made once, readable by its owner only, and nothing else is left', () => {
    const made = localSecret(directory);
    expect(made.length).toBe(32);
    expect(localSecret(directory)).toEqual(made);
    expect(readdirSync(directory)).toEqual(['token-key']);
    expect(statSync(join(directory, 'token-key')).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['empty', ''],
    ['cut off', 'c2hvcnQ'],
  ])('that is %s signs nothing', (_, content) => {
    writeFileSync(join(directory, 'token-key'), content);
    expect(() => localSecret(directory)).toThrow(/token-key must hold a key of 32 bytes/);
  });
});
