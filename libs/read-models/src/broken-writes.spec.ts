import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect as dial, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MongoClient } from 'mongodb';
import { type EmbeddedMongoDb, startEmbeddedMongoDb } from '#embedded-mongodb';
import { connectMongo } from './collections.ts';

/** Goal: what the driver writes on a line that dies in that moment fails, and the client goes on. Found by the storm `network`, seed 4. */
let directory: string;
let server: EmbeddedMongoDb;
let client: MongoClient | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quadrant-broken-writes-'));
  server = await startEmbeddedMongoDb({ directory });
});
afterEach(async () => {
  await client?.close();
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

it('a heartbeat on a connection that closes in the same moment does not end the search for the server', async () => {
  const sockets = new Set<Socket>();
  const collect = (message: unknown): void => void sockets.add((message as { socket: Socket }).socket);
  subscribe('net.client.socket', collect);
  try {
    const own = connectMongo(server.uri, { heartbeatFrequencyMS: 500 });
    client = own;
    let heartbeats = 0;
    const heartbeatOnClosed = new Promise<void>((resolve) => {
      own.on('serverHeartbeatStarted', () => {
        heartbeats += 1;
        // The first one makes its connection; the second one is about to be written to it.
        if (heartbeats !== 2) return;
        for (const socket of sockets) socket.destroy();
        resolve();
      });
    });
    await own.connect();
    await heartbeatOnClosed;
    // Everything that was there is gone: this needs the server to be found again.
    expect(await own.db('own').collection('letters').findOne({})).toBeNull();
  } finally {
    unsubscribe('net.client.socket', collect);
  }
});

it('a write that is not taken fails when the time of its connection is over', async () => {
  const { hostname, port, search } = new URL(server.uri.replace(/^mongodb:/, 'http:'));
  const lines = new Set<Socket>();
  const proxy = createServer((inward) => {
    const outward = dial(Number(port), hostname);
    for (const socket of [inward, outward]) {
      lines.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        inward.destroy();
        outward.destroy();
      });
    }
    inward.pipe(outward).pipe(inward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port: own } = proxy.address() as { port: number };
  client = connectMongo(`mongodb://127.0.0.1:${own}/${search}`, { socketTimeoutMS: 500, retryWrites: false });
  const letters = client.db('own').collection<{ _id: number; text: string }>('letters');
  await letters.insertOne({ _id: 1, text: 'short' });
  // Nobody takes anything any more, and nobody says so.
  for (const socket of lines) socket.unpipe().pause();
  proxy.removeAllListeners('connection').on('connection', (inward) => lines.add(inward.pause()));
  await expect(letters.insertOne({ _id: 2, text: 'x'.repeat(12_000_000) })).rejects.toThrow(/timed out/);
  for (const socket of lines) socket.destroy();
  await client.close();
  await new Promise((resolve) => proxy.close(resolve));
});
