/**
 * How a table of bytes is opened: `openDB({ name, ...pooledBytes })`.
 *
 * lmdb's own encoding "binary" gives each value that is read memory of its own, which costs more than finding it (measured:
 * 5 µs of CPU for a value of 700 bytes in a range, with collecting it; here 1.5). Here small values share Node's pool.
 */
export const pooledBytes = {
  encoder: {
    encode: (bytes: Uint8Array): Uint8Array => bytes,
    // Where lmdb has read a value to is used again by the next read. Only its `length` is that of the value.
    decode: (read: Uint8Array): Buffer => {
      const value = Buffer.allocUnsafe(read.length);
      value.set(new Uint8Array(read.buffer, read.byteOffset, read.length));
      return value;
    },
  },
} as const;
