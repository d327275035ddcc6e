/** Dotted paths into documents, through arrays as MongoDB goes. */
export type Doc = Record<string, unknown>;

export function isDoc(value: unknown): value is Doc {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    (value as { _bsontype?: string })._bsontype === undefined &&
    !Buffer.isBuffer(value)
  );
}

/** Every value that a path reaches; arrays are entered at every step. An array at the end is itself one of them. */
export function reach(value: unknown, path: readonly string[]): unknown[] {
  const [head, ...rest] = path;
  if (head === undefined) return [value];
  if (Array.isArray(value)) {
    const index = /^\d+$/.test(head) && Number(head) < value.length ? reach(value[Number(head)], rest) : [];
    return [...index, ...value.flatMap((item) => (isDoc(item) ? reach(item, path) : []))];
  }
  if (!isDoc(value) || !Object.hasOwn(value, head)) return [];
  return reach(value[head], rest);
}

export function getPath(doc: Doc, path: string): unknown {
  let at: unknown = doc;
  for (const part of path.split('.')) {
    if (Array.isArray(at)) at = at[Number(part)];
    else if (isDoc(at)) at = at[part];
    else return undefined;
  }
  return at;
}

export function setPath(doc: Doc, path: string, value: unknown): void {
  const parts = path.split('.');
  const last = parts.pop() as string;
  let at: Doc | unknown[] = doc;
  for (const part of parts) {
    const next: unknown = Array.isArray(at) ? at[Number(part)] : at[part];
    if (isDoc(next) || Array.isArray(next)) at = next;
    else {
      const made: Doc = {};
      if (Array.isArray(at)) at[Number(part)] = made;
      else at[part] = made;
      at = made;
    }
  }
  if (Array.isArray(at)) at[Number(last)] = value;
  else at[last] = value;
}

export function unsetPath(doc: Doc, path: string): void {
  const parts = path.split('.');
  const last = parts.pop() as string;
  const parent = parts.length === 0 ? doc : getPath(doc, parts.join('.'));
  if (isDoc(parent)) delete parent[last];
}
