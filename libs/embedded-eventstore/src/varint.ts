/** Protocol-buffer integers, written by hand where the generated code would cost more than the log itself. */
export interface ByteWriter {
  readonly bytes: Buffer;
  at: number;
}

/** Unsigned; a negative bigint is written as its 64-bit two's complement, as int64 is on the wire. */
export function writeVarint(writer: ByteWriter, value: number | bigint): void {
  const { bytes } = writer;
  let at = writer.at;
  if (typeof value === 'bigint') {
    if (value < 0n || value > 9_007_199_254_740_991n) {
      let rest = BigInt.asUintN(64, value);
      while (rest > 127n) {
        bytes[at++] = Number(rest & 127n) | 128;
        rest >>= 7n;
      }
      bytes[at++] = Number(rest);
      writer.at = at;
      return;
    }
    value = Number(value);
  }
  let rest = value;
  while (rest > 0x7fff_ffff) {
    bytes[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  while (rest > 127) {
    bytes[at++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  writer.at = at;
}

export function byteLengthOfVarint(value: number | bigint): number {
  if (typeof value === 'bigint') {
    if (value < 0n) return 10;
    if (value > 9_007_199_254_740_991n) return value >= 1n << 63n ? 10 : 9 - Number(value < 1n << 56n);
    value = Number(value);
  }
  let length = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) length++;
  return length;
}
