/** What a collection is. Shape: one per namespace, in the catalogue. */
export interface CollectionState {
  readonly id: number;
  readonly indexes: readonly IndexState[];
}

export interface IndexState {
  readonly id: number;
  readonly name: string;
  /** Fields with their directions, in order. */
  readonly key: readonly (readonly [field: string, direction: 1 | -1])[];
  readonly unique: boolean;
  /** Some document had an array under a field: bounds and order are those of elements. Never goes back. */
  readonly multikey: boolean;
}

export interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
}

/**
 * Ordered bytes: the whole store is one key space.
 *
 * Layout, format 3: `c` + namespace → collection · `d` + collection + encode(_id) → document · `i` + index + encode(fields) +
 * encode(_id) → encode(_id) · `m` + name → number · `r` + session → kept reply. Values carry a checksum over key and content.
 */
export interface Tables {
  get(key: Buffer): Buffer | undefined;
  /** At most `limit` entries from `start` (included) to `end` (excluded), or backwards from below `end` to `start`. */
  read(start: Buffer, end: Buffer, reverse: boolean, limit: number): Entry[];
  put(key: Buffer, value: Buffer): void;
  remove(key: Buffer): void;
  /** Where several writers are at work: takes a key for this one. Error: another one has it. */
  claim?(key: Buffer): void;
  /** How many entries lie in a range, where that is known without reading them. */
  count?(start: Buffer, end: Buffer): number;
}

export const KIND = { catalogue: 0x63, document: 0x64, index: 0x69, meta: 0x6d, reply: 0x72 } as const;

/** The key of a kind with a text. */
export function textKey(kind: number, text: string): Buffer {
  const key = Buffer.allocUnsafe(1 + Buffer.byteLength(text));
  key[0] = kind;
  key.write(text, 1, 'utf8');
  return key;
}

/** Where everything of a collection or an index begins. */
export function prefixOf(kind: number, id: number): Buffer {
  const key = Buffer.allocUnsafe(5);
  key[0] = kind;
  key.writeUInt32BE(id, 1);
  return key;
}

/** The least key above all that begin with `prefix`. */
export function above(prefix: Buffer): Buffer {
  const next = Buffer.from(prefix);
  let at = next.length - 1;
  while (at > 0 && next[at] === 0xff) at--;
  next[at] = (next[at] as number) + 1;
  return next.subarray(0, at + 1);
}

/** The least key above a key. */
export function after(key: Buffer): Buffer {
  const next = Buffer.allocUnsafe(key.length + 1);
  key.copy(next);
  next[key.length] = 0;
  return next;
}

/** Everything in a range, in parts, so that nothing stays open between two of them. */
export function* scan(tables: Tables, start: Buffer, end: Buffer, reverse: boolean): Generator<Entry> {
  let [low, high] = [start, end];
  for (let limit = 4; ; limit = Math.min(limit * 4, 256)) {
    const part = tables.read(low, high, reverse, limit);
    yield* part;
    const last = part.at(-1);
    if (part.length < limit || !last) return;
    if (reverse) high = last.key;
    else low = after(last.key);
  }
}
