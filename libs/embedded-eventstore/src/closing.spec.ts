import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { startEmbeddedEventStore } from './server.ts';

/** Goal: a store that closes answers all that it has taken: what is in the log has been acknowledged. */
const APPENDS = 200;

it.each([0, 1, 3])(
  'answers every append that is on disk, closed after %i turns of its work',
  async (turns) => {
    const directory = mkdtempSync(join(tmpdir(), 'quadrant-closing-'));
    let commits = 0;
    let enough: () => void = () => undefined;
    const store = await startEmbeddedEventStore({
      directory,
      observe: ({ operation }) => {
        if (operation === 'commit' && ++commits > turns + 1) enough();
      },
    });
    const client = EventStoreDBClient.connectionString(store.uri);
    await client.appendToStream('warm', jsonEvent({ type: 'Opened', data: {} }));
    const reached = new Promise<void>((resolve) => {
      enough = resolve;
    });
    const acknowledged = new Set<string>();
    const appends = Array.from({ length: APPENDS }, async (_, n) => {
      // Not all in one group, so that some are on their way when it closes.
      for (let turn = 0; turn < n % 10; turn++) await new Promise((resolve) => setImmediate(resolve));
      const event = jsonEvent({ type: 'Opened', data: {} });
      try {
        await client.appendToStream(`a-${n}`, event);
        acknowledged.add(event.id);
      } catch {
        // Refused, or the outcome is unknown to it: then it may not be in the log.
      }
    });
    await reached;
    await store.close();
    await Promise.all(appends);
    await client.dispose();

    const again = await startEmbeddedEventStore({ directory });
    const reader = EventStoreDBClient.connectionString(again.uri);
    const found: string[] = [];
    for await (const { event } of reader.readAll())
      if (event?.streamId.startsWith('a-')) found.push(event.id);
    await reader.dispose();
    await again.close();
    rmSync(directory, { recursive: true, force: true });
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((id) => !acknowledged.has(id))).toEqual([]);
    expect(found).toHaveLength(acknowledged.size);
  },
);
