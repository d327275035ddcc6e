import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EventStoreDBClient,
  FORWARDS,
  jsonEvent,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
} from '@eventstore/db-client';
import { type EmbeddedEventStore, startEmbeddedEventStore } from '../index.ts';

describe('an event store with TLS', () => {
  let directory: string;
  let store: EmbeddedEventStore | undefined;
  const clients: EventStoreDBClient[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'quadrant-access-'));
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.dispose()));
    await store?.close();
    store = undefined;
    rmSync(directory, { recursive: true });
  });

  const start = async () => {
    store = await startEmbeddedEventStore({ directory, tls: true });
    return store;
  };
  const client = (uri: string) => {
    const made = EventStoreDBClient.connectionString(uri);
    clients.push(made);
    return made;
  };
  const opened = jsonEvent({ type: 'Opened', data: { name: '客户' } });
  const everything = async (reader: EventStoreDBClient) => {
    const types: string[] = [];
    for await (const { event } of reader.readStream('a-1', { direction: FORWARDS, fromRevision: START }))
      types.push(event?.type ?? '');
    return types;
  };

  it('is used with its address as it is: appends both ways, reads, subscriptions, groups', async () => {
    const { uri } = await start();
    const known = client(uri);
    await known.appendToStream('a-1', opened);
    const { username, password } = new URL(uri.replace('esdb:', 'http:'));
    await known.appendToStream('a-1', jsonEvent({ type: 'Renamed', data: {} }), {
      credentials: { username, password },
    });

    expect(await everything(known)).toEqual(['Opened', 'Renamed']);
    const subscription = known.subscribeToStream('a-1', { fromRevision: START });
    for await (const { event } of subscription) if (event?.type === 'Renamed') break;
    await known.createPersistentSubscriptionToStream(
      'a-1',
      'readers',
      persistentSubscriptionToStreamSettingsFromDefaults(),
    );
    expect((await known.listAllPersistentSubscriptions()).map(({ groupName }) => groupName)).toEqual([
      'readers',
    ]);
  });

  it.each([
    ['without a name', (uri: string) => uri.replace(/\/\/.*@/, '//')],
    ['with a wrong password', (uri: string) => uri.replace(/:[^:@/]*@/, ':another@')],
    ['with a wrong name', (uri: string) => uri.replace('//quadrant:', '//admin:')],
  ])('refuses every call %s, and stores nothing', async (_, changed) => {
    const { uri } = await start();
    const streams = store?.stats().streams;
    const stranger = client(changed(uri));

    await expect(stranger.appendToStream('a-1', opened)).rejects.toMatchObject({ type: 'access-denied' });
    await expect(
      stranger.appendToStream('a-1', opened, { credentials: { username: 'quadrant', password: 'guess' } }),
    ).rejects.toMatchObject({ type: 'access-denied' });
    await expect(everything(stranger)).rejects.toMatchObject({ type: 'access-denied' });
    await expect(stranger.deleteStream('a-1')).rejects.toMatchObject({ type: 'access-denied' });
    await expect(stranger.tombstoneStream('a-1')).rejects.toMatchObject({ type: 'access-denied' });
    await expect(stranger.listAllPersistentSubscriptions()).rejects.toMatchObject({ type: 'access-denied' });
    await expect(
      (async () => {
        for await (const _ of stranger.subscribeToAll()) return;
      })(),
    ).rejects.toMatchObject({ type: 'access-denied' });
    expect(store?.stats().streams).toBe(streams);
  });

  it('is not believed by a client that has another authority', async () => {
    const { uri } = await start();
    const other = mkdtempSync(join(tmpdir(), 'quadrant-access-'));
    const impostor = await startEmbeddedEventStore({ directory: other, tls: true });
    try {
      const misled = client(uri.replace(/:\d+\?/, `:${impostor.port}?`));
      await expect(misled.appendToStream('a-1', opened)).rejects.toThrow('unable to verify');
    } finally {
      await impostor.close();
      rmSync(other, { recursive: true });
    }
  });

  it('keeps password and certificates over a restart, for their owner only', async () => {
    await start();
    const before = contents();
    await store?.close();
    const { uri } = await start();

    expect(contents()).toEqual({ ...before, uri });
    expect(Object.keys(before).sort()).toEqual(['ca.crt', 'password', 'server.crt', 'server.key', 'uri']);
    for (const name of Object.keys(before))
      expect(statSync(join(directory, 'access', name)).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'access')).mode & 0o777).toBe(0o700);
  });

  it('issues anew what a killed first start left half done', async () => {
    await start();
    await store?.close();
    const before = contents();
    rmSync(join(directory, 'access', 'ca.crt'));
    writeFileSync(join(directory, 'access', 'server.crt'), 'half');

    const { uri } = await start();

    await client(uri).appendToStream('a-1', opened);
    expect(contents()['password']).toBe(before['password']);
    expect(contents()['ca.crt']).not.toBe(before['ca.crt']);
  });

  const contents = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(join(directory, 'access')).map((name) => [
        name,
        readFileSync(join(directory, 'access', name), 'utf8'),
      ]),
    );
});
