import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../random.ts';
import { DiskHistory } from './disk-history.ts';
import { type Cut, writeImage } from './image.ts';
import { callsOf } from './strace.ts';

/**
 * Goal: an image has everything that was synced before the cut, and may lack all else.
 * Method: records as strace writes them, a few lines each, cut at every line; many seeds show what can be there.
 */
const hex = (text: string) =>
  [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
const path = (name: string) => `"${hex(`/disk/${name}`)}"`;
const SECTOR = 'abcdefgh'.repeat(64);

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'quadrant-image-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** All that images of a cut can have: names with their contents, in many seeds. */
function possible(lines: readonly string[], at: number, ignoring?: Cut['ignoring']): Set<string> {
  const history = new DiskHistory('/disk', callsOf(lines.map((line) => `7 ${line}`).join('\n')));
  const seen = new Set<string>();
  for (let seed = 1; seed <= 300; seed++) {
    const directory = join(root, `${at}-${seed}`);
    writeImage(history, { at, random: new Random(seed), ...(ignoring ? { ignoring } : {}) }, directory);
    const files = readdirSync(directory).sort();
    seen.add(files.map((name) => `${name}=${readFileSync(join(directory, name), 'latin1')}`).join(' '));
    rmSync(directory, { recursive: true });
  }
  return seen;
}

const made = [`openat(AT_FDCWD, ${path('a')}, O_RDWR|O_CREAT, 0600) = 3`];
const listed = [`openat(AT_FDCWD, "${hex('/disk')}", O_RDONLY) = 4`, 'fsync(4) = 0', 'close(4) = 0'];

it('a file is there for sure when its directory was synced, and its content when it was synced itself', () => {
  const record = [...made, `pwrite64(3, "${hex('one')}", 3, 0) = 3`, 'fdatasync(3) = 0', ...listed];
  expect(possible(record, 2)).toEqual(new Set(['', 'a=', 'a=one']));
  expect(possible(record, 3)).toEqual(new Set(['', 'a=one']));
  expect(possible(record, 5)).toEqual(new Set(['a=one']));
  expect(possible(record, 5, 'syncs of files')).toEqual(new Set(['a=', 'a=one']));
  expect(possible(record, 5, 'syncs of directories')).toEqual(new Set(['', 'a=one']));
});

it('a sync covers what had ended when it began, and only once it has ended', () => {
  const begun = `pwrite64(3, "${hex('one')}", 3, 0 <unfinished ...>`;
  const record = [...made, ...listed, begun, 'SYNC', '<... pwrite64 resumed>) = 3'].map((line) =>
    line === 'SYNC' ? 'fdatasync(3) = 0' : line,
  );
  const other = record.map((line) => (line.startsWith('fdatasync') ? `8 ${line}` : `7 ${line}`));
  const history = new DiskHistory('/disk', callsOf(other.join('\n')));
  const contents = new Set<string>();
  for (let seed = 1; seed <= 100; seed++) {
    const directory = join(root, String(seed));
    writeImage(history, { at: 9, random: new Random(seed) }, directory);
    contents.add(readFileSync(join(directory, 'a'), 'latin1'));
  }
  expect(contents).toEqual(new Set(['', 'one']));
  const covered = [...made, ...listed, `write(3, "${hex('one')}", 3) = 3`, 'fdatasync(3) = 0'];
  expect(possible(covered, 5)).toEqual(new Set(['a=', 'a=one']));
  expect(possible(covered, 6)).toEqual(new Set(['a=one']));
});

it('a write is torn between sectors, never within one', () => {
  const two = `${SECTOR}${SECTOR.toUpperCase()}`;
  const record = [
    ...made,
    ...listed,
    `writev(3, [{iov_base="${hex(SECTOR)}", iov_len=512}, {iov_base="${hex(SECTOR.toUpperCase())}", iov_len=512}], 2) = 1024`,
  ];
  const torn = `${'\0'.repeat(512)}${SECTOR.toUpperCase()}`;
  expect(possible(record, 5)).toEqual(new Set(['a=', `a=${SECTOR}`, `a=${two}`, `a=${torn}`]));
});

it('a write to a file opened with O_DSYNC covers itself, and what shares its sector', () => {
  const record = [
    ...made,
    ...listed,
    `openat(AT_FDCWD, ${path('a')}, O_WRONLY|O_DSYNC) = 5`,
    `pwrite64(3, "${hex('x')}", 1, 0) = 1`,
    `pwrite64(3, "${hex('far')}", 3, 4096) = 3`,
    `pwrite64(5, "${hex('meta')}", 4, 8) = 4`,
  ];
  const near = `x${'\0'.repeat(7)}meta${'\0'.repeat(500)}`;
  const far = `${near}${'\0'.repeat(4096 - 512)}far`;
  expect(possible(record, 8)).toEqual(new Set([`a=${near}`, `a=${far}`]));
});

it('a file that was renamed has one of its names, or the one before; a name given to it twice leads to one content', () => {
  const record = [...made, ...listed, `rename(${path('a')}, ${path('b')}) = 0`, ...listed];
  expect(possible(record, 5)).toEqual(new Set(['a=', 'b=']));
  expect(possible(record, 7)).toEqual(new Set(['b=']));
  const linked = [
    ...made,
    ...listed,
    `write(3, "${hex('one')}", 3) = 3`,
    `link(${path('a')}, ${path('b')}) = 0`,
  ];
  expect(possible(linked, 6)).toEqual(new Set(['a=', 'a=one', 'a= b=', 'a=one b=one']));
});

it('a way of writing that is not known is refused, not overlooked', () => {
  const refused = (line: string) =>
    new DiskHistory('/disk', callsOf([...made, line].map((each) => `7 ${each}`).join('\n')));
  expect(() => refused('copy_file_range(3, NULL, 9, NULL, 10, 0) = 10')).toThrow('cannot be judged');
  expect(() => refused(`rename(${path('a')}, "${hex('/elsewhere/a')}") = 0`)).toThrow('cannot be judged');
  expect(() => refused('write(3, "\\x41"..., 100) = 100')).toThrow('cut off');
});
