const BITS = 2 ** 24;
const PROBES = 4;

/**
 * Which keys were ever written, as a Bloom filter: what it has not seen was certainly not written and need not be looked for.
 * Two megabytes, whatever the number of keys; beyond some millions it says "perhaps" more and more often.
 */
export class SeenKeys {
  readonly #bits = new Uint32Array(BITS / 32);

  add(key: string): void {
    const { first, step } = hashOf(key);
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = (first + probe * step) & (BITS - 1);
      (this.#bits[bit >>> 5] as number) |= 1 << (bit & 31);
    }
  }

  /** False: certainly not. */
  has(key: string): boolean {
    const { first, step } = hashOf(key);
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = (first + probe * step) & (BITS - 1);
      if (((this.#bits[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }
}

/** FNV-1a, 32 bits, with the finish of murmur3 for the second hash (Kirsch and Mitzenmacher: two hashes serve for all probes). */
function hashOf(key: string): { first: number; step: number } {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return { first: hash >>> 0, step: ((mixed ^ (mixed >>> 16)) >>> 0) | 1 };
}
