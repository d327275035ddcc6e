/**
 * A value from outside cannot be what its type needs. `sentence` says what would be right; `message` puts the path of
 * the field before it, where one is known. The edge (HTTP, CLI, import) turns it into a problem.
 */
export class ValueError extends Error {
  override readonly name = 'ValueError';
  readonly sentence: string;
  readonly field: string | undefined;

  constructor(sentence: string, field?: string) {
    super(field === undefined ? sentence : `${field}: ${sentence}`);
    this.sentence = sentence;
    this.field = field;
  }
}

/** Reads a value and puts `field` before the path in its ValueError: `issuedOn: 2024-02-30 does not exist; …`. */
export function inField<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new ValueError(error.sentence, error.field === undefined ? field : joined(field, error.field));
  }
}

function joined(outer: string, inner: string): string {
  return inner.startsWith('[') ? `${outer}${inner}` : `${outer}.${inner}`;
}

/** Shows a refused value in a sentence: quoted when it is text, cut when it is long. */
export function shown(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  }
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  return typeof value === 'bigint' ? `${value}n` : `a value of type ${typeof value}`;
}

/** The end of an exhaustive `switch`: a forgotten member of a union breaks the build here. */
export function unreachable(x: never): never {
  throw new Error(`A case was forgotten: ${shown(x)}`);
}
