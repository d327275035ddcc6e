import { Binary, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson';

/** The order of BSON values once more, slow and obvious: over decoded values, numbers as fractions. */
export function slowCompare(a: unknown, b: unknown): number {
  const [x, y] = [slowClass(a), slowClass(b)];
  if (x !== y) return x - y;
  if (isNumber(a)) return numbers(a, b);
  if (typeof a === 'string') return Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b as string)));
  if (typeof a === 'boolean') return Number(a) - Number(b);
  if (a instanceof Date) return Math.sign(a.getTime() - (b as Date).getTime());
  if (a instanceof ObjectId) return Math.sign(Buffer.compare(a.id, (b as ObjectId).id));
  if (a instanceof Timestamp) {
    const [s, t] = [a, b as Timestamp].map((own) => [own.high >>> 0, own.low >>> 0]) as [number[], number[]];
    return Math.sign((s[0] as number) - (t[0] as number)) || Math.sign((s[1] as number) - (t[1] as number));
  }
  if (a instanceof Binary) {
    const other = b as Binary;
    return (
      a.position - other.position ||
      a.sub_type - other.sub_type ||
      Math.sign(Buffer.compare(a.buffer.subarray(0, a.position), other.buffer.subarray(0, other.position)))
    );
  }
  if (a === null) return 0;
  return lists(Object.entries(a as object), Object.entries(b as object), Array.isArray(a));
}

function lists(a: [string, unknown][], b: [string, unknown][], isArray: boolean): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [[name, value], [otherName, other]] = [a[i] as [string, unknown], b[i] as [string, unknown]];
    const classes = slowClass(value) - slowClass(other);
    if (classes !== 0) return classes;
    if (!isArray && name !== otherName) return Buffer.compare(Buffer.from(name), Buffer.from(otherName));
    const order = slowCompare(value, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

export function isNumber(value: unknown): boolean {
  return (
    value instanceof Int32 ||
    value instanceof Double ||
    (value instanceof Long && !(value instanceof Timestamp)) ||
    value instanceof Decimal128
  );
}

export function slowClass(value: unknown): number {
  if (value === null) return 1;
  if (value instanceof Timestamp) return 9;
  if (isNumber(value)) return 2;
  if (typeof value === 'string') return 3;
  if (Array.isArray(value)) return 5;
  if (value instanceof Binary) return 6;
  if (value instanceof ObjectId) return 7;
  if (typeof value === 'boolean') return 7.5;
  if (value instanceof Date) return 8;
  return 4;
}

/** A number as a fraction; or −2: NaN, −1 and 1: infinities. */
function fraction(value: unknown): -2 | -1 | 1 | [numerator: bigint, denominator: bigint] {
  const text = value instanceof Double ? String(value.value) : String(value);
  if (text === 'NaN') return -2;
  if (text.endsWith('Infinity')) return text.startsWith('-') ? -1 : 1;
  if (value instanceof Double) {
    // Doubling until it is whole is exact.
    let [number, denominator] = [value.value, 1n];
    while (!Number.isInteger(number)) [number, denominator] = [number * 2, denominator * 2n];
    return [BigInt(number), denominator];
  }
  const [mantissa, exponent = '0'] = text.split('E') as [string, string?];
  const [whole, part = ''] = mantissa.split('.') as [string, string?];
  const power = Number(exponent) - part.length;
  const digits = BigInt(whole + part);
  return power >= 0 ? [digits * 10n ** BigInt(power), 1n] : [digits, 10n ** BigInt(-power)];
}

function numbers(a: unknown, b: unknown): number {
  const [x, y] = [fraction(a), fraction(b)];
  const rank = (own: typeof x) => (Array.isArray(own) ? 0 : own);
  if (!Array.isArray(x) || !Array.isArray(y)) return rank(x) - rank(y);
  const difference = x[0] * y[1] - y[0] * x[1];
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
