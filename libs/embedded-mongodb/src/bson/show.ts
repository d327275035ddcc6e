import { decimalAt, decimalText } from './decimal.ts';
import { elements, entries, TYPE, type Value } from './value.ts';

/** A value as MongoDB's messages show it: `"text"`, `1`, `1.0`, `ObjectId('…')`, `{ a: 1 }`. */
export function show(value: Value): string {
  const { type, bytes, start, end } = value;
  switch (type) {
    case TYPE.double:
      return double(bytes.readDoubleLE(start));
    case TYPE.string:
    case TYPE.symbol:
      return `"${value.text}"`;
    case TYPE.object: {
      const fields = entries(value).map(([name, own]) => `${name}: ${show(own)}`);
      return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
    }
    case TYPE.array: {
      const items = elements(value).map(show);
      return items.length === 0 ? '[]' : `[ ${items.join(', ')} ]`;
    }
    case TYPE.binary:
      return `BinData(${bytes[start + 4]}, ${bytes.toString('hex', start + 5, end).toUpperCase()})`;
    case TYPE.undefined:
      return 'undefined';
    case TYPE.objectId:
      return `ObjectId('${bytes.toString('hex', start, end)}')`;
    case TYPE.bool:
      return bytes[start] === 1 ? 'true' : 'false';
    case TYPE.date:
      return `new Date(${bytes.readBigInt64LE(start)})`;
    case TYPE.null:
      return 'null';
    case TYPE.int:
      return String(bytes.readInt32LE(start));
    case TYPE.long:
      return String(bytes.readBigInt64LE(start));
    case TYPE.timestamp:
      return `Timestamp(${bytes.readUInt32LE(start + 4)}, ${bytes.readUInt32LE(start)})`;
    case TYPE.decimal:
      return decimalText(decimalAt(bytes, start));
    case TYPE.minKey:
      return 'MinKey';
    case TYPE.maxKey:
      return 'MaxKey';
    default:
      return bytes.toString('hex', start, end);
  }
}

function double(value: number): string {
  if (Number.isNaN(value)) return 'nan.0';
  if (!Number.isFinite(value)) return value < 0 ? '-inf.0' : 'inf.0';
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);
}
