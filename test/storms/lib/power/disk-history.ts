import { type SystemCall, stringsOf } from './strace.ts';

/** When something was under way, in lines of the record. */
export interface Span {
  readonly began: number;
  readonly ended: number;
}

/** A change of a file's content, or of its length alone. */
export type Change = Span &
  (
    | { readonly kind: 'write'; readonly offset: number; readonly bytes: Buffer; readonly synced: boolean }
    | { readonly kind: 'length'; readonly length: number }
  );

/** A change of what a directory lists: names given, and names taken away, at once. */
export type Listing = Span & { readonly given?: readonly [string, Item]; readonly taken?: string };

export interface FileItem {
  readonly kind: 'file';
  readonly changes: Change[];
  readonly syncs: Span[];
  /** Written to through memory, which no record shows: its content after a power cut may be anything. */
  mapped: boolean;
}

export interface DirectoryItem {
  readonly kind: 'directory';
  readonly listings: Listing[];
  readonly syncs: Span[];
  readonly now: Map<string, Item>;
}

export type Item = FileItem | DirectoryItem;

interface OpenFile {
  readonly item: Item;
  readonly synced: boolean;
  readonly append: boolean;
  offset: number;
}

const newDirectory = (): DirectoryItem => ({ kind: 'directory', listings: [], syncs: [], now: new Map() });

/**
 * What a process did to everything under one directory, which was empty and on disk before: every write and every sync with the
 * time it took, so that it can be said of any moment what a power cut leaves.
 *
 * Errors: a way of writing that it does not know. It would judge by half of what happened.
 */
export class DiskHistory {
  readonly root = newDirectory();
  /** The calls that wrote to files. */
  readonly writes = new Set<SystemCall>();
  readonly #path: string;
  readonly #open = new Map<number, OpenFile>();

  constructor(path: string, calls: readonly SystemCall[]) {
    this.#path = path;
    for (const call of calls) this.#take(call);
  }

  #take(call: SystemCall): void {
    const { name, args, result } = call;
    if (result !== undefined && result < 0) return;
    const number = Number.parseInt(args, 10);
    const file = this.#open.get(number);
    switch (name) {
      case 'open':
      case 'openat':
      case 'creat':
        this.#opened(call);
        break;
      case 'close':
        this.#open.delete(number);
        break;
      case 'dup':
      case 'dup2':
      case 'dup3':
      case 'fcntl':
        if (file && result !== undefined && (name !== 'fcntl' || args.includes('F_DUPFD')))
          this.#open.set(result, file);
        break;
      case 'lseek':
        if (file && result !== undefined) file.offset = result;
        break;
      case 'write':
      case 'writev':
        if (file) file.offset = this.#write(call, file, file.append ? lengthOf(file.item) : file.offset);
        break;
      case 'pwrite64':
      case 'pwritev':
        if (file) this.#write(call, file, lastNumber(args));
        break;
      case 'ftruncate':
        if (file) setLength(call, file.item, lastNumber(args));
        break;
      case 'fsync':
      case 'fdatasync':
        if (file) file.item.syncs.push(call);
        break;
      case 'mmap':
        this.#mapped(args);
        break;
      case 'mkdir':
      case 'mkdirat':
        this.#give(call, stringsOf(call)[0], newDirectory());
        break;
      case 'link':
      case 'linkat':
      case 'rename':
      case 'renameat':
      case 'renameat2':
        this.#move(call);
        break;
      case 'unlink':
      case 'unlinkat':
      case 'rmdir':
        this.#takeAway(call);
        break;
      case 'close_range':
      case 'sendto':
      case 'sendmsg':
      case 'sendmmsg':
      // These promise nothing about a power cut, or reach lock files only, which may be anything.
      case 'sync_file_range':
      case 'msync':
        break;
      default:
        if (file || /^(sync|syncfs|io_)/.test(name) || stringsOf(call).some((path) => this.#within(path)))
          throw new Error(`a record with ${name}(${args.slice(0, 100)}) cannot be judged`);
    }
  }

  #opened(call: SystemCall): void {
    const { result, args } = call;
    const [path] = stringsOf(call);
    if (result === undefined) return;
    this.#open.delete(result);
    const names = path && this.#within(path);
    if (!names) return;
    let item = this.#find(names);
    if (!item && /O_CREAT/.test(args)) {
      item = { kind: 'file', changes: [], syncs: [], mapped: false };
      this.#give(call, path, item);
    }
    if (!item) throw new Error(`${path.toString()} was opened, and the record does not know it`);
    if (/O_TRUNC/.test(args) && lengthOf(item) > 0) setLength(call, item, 0);
    this.#open.set(result, {
      item,
      synced: /O_D?SYNC/.test(args),
      append: /O_APPEND/.test(args),
      offset: 0,
    });
  }

  #write(call: SystemCall, { item, synced }: OpenFile, offset: number): number {
    if (item.kind !== 'file') throw new Error('a directory was written to');
    this.writes.add(call);
    const all = Buffer.concat(stringsOf(call));
    const bytes = call.result === undefined ? all : all.subarray(0, call.result);
    const { began, ended } = call;
    item.changes.push({ kind: 'write', began, ended, offset, bytes, synced });
    return offset + bytes.length;
  }

  #mapped(args: string): void {
    const parts = args.split(', ');
    const file = this.#open.get(Number(parts[4]));
    if (!file || !/PROT_WRITE/.test(parts[2] ?? '') || !/MAP_SHARED/.test(parts[3] ?? '')) return;
    if (file.item.kind === 'file') file.item.mapped = true;
  }

  #move(call: SystemCall): void {
    const [from, to] = stringsOf(call);
    const source = from && this.#within(from);
    const target = to && this.#within(to);
    if (!source && !target) return;
    const item = source && this.#find(source);
    if (!item || !target || source.slice(0, -1).join('/') !== target.slice(0, -1).join('/'))
      throw new Error(`${call.name} from one directory to another cannot be judged`);
    this.#give(call, to, item, call.name.startsWith('rename') ? source.at(-1) : undefined);
  }

  /** Gives an item a name, and takes another one away from it at the same moment. */
  #give({ began, ended }: SystemCall, path: Buffer | undefined, item: Item, taken?: string): void {
    const names = path && this.#within(path);
    if (!names) return;
    const directory = this.#parent(names);
    const name = names.at(-1) as string;
    directory.now.set(name, item);
    if (taken !== undefined) directory.now.delete(taken);
    directory.listings.push({
      began,
      ended,
      given: [name, item],
      ...(taken === undefined ? {} : { taken }),
    });
  }

  #takeAway(call: SystemCall): void {
    const [path] = stringsOf(call);
    const names = path && this.#within(path);
    if (!names) return;
    const directory = this.#parent(names);
    const taken = names.at(-1) as string;
    // A socket is no file: nothing of it is left after a power cut.
    if (!directory.now.delete(taken)) return;
    directory.listings.push({ began: call.began, ended: call.ended, taken });
  }

  /** The names that lead to a path from the root; undefined: it is elsewhere. */
  #within(path: Buffer): string[] | undefined {
    const text = path.toString();
    if (text === this.#path) return [];
    if (!text.startsWith(`${this.#path}/`)) return undefined;
    return text
      .slice(this.#path.length + 1)
      .split('/')
      .filter((name) => name !== '');
  }

  #find(names: readonly string[]): Item | undefined {
    let item: Item | undefined = this.root;
    for (const name of names) item = item?.kind === 'directory' ? item.now.get(name) : undefined;
    return item;
  }

  #parent(names: readonly string[]): DirectoryItem {
    const parent = this.#find(names.slice(0, -1));
    if (parent?.kind !== 'directory') throw new Error(`there is no directory for ${names.join('/')}`);
    return parent;
  }
}

function lengthOf(item: Item): number {
  let length = 0;
  for (const change of item.kind === 'file' ? item.changes : [])
    length = change.kind === 'length' ? change.length : Math.max(length, change.offset + change.bytes.length);
  return length;
}

function setLength({ began, ended }: SystemCall, item: Item, length: number): void {
  if (item.kind === 'file') item.changes.push({ kind: 'length', began, ended, length });
}

function lastNumber(args: string): number {
  const value = Number(/, (\d+)$/.exec(args)?.[1]);
  if (!Number.isSafeInteger(value)) throw new Error(`no number at the end of ${args.slice(-40)}`);
  return value;
}

/** Every file and directory that ever had a name, once. */
export function itemsOf({ root }: DiskHistory): readonly Item[] {
  const items = new Set<Item>([root]);
  for (const item of items)
    if (item.kind === 'directory') for (const { given } of item.listings) if (given) items.add(given[1]);
  return [...items];
}
