import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';

/** A file to be imported; it is read several times, and always from the beginning. */
export interface ImportFile {
  readonly name: string;
  bytes(): AsyncIterable<Uint8Array>;
}

/** A file on disk. */
export function fileAt(path: string): ImportFile {
  return { name: basename(path), bytes: () => createReadStream(path) };
}

/** A file in memory, such as an upload. */
export function fileOf(name: string, content: Uint8Array | string): ImportFile {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  return {
    name,
    async *bytes() {
      yield bytes;
    },
  };
}

/** The files by their alias in the mapping. */
export type ImportFiles = Readonly<Record<string, ImportFile>>;

/** SHA-256 of the bytes in hexadecimal digits; of several files, of the list of their digests by alias. */
export async function fingerprint(files: ImportFiles): Promise<string> {
  const digests: string[] = [];
  for (const alias of Object.keys(files).sort()) {
    const file = files[alias];
    if (file !== undefined) digests.push(`${alias} ${await digestOfFile(file)}`);
  }
  const [only] = digests;
  if (digests.length === 1 && only !== undefined) return only.slice(only.lastIndexOf(' ') + 1);
  return createHash('sha256').update(digests.join('\n')).digest('hex');
}

async function digestOfFile(file: ImportFile): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of file.bytes()) hash.update(chunk);
  return hash.digest('hex');
}
