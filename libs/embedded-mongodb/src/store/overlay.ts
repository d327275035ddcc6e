import type { Entry, Tables } from './tables.ts';

/** Changes that are not on disk: over what they lie on they look as if they were. */
export class Overlay implements Tables {
  readonly #below: Tables;
  readonly #changes = new Map<string, { readonly key: Buffer; readonly value: Buffer | undefined }>();
  #order: readonly string[] | undefined;
  #bytes = 0;

  constructor(below: Tables) {
    this.#below = below;
  }

  get size(): number {
    return this.#changes.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: Buffer): Buffer | undefined {
    const change = this.#changes.get(key.toString('latin1'));
    return change ? change.value : this.#below.get(key);
  }

  put(key: Buffer, value: Buffer): void {
    this.#change(key, value);
  }

  remove(key: Buffer): void {
    this.#change(key, undefined);
  }

  #change(key: Buffer, value: Buffer | undefined): void {
    const text = key.toString('latin1');
    if (!this.#changes.has(text)) this.#order = undefined;
    this.#changes.set(text, { key, value });
    this.#bytes += key.length + (value?.length ?? 0);
  }

  /** Makes the changes in what lies below. */
  applyTo(tables: Tables): void {
    for (const { key, value } of this.#changes.values()) {
      if (value) tables.put(key, value);
      else tables.remove(key);
    }
  }

  keys(): Iterable<Buffer> {
    return [...this.#changes.values()].map(({ key }) => key);
  }

  read(start: Buffer, end: Buffer, reverse: boolean, limit: number): Entry[] {
    const own = this.#own(start, end, reverse);
    if (own.length === 0) return this.#below.read(start, end, reverse, limit);
    // Each change hides one entry below at most, so this many are enough.
    const below = this.#below.read(start, end, reverse, limit + own.length);
    const out: Entry[] = [];
    let [i, j] = [0, 0];
    while (out.length < limit && (i < own.length || j < below.length)) {
      const [mine, theirs] = [own[i], below[j]];
      const order = !mine ? 1 : !theirs ? -1 : Buffer.compare(mine.key, theirs.key) * (reverse ? -1 : 1);
      if (order > 0) {
        out.push(theirs as Entry);
        j++;
        continue;
      }
      if (order === 0) j++;
      const { key, value } = mine as { key: Buffer; value: Buffer | undefined };
      if (value) out.push({ key, value });
      i++;
    }
    return out;
  }

  /** Changes in a range, in its order. Latin-1 text has the order of its bytes. */
  #own(start: Buffer, end: Buffer, reverse: boolean) {
    this.#order ??= [...this.#changes.keys()].sort();
    const [low, high] = [start.toString('latin1'), end.toString('latin1')];
    const found = this.#order.slice(lowerBound(this.#order, low), lowerBound(this.#order, high));
    const list = found.map((text) => this.#changes.get(text) as { key: Buffer; value: Buffer | undefined });
    return reverse ? list.reverse() : list;
  }
}

function lowerBound(order: readonly string[], text: string): number {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((order[middle] as string) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
