import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedEventStore } from '#embedded-eventstore';

export interface EventStoreUnderTest {
  readonly uri: string;
  close(): Promise<void>;
}

/** The server of `ESDB_URL`, else an embedded store of its own in a directory that goes with it. */
export async function openEventStore(): Promise<EventStoreUnderTest> {
  const given = process.env['ESDB_URL'];
  if (given) return { uri: given, close: async () => undefined };
  const directory = await mkdtemp(join(tmpdir(), 'quadrant-eventstore-'));
  const store = await startEmbeddedEventStore({ directory });
  return {
    uri: store.uri,
    close: async () => {
      await store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
