import { Metadata, status } from '@grpc/grpc-js';

/** An error as the client reads it: status, sentence, and trailers of which `exception` picks the client's class. */
export interface WireError {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

function wireError(
  code: status,
  details: string,
  exception?: string,
  more: Readonly<Record<string, string>> = {},
): WireError {
  const metadata = new Metadata();
  if (exception) metadata.set('exception', exception);
  for (const [name, value] of Object.entries(more)) metadata.set(name, ascii(value));
  return { code, details, metadata };
}

/** Trailer values have to be ASCII. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (character) => encodeURIComponent(character));
}

export const streamDeleted = (stream: string) =>
  wireError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, 'stream-deleted', {
    'stream-name': stream,
  });
export const tooLarge = (limit: number) =>
  wireError(
    status.INVALID_ARGUMENT,
    `Maximum Append Size of ${limit} Exceeded.`,
    'maximum-append-size-exceeded',
    { 'maximum-append-size': String(limit) },
  );
export const missingMetadata = (property: string) =>
  wireError(
    status.INVALID_ARGUMENT,
    `Required Metadata Property '${property}' is missing`,
    'missing-required-metadata-property',
    { 'required-metadata-properties': 'type,content-type' },
  );
export const wrongVersion = (verb: string, stream: string, expected: string, actual: string) =>
  wireError(
    status.FAILED_PRECONDITION,
    `${verb} failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
    'wrong-expected-version',
    {
      'stream-name': stream,
      'expected-version': expected,
      'actual-version': actual,
    },
  );
export const invalid = (field: string, right: string) =>
  wireError(status.INVALID_ARGUMENT, `${field}: ${right}`);
export const broken = (error: unknown) =>
  wireError(status.INTERNAL, error instanceof Error ? error.message : String(error));
