import type { Encoding } from './mapping.ts';
import { ImportRefused } from './refused.ts';

export const ENCODINGS: readonly Encoding[] = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1252',
  'iso-8859-15',
  'gb18030',
  'gbk',
  'big5',
  'shift_jis',
];

/** First bytes that say what a file is, whatever its mapping says. */
const SIGNATURES: readonly (readonly [readonly number[], string, Encoding | undefined])[] = [
  [[0xef, 0xbb, 0xbf], 'UTF-8 (byte order mark)', 'utf-8'],
  [[0xff, 0xfe], 'UTF-16 little endian (byte order mark)', 'utf-16le'],
  [[0xfe, 0xff], 'UTF-16 big endian (byte order mark)', 'utf-16be'],
  [[0x50, 0x4b, 0x03, 0x04], 'a ZIP archive or an Excel workbook', undefined],
  [[0x1f, 0x8b], 'gzip', undefined],
];

/**
 * Decodes bytes to text, piece by piece; a byte order mark is taken off.
 *
 * Refused: bytes that the encoding does not know, and files whose first bytes say that they are something else.
 */
export async function* decoded(
  bytes: AsyncIterable<Uint8Array>,
  encoding: Encoding,
  name: string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let done = 0;
  for await (const chunk of bytes) {
    if (done === 0) checkSignature(chunk, encoding, name);
    const text = piece(() => decoder.decode(chunk, { stream: true }));
    done += chunk.length;
    if (text !== '') yield text;
  }
  const rest = piece(() => decoder.decode());
  if (rest !== '') yield rest;

  function piece(decode: () => string): string {
    try {
      return decode();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
      throw new ImportRefused(
        'wrong-encoding',
        `${name} is not ${encoding}: the bytes from ${done} on hold a sequence that ${encoding} does not know. Name the right encoding in the mapping (${ENCODINGS.join(', ')}).`,
        'encoding',
      );
    }
  }
}

function checkSignature(chunk: Uint8Array, encoding: Encoding, name: string): void {
  for (const [signature, what, right] of SIGNATURES) {
    if (right === encoding || !signature.every((byte, i) => chunk[i] === byte)) continue;
    throw new ImportRefused(
      'wrong-encoding',
      right === undefined
        ? `${name} is ${what}, not text; export it as CSV or JSON lines.`
        : `${name} begins like ${what}, but the mapping says ${encoding}; name ${right} as its encoding.`,
      'encoding',
    );
  }
}
