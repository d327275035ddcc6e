import type { Expected } from '../log/append-rules.ts';

/** The expected-revision part that all changing requests share. */
interface ExpectationFields {
  hasAny(): boolean;
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
}

/** `revision` is undefined when the request carries none of the four. */
export function expectationOf(fields: ExpectationFields, revision: string | undefined): Expected | undefined {
  if (fields.hasAny()) return 'any';
  if (fields.hasNoStream()) return 'no_stream';
  if (fields.hasStreamExists()) return 'stream_exists';
  return revision === undefined ? undefined : BigInt(revision);
}

/** As error texts and trailers have it. */
export function expectationNumber(expected: Expected): string {
  switch (expected) {
    case 'any':
      return '-2';
    case 'no_stream':
      return '-1';
    case 'stream_exists':
      return '-4';
    default:
      return String(expected);
  }
}
