import { Fields, field, TYPE, type Value } from '../bson/value.ts';

/** A dotted path. `index`: what a part means to an array, −1 where it is no number. */
export interface Path {
  readonly text: string;
  readonly parts: readonly Buffer[];
  readonly index: readonly number[];
}

export function pathOf(text: string): Path {
  const parts = text.split('.');
  return {
    text,
    parts: parts.map((part) => Buffer.from(part)),
    index: parts.map((part) => (/^(0|[1-9]\d{0,8})$/.test(part) ? Number(part) : -1)),
  };
}

export function elementAt(array: Value, index: number): Value | undefined {
  const fields = new Fields(array);
  for (let i = 0; fields.next(); i++) if (i === index) return fields.value;
  return undefined;
}

/** A test of what a path leads to; undefined where it leads to nothing. */
export type Test = (value: Value | undefined) => boolean;

/**
 * Whether anything that a path leads to passes a test. Arrays on the way are entered: each document in them counts, with
 * the field or without, and the element that a number names; other elements lead nowhere. Source: MongoDB manual, "Query an Array
 * of Embedded Documents".
 */
export function leadsTo(value: Value | undefined, path: Path, at: number, test: Test): boolean {
  if (value === undefined || at === path.parts.length) return test(value);
  if (value.type === TYPE.object) return leadsTo(field(value, path.parts[at] as Buffer), path, at + 1, test);
  if (value.type !== TYPE.array) return test(undefined);
  const wanted = path.index[at] as number;
  const fields = new Fields(value);
  for (let i = 0; fields.next(); i++) {
    if (i === wanted && reaches(fields.value, path, at + 1, test)) return true;
    if (fields.type === TYPE.object && leadsTo(fields.value, path, at, test)) return true;
  }
  return false;
}

/** From an element that was named by its number: a plain value there leads nowhere but to itself. */
function reaches(value: Value, path: Path, at: number, test: Test): boolean {
  const container = value.type === TYPE.object || value.type === TYPE.array;
  return at < path.parts.length && !container ? false : leadsTo(value, path, at, test);
}

/** All that a path leads to, for `distinct`: arrays at its end are taken apart. */
export function valuesAt(doc: Value, path: Path): Value[] {
  const found: Value[] = [];
  leadsTo(doc, path, 0, (value) => {
    if (value?.type === TYPE.array) {
      const fields = new Fields(value);
      while (fields.next()) found.push(fields.value);
    } else if (value !== undefined) found.push(value);
    return false;
  });
  return found;
}
