import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryInUse, lockDirectory } from './directory-lock.ts';
import { beganAt } from './holder.ts';

describe('a lock on a directory', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'quadrant-lock-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const leave = (holder: { pid: number; began: string }) =>
    writeFileSync(join(directory, 'lock'), JSON.stringify(holder));

  it('is held once, and can be taken again when it was given back', () => {
    const unlock = lockDirectory(directory);
    expect(() => lockDirectory(directory)).toThrow(DirectoryInUse);
    expect(JSON.parse(readFileSync(join(directory, 'lock'), 'utf8'))).toEqual({
      pid: process.pid,
      began: beganAt(process.pid),
    });
    unlock();
    expect(existsSync(join(directory, 'lock'))).toBe(false);
    lockDirectory(directory)();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('of a process that lives is respected, and said with its number', () => {
    leave({ pid: process.ppid, began: beganAt(process.ppid) ?? '' });
    expect(() => lockDirectory(directory)).toThrow(`in use by process ${process.ppid}`);
    expect(readdirSync(directory)).toEqual(['lock']);
  });

  it('of a process that is gone is taken over', () => {
    leave({ pid: 2 ** 22 + 1, began: 'an earlier boot/1' });
    lockDirectory(directory)();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('of an earlier process with this one’s number is taken over, as after a kill in a container', () => {
    leave({ pid: process.pid, began: 'an earlier boot/1' });
    lockDirectory(directory)();
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each(['', '\0\0\0\0', 'null', '{"pid":', '{}'])(
    'whose content a power cut took (%j) is taken over: nobody lives who had it',
    (left) => {
      writeFileSync(join(directory, 'lock'), left);
      lockDirectory(directory)();
      expect(readdirSync(directory)).toEqual([]);
    },
  );
});
