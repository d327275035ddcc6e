import type { Position } from '#kernel';
import { type Delta, type Group, Totals } from './page.ts';

/**
 * The packed form of deltas inside a chunk of a page.
 *
 * A chunk holds the totals of its page up to its first position, then groups in order of position. Numbers are
 * LEB128 (amounts zigzag), measures length-prefixed UTF-8: a delta takes 10 to 25 bytes and stays exact beyond 2^53.
 */
export function packGroups(groups: readonly Group[]): Uint8Array {
  const writer = new Writer();
  for (const { position, deltas } of groups) {
    writer.unsigned(position);
    writer.small(deltas.length);
    for (const delta of deltas) writer.delta(delta);
  }
  return writer.bytes();
}

/**
 * The opening of a chunk that continues a page. Sums that have all come to nothing are one delta of zero, so it is never
 * empty: an empty opening tells the first chunk of a page.
 */
export function packTotals(totals: Totals): Uint8Array {
  const writer = new Writer();
  const deltas = totals.deltas();
  for (const delta of deltas.length > 0 ? deltas : [NOTHING]) writer.delta(delta);
  return writer.bytes();
}

const NOTHING: Delta = { slot: 0, measure: '', amount: 0n };

export function* unpackGroups(bytes: Uint8Array): Generator<Group> {
  const reader = new Reader(bytes);
  while (reader.more) {
    const position = reader.unsigned() as Position;
    const count = reader.small();
    const deltas: Delta[] = [];
    for (let i = 0; i < count; i++) deltas.push(reader.delta());
    yield { position, deltas };
  }
}

/** Adds the groups of `bytes` with position ≤ `upTo` to `totals`. */
export function addGroups(totals: Totals, bytes: Uint8Array, upTo: Position): void {
  const reader = new Reader(bytes);
  while (reader.more) {
    if (reader.unsigned() > upTo) return;
    const count = reader.small();
    for (let i = 0; i < count; i++) reader.addTo(totals);
  }
}

export function unpackTotals(bytes: Uint8Array): Totals {
  const totals = new Totals();
  const reader = new Reader(bytes);
  while (reader.more) reader.addTo(totals);
  return totals;
}

class Writer {
  #buffer = Buffer.allocUnsafe(256);
  #at = 0;

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#at);
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + bytes));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }

  small(value: number): void {
    this.#room(6);
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[this.#at++] = (rest & 0x7f) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#at++] = rest;
  }

  unsigned(value: bigint): void {
    let rest = value;
    while (rest >= 0x80n) {
      this.#room(1);
      this.#buffer[this.#at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#room(1);
    this.#buffer[this.#at++] = Number(rest);
  }

  delta({ slot, measure, amount }: Delta): void {
    this.small(slot);
    const length = Buffer.byteLength(measure);
    this.small(length);
    this.#room(length);
    this.#at += this.#buffer.write(measure, this.#at);
    this.unsigned(amount >= 0n ? amount * 2n : -amount * 2n - 1n);
  }
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get more(): boolean {
    return this.#at < this.#bytes.length;
  }

  small(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#next();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  unsigned(): bigint {
    // Most numbers fit into 49 bits: bigint arithmetic only beyond.
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 7; i++) {
      const byte = this.#next();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return BigInt(value);
      scale *= 128;
    }
    let big = BigInt(value);
    for (let shift = 49n; ; shift += 7n) {
      const byte = this.#next();
      big |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return big;
    }
  }

  #next(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Error('chunk is cut off: a delta ends beyond the end of its bytes');
    return byte;
  }

  #measure(): string {
    const length = this.small();
    const end = this.#at + length;
    if (end > this.#bytes.length)
      throw new Error('chunk is cut off: a measure ends beyond the end of its bytes');
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end;
    return text;
  }

  #amount(): bigint {
    const zigzag = this.unsigned();
    return zigzag & 1n ? -((zigzag + 1n) >> 1n) : zigzag >> 1n;
  }

  delta(): Delta {
    return { slot: this.small(), measure: this.#measure(), amount: this.#amount() };
  }

  addTo(totals: Totals): void {
    const slot = this.small();
    const measure = this.#measure();
    totals.add(slot, measure, this.#amount());
  }
}
