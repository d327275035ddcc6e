import { type Refusal, refuse } from '#kernel';

/** A file as a whole cannot be imported; nothing of it was written. `importFile` turns it into a refusal. */
export class ImportRefused extends Error {
  override readonly name = 'ImportRefused';
  readonly refusal: Refusal;

  constructor(code: string, detail: string, field?: string) {
    super(detail);
    this.refusal = refuse(code, detail, field);
  }
}

/** Something in a row cannot be what the mapping says. Caught per row. */
export class CellError extends Error {
  override readonly name = 'CellError';
  readonly reason: string;
  readonly at: CellPlace | undefined;

  constructor(reason: string, at?: CellPlace) {
    super(reason);
    this.reason = reason;
    this.at = at;
  }
}

export interface CellPlace {
  readonly file: string;
  readonly row: number;
  readonly line: number;
  readonly column: string;
  readonly value: string | null;
}
