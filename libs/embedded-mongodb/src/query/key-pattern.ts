import { KeyWriter } from '../bson/byte-order.ts';
import { elements, field, TYPE, type Value } from '../bson/value.ts';
import { badValue } from '../server/errors.ts';
import { elementAt, type Path, pathOf } from './paths.ts';

/** Where a field of a pattern stands: what its path has led to so far. `whole`: taken as it is, also when it is an array. */
interface Place {
  readonly value: Value | undefined;
  readonly at: number;
  readonly whole: boolean;
}

const writer = new KeyWriter();

/** Two different arrays under one pattern: there would be a key for every pair. */
export class ParallelArrays extends Error {}

/**
 * The keys of a document under fields with directions. Indexes and sorting share it, so an index has the order of a sort.
 * An array gives a key for each element; fields that share an array are taken from the same element.
 */
export class KeyPattern {
  readonly fields: readonly { readonly path: Path; readonly direction: 1 | -1 }[];

  constructor(fields: readonly (readonly [path: string, direction: 1 | -1])[]) {
    this.fields = fields.map(([path, direction]) => ({ path: pathOf(path), direction }));
  }

  /** Keys, each once; `multikey` when an array gave them. */
  keysOf(doc: Value): { readonly keys: readonly Buffer[]; readonly multikey: boolean } {
    const found = new Map<string, Buffer>();
    const places = this.fields.map(({ path }) => advance({ value: doc, at: 0, whole: false }, path));
    if (!places.some(isOpen)) return { keys: [this.#key(places)], multikey: false };
    this.#expand(places, (key) => found.set(key.toString('latin1'), key));
    return { keys: [...found.values()], multikey: true };
  }

  /** What a document sorts by: its least key, directions applied. */
  sortKey(doc: Value): Buffer {
    try {
      return this.keysOf(doc).keys.reduce((least, key) => (Buffer.compare(key, least) < 0 ? key : least));
    } catch (error) {
      if (error instanceof ParallelArrays) throw badValue('cannot sort with keys that are parallel arrays');
      throw error;
    }
  }

  #expand(places: readonly Place[], emit: (key: Buffer) => void): void {
    const open = places.filter(isOpen).map(({ value }) => value as Value);
    const [array] = open;
    if (!array) {
      emit(this.#key(places));
      return;
    }
    const other = open.find(({ start, bytes }) => start !== array.start || bytes !== array.bytes);
    if (other) throw new ParallelArrays();
    const items = elements(array);
    // An empty array is less than null where the path ends, and null where it would go on.
    for (const item of items.length === 0 ? [undefined] : items)
      this.#expand(
        places.map((place, i) => (isOpen(place) ? entered(place, this.#path(i), item) : place)),
        emit,
      );
  }

  #path(i: number): Path {
    return (this.fields[i] as { path: Path }).path;
  }

  #key(places: readonly Place[]): Buffer {
    writer.begin();
    places.forEach(({ value, at, whole }, i) => {
      const from = writer.length;
      if (value === undefined && whole && at === this.#path(i).parts.length) writer.nothing();
      else writer.value(value);
      if (this.fields[i]?.direction === -1) writer.invert(from);
    });
    return writer.key();
  }
}

function isOpen({ value, whole }: Place): boolean {
  return value?.type === TYPE.array && !whole;
}

/** Follows a path through documents until it ends or meets an array that has to be taken apart. */
function advance({ value, at, whole }: Place, path: Path): Place {
  let [now, i] = [value, at];
  while (now !== undefined && i < path.parts.length) {
    if (now.type === TYPE.object) now = field(now, path.parts[i] as Buffer);
    else if (now.type === TYPE.array) {
      const named = (path.index[i] as number) < 0 ? undefined : elementAt(now, path.index[i] as number);
      if (named === undefined) return { value: now, at: i, whole: false };
      now = named;
    } else now = undefined;
    i++;
  }
  return { value: now, at: now === undefined ? i : path.parts.length, whole };
}

function entered({ at }: Place, path: Path, item: Value | undefined): Place {
  if (at === path.parts.length) return { value: item, at, whole: true };
  // Arrays directly in arrays are not entered.
  if (item === undefined || item.type !== TYPE.object) return { value: undefined, at, whole: false };
  return advance({ value: item, at, whole: false }, path);
}
