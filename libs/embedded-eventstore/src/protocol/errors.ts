import { Metadata, status } from '@grpc/grpc-js';
import { tellDamage } from '#lmdb-copy';
import { LogStopped } from '../log/event-log.ts';
import { DamagedIndex, DamagedRecord } from '../log/record.ts';

/** An error as the client reads it: status, sentence, and trailers of which `exception` picks the client's class. */
export class WireError extends Error {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;

  constructor(
    code: status,
    details: string,
    exception?: string,
    companions: Readonly<Record<string, string>> = {},
  ) {
    super(details);
    this.code = code;
    this.details = details;
    this.metadata = new Metadata();
    if (exception) this.metadata.set('exception', exception);
    for (const [name, value] of Object.entries(companions)) this.metadata.set(name, encoded(value));
  }
}

/** Trailer values have to be ASCII (the status message is encoded by grpc-js itself). */
function encoded(text: string): string {
  return text.replace(/[^\x20-\x7e]+/gu, (characters) => encodeURIComponent(characters));
}

export const streamDeleted = (stream: string) =>
  new WireError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, 'stream-deleted', {
    'stream-name': stream,
  });

export const tooLarge = (limit: number) =>
  new WireError(
    status.INVALID_ARGUMENT,
    `Maximum Append Size of ${limit} Exceeded.`,
    'maximum-append-size-exceeded',
    { 'maximum-append-size': String(limit) },
  );

export const missingMetadata = (property: string) =>
  new WireError(
    status.INVALID_ARGUMENT,
    `Required Metadata Property '${property}' is missing`,
    'missing-required-metadata-property',
    { 'required-metadata-properties': 'type,content-type' },
  );

/** Versions are decimal numbers: −1 no stream, −2 any, −4 exists. */
export const wrongVersion = (verb: string, stream: string, expected: string, actual: string) =>
  new WireError(
    status.FAILED_PRECONDITION,
    `${verb} failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
    'wrong-expected-version',
    { 'stream-name': stream, 'expected-version': expected, 'actual-version': actual },
  );

/** A request outside the subset or not well formed: the field, and what would be right. */
export const invalid = (field: string, right: string) =>
  new WireError(status.INVALID_ARGUMENT, `${field}: ${right}`);

export const closing = () => new WireError(status.UNAVAILABLE, 'The server is closing.');

/** The status of an error that no rule foresaw. A stopped log is UNAVAILABLE: what became of the request is unknown. */
export function asWireError(error: unknown): WireError {
  if (error instanceof WireError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof LogStopped) return new WireError(status.UNAVAILABLE, text);
  if (error instanceof DamagedRecord || error instanceof DamagedIndex) {
    tellDamage(error);
    return new WireError(status.DATA_LOSS, text);
  }
  return new WireError(status.INTERNAL, text);
}
