import { createHash } from 'node:crypto';
import { EventStoreDBClient, jsonEvent, NO_STREAM, WrongExpectedVersionError } from '@eventstore/db-client';
import { MongoClient } from 'mongodb';
import { startEmbeddedEventStore } from '#embedded-eventstore';
import { startEmbeddedMongoDb } from '#embedded-mongodb';

/** What the process that reads is asked, a line of JSON each; and what it says. */
export type Question = { readonly directory: string; readonly store: 'eventstore' | 'mongodb' };
/** A digest of everything that the store answered, or its first error. */
export type Answer = { readonly digest: string } | { readonly error: string };

export const STREAMS = 12;
export const COLLECTIONS = ['orders', 'customers'] as const;

/** With credentials the client sends Append; its BatchAppend drops what an error says, and with it the place of a damage. */
const credentials = { username: 'storm', password: '' };

/** Everything that a log says: events both ways and by stream, and whether it knows what it has. */
export async function contentOfEvents(directory: string): Promise<string> {
  const store = await startEmbeddedEventStore({ directory });
  const client = EventStoreDBClient.connectionString(store.uri);
  try {
    const hash = createHash('sha256');
    const told = (event: object | undefined) =>
      hash.update(JSON.stringify(event, (_, value) => (typeof value === 'bigint' ? String(value) : value)));
    for (const direction of ['forwards', 'backwards'] as const)
      for await (const { event } of client.readAll({
        direction,
        fromPosition: direction === 'forwards' ? 'start' : 'end',
      }))
        told(event);
    const first: { stream: string; id: string }[] = [];
    for (let n = 0; n < STREAMS; n++)
      for await (const { event } of client.readStream(`stream-${n}`)) {
        told(event);
        if (event?.revision === 0n) first.push({ stream: event.streamId, id: event.id });
      }
    // A stream that is there is not begun anew, and an event that was written is not written again.
    for (const { stream, id } of first) {
      const again = await client.appendToStream(stream, jsonEvent({ id, type: 'Flipped', data: {} }), {
        credentials,
      });
      told({ stream, again: again.nextExpectedRevision });
      const begun = await client
        .appendToStream(stream, jsonEvent({ type: 'Begun', data: {} }), {
          expectedRevision: NO_STREAM,
          credentials,
        })
        .then(() => 'begun anew')
        .catch((error: unknown) => {
          if (error instanceof WrongExpectedVersionError) return 'is there';
          throw error;
        });
      told({ stream, begun });
    }
    return hash.digest('hex');
  } finally {
    await client.dispose();
    await store.close();
  }
}

/** Everything that documents say: all of them, by id, by index. */
export async function contentOfDocuments(directory: string): Promise<string> {
  const store = await startEmbeddedMongoDb({ directory, port: 0 });
  const client = new MongoClient(store.uri, { retryReads: false, retryWrites: false });
  try {
    const hash = createHash('sha256');
    const database = client.db('flips');
    const named = await database.listCollections({}, { nameOnly: true }).toArray();
    hash.update(named.map(({ name }) => name).join());
    for (const name of COLLECTIONS) {
      const collection = database.collection<{ _id: string; n: number }>(name);
      const all = await collection.find().sort({ _id: 1 }).toArray();
      hash.update(JSON.stringify(all));
      hash.update(JSON.stringify(await collection.find().sort({ n: -1 }).hint({ n: 1 }).toArray()));
      hash.update(JSON.stringify(await collection.indexes()));
      for (const { _id, n } of all) {
        hash.update(JSON.stringify(await collection.findOne({ _id })));
        hash.update(JSON.stringify(await collection.find({ n }).toArray()));
      }
    }
    return hash.digest('hex');
  } finally {
    await client.close(true);
    await store.close();
  }
}
