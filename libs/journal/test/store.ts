import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedEventStore } from '#embedded-eventstore';

/** A store for one test file: the embedded one, or the one that ESDB_URL names. */
export interface TestStore {
  readonly uri: string;
  /** Of this test file alone: many files, and many runs, share one store. */
  readonly namespace: string;
  /** Directory that lives as long as the store. */
  readonly directory: string;
  close(): Promise<void>;
}

export async function startTestStore(): Promise<TestStore> {
  const directory = mkdtempSync(join(tmpdir(), 'quadrant-journal-'));
  const given = process.env['ESDB_URL'];
  const embedded =
    given === undefined ? await startEmbeddedEventStore({ directory: join(directory, 'log') }) : undefined;
  const uri = embedded?.uri ?? given;
  if (uri === undefined) throw new Error('Neither an embedded store nor ESDB_URL is there.');
  return {
    uri,
    namespace: `t${randomUUID().slice(0, 8)}`,
    directory,
    close: async () => {
      await embedded?.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
