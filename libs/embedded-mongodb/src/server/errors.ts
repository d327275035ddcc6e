import { type Fieldset, type Writable } from '../bson/write.ts';

/** An error as MongoDB names it. Shape: code, code name, sentence, further fields of the reply. */
export class CommandError extends Error {
  readonly code: number;
  readonly codeName: string;
  readonly extra: Readonly<Record<string, Writable | Fieldset>>;
  constructor(
    code: number,
    codeName: string,
    message: string,
    extra: Readonly<Record<string, Writable | Fieldset>> = {},
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
export const notSupported = (what: string) =>
  new CommandError(238, 'NotImplemented', `${what} is not supported by the embedded store`);

/** What the disk does not give back as it was written. It names the record; nothing is left out silently. */
export class DamagedDocument extends CommandError {
  constructor(what: string) {
    super(301, 'DataCorruptionDetected', `${what} is damaged on disk; restore the directory or rebuild it.`);
  }
}
