/** An error as MongoDB names it. Shape: code, code name, sentence. */
export class CommandError extends Error {
  readonly code: number;
  readonly codeName: string;
  readonly extra: Readonly<Record<string, unknown>>;
  constructor(
    code: number,
    codeName: string,
    message: string,
    extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.code = code;
    this.codeName = codeName;
    this.extra = extra;
  }
}

export const badValue = (message: string) => new CommandError(2, 'BadValue', message);
export const failedToParse = (message: string) => new CommandError(9, 'FailedToParse', message);
export const typeMismatch = (message: string) => new CommandError(14, 'TypeMismatch', message);
export const namespaceNotFound = (name: string) =>
  new CommandError(26, 'NamespaceNotFound', `ns not found: ${name}`);
export const commandNotFound = (name: string) =>
  new CommandError(59, 'CommandNotFound', `no such command: '${name}'`);
export const cursorNotFound = (id: bigint) =>
  new CommandError(43, 'CursorNotFound', `cursor id ${id} not found`);
export const unknownStage = (name: string) =>
  new CommandError(40324, 'Location40324', `Unrecognized pipeline stage name: '${name}'`);
