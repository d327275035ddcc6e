/**
 * A value from outside cannot be what its type needs; the message is a sentence that says what would be right.
 * The edge (HTTP, CLI, import) turns it into a problem and adds the `field` when it is not yet there.
 */
export class ValueError extends Error {
  override readonly name = 'ValueError';
  readonly field: string | undefined;

  constructor(message: string, field?: string) {
    super(message);
    this.field = field;
  }
}

/** Reads a value and names `field` in the ValueError when it is refused: `issuedOn: 2024-02-30 is not …`. */
export function inField<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const path = error.field === undefined ? field : `${field}.${error.field}`;
    const sentence = error.field === undefined ? error.message : error.message.slice(error.field.length + 2);
    throw new ValueError(`${path}: ${sentence}`, path);
  }
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
