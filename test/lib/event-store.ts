import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryInUse, lockDirectory } from '#directory-lock';
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

/** How long a suite may wait for the others, which take a few minutes together. */
export const TURN_TIMEOUT_MS = 900_000;
const ASK_AGAIN_MS = 50;

/**
 * The same for a suite of persistent subscriptions. One of them restarts the server's subsystem, which drops the consumers of
 * all groups: on a server that is given, those suites take turns, also those of another run on this machine.
 */
export async function openEventStoreOfGroups(): Promise<EventStoreUnderTest> {
  const given = process.env['ESDB_URL'];
  if (!given) return openEventStore();
  const name = createHash('sha256').update(given).digest('hex').slice(0, 16);
  const release = await turn(join(tmpdir(), `quadrant-groups-${name}`));
  return { uri: given, close: async () => release() };
}

async function turn(directory: string): Promise<() => void> {
  for (;;) {
    try {
      return lockDirectory(directory);
    } catch (error) {
      if (!(error instanceof DirectoryInUse)) throw error;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
}
