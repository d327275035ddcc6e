import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../random.ts';
import type { Change, DirectoryItem, DiskHistory, FileItem, Item, Span } from './disk-history.ts';

/** What a disk writes whole or not at all. */
const SECTOR_BYTES = 512;

/** How the power goes. */
export interface Cut {
  /** A line of the record: what ended before it has happened, what was under way has or has not. */
  readonly at: number;
  /** Chooses what of the unsynced is kept. */
  readonly random: Random;
  /** A planted defect: these syncs are taken for none. */
  readonly ignoring?: 'syncs of files' | 'syncs of directories';
}

/** What becomes of all that was not synced. */
type Fate = 'all dropped' | 'all kept' | 'each as it comes';

/**
 * Writes what a power cut leaves into an empty directory: everything that was synced before, and of the rest each name, and
 * each sector of each write, as chance has it.
 *
 * A sync covers what had ended when it began, and only when it has ended itself. A name is on disk only after its directory
 * was synced; a write to a file opened with O_DSYNC covers itself alone. So it is at least as hard as any file system is.
 */
export function writeImage(history: DiskHistory, cut: Cut, directory: string): void {
  const fate = cut.random.pick<Fate>([
    'all dropped',
    'all kept',
    ...Array(6).fill('each as it comes'),
  ] as Fate[]);
  const contents = new Map<FileItem, Buffer>();
  const write = (item: Item, path: string): void => {
    if (item.kind === 'directory') {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      for (const [name, inside] of listed(item, cut, fate)) write(inside, join(path, name));
      return;
    }
    const content = contents.get(item) ?? contentOf(item, cut, fate);
    contents.set(item, content);
    writeFileSync(path, content, { mode: 0o600 });
  };
  write(history.root, directory);
}

/** Names in a directory. On some file systems later changes can be there without earlier ones. */
function listed(directory: DirectoryItem, cut: Cut, fate: Fate): ReadonlyMap<string, Item> {
  const names = new Map<string, Item>();
  const inOrder = cut.random.chance(50);
  let going = true;
  for (const listing of directory.listings) {
    if (listing.began >= cut.at) continue;
    const sure = isSynced(listing, directory.syncs, cut, 'syncs of directories');
    if (!sure && inOrder) going &&= kept(cut, fate);
    if (!sure && !(inOrder ? going : kept(cut, fate))) continue;
    if (listing.taken !== undefined) names.delete(listing.taken);
    if (listing.given) names.set(...listing.given);
  }
  return names;
}

function contentOf(file: FileItem, cut: Cut, fate: Fate): Buffer {
  const changes = file.changes.filter(({ began }) => began < cut.at);
  const longest = changes.reduce((most, change) => Math.max(most, endOf(change)), 0);
  // What the page cache had, and what of it reached the disk, sector by sector.
  const cache = Buffer.alloc(longest);
  const disk = Buffer.alloc(longest);
  let cached = 0;
  let length = 0;
  for (const change of changes) {
    const sure =
      (change.kind === 'write' && change.synced && change.ended < cut.at) ||
      isSynced(change, file.syncs, cut, 'syncs of files');
    if (change.kind === 'length') {
      cache.fill(0, Math.min(change.length, cached));
      cached = change.length;
      if (!sure && !kept(cut, fate)) continue;
      disk.fill(0, Math.min(change.length, length));
      length = change.length;
      continue;
    }
    const { offset, bytes } = change;
    bytes.copy(cache, offset);
    cached = Math.max(cached, offset + bytes.length);
    const whole = sure || fate !== 'each as it comes' ? sure || fate === 'all kept' : cut.random.below(3);
    for (let at = offset - (offset % SECTOR_BYTES); at < offset + bytes.length; at += SECTOR_BYTES) {
      // Kept, dropped, or torn.
      if (!(typeof whole === 'boolean' ? whole : whole === 0 || (whole === 1 && cut.random.chance(50))))
        continue;
      const end = Math.min(at + SECTOR_BYTES, cached);
      cache.copy(disk, at, at, end);
      length = Math.max(length, end);
    }
  }
  const content = disk.subarray(0, length);
  if (file.mapped && fate === 'each as it comes')
    for (let at = 0; at < content.length; at++) content[at] = cut.random.below(256);
  return content;
}

function endOf(change: Change): number {
  return change.kind === 'length' ? change.length : change.offset + change.bytes.length;
}

function isSynced(
  change: Span,
  syncs: readonly Span[],
  { at, ignoring }: Cut,
  kind: Exclude<Cut['ignoring'], undefined>,
): boolean {
  return ignoring !== kind && syncs.some(({ began, ended }) => began > change.ended && ended < at);
}

function kept({ random }: Cut, fate: Fate): boolean {
  return fate === 'each as it comes' ? random.chance(50) : fate === 'all kept';
}
