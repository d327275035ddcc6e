import { chmodSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Binary, Int32, Long, Timestamp } from 'bson';
import { UnsupportedValue } from './byte-order.ts';
import { Commands } from './commands.ts';
import { Cursors } from './cursors.ts';
import { lockDirectory } from './directory-lock.ts';
import { CommandError } from './errors.ts';
import type { Doc } from './paths.ts';
import { DocumentStore } from './store.ts';
import { type Message, MessageReader, ProtocolError, replyBytes } from './wire.ts';

export interface EmbeddedMongoDbOptions {
  /** Where the documents lie; made when it is not there, readable by its owner only. */
  readonly directory: string;
  /** 0 or absent: a free one on 127.0.0.1. */
  readonly port?: number;
  /** A unix socket (mode 0700) instead of a port. */
  readonly socketPath?: string;
}

export interface EmbeddedMongoDb {
  readonly uri: string;
  /** Resolves when a write failed and the store has stopped taking any more. */
  readonly failed: Promise<Error>;
  stats(): {
    readonly collections: number;
    readonly connections: number;
    readonly cursors: number;
    readonly commands: number;
  };
  close(): Promise<void>;
}

/**
 * Starts a server that speaks MongoDB's wire protocol for the closed subset, on loopback or a unix socket.
 * Errors: the directory is in use, of another format, or damaged; the port is taken.
 */
export async function startEmbeddedMongoDb(options: EmbeddedMongoDbOptions): Promise<EmbeddedMongoDb> {
  const unlock = lockDirectory(options.directory);
  const store = new DocumentStore(options.directory);
  const service = new Service(store);
  const server = createServer({ noDelay: true }, (socket) => service.accept(socket));
  try {
    await listen(server, options);
  } catch (error) {
    await store.close();
    unlock();
    throw error;
  }
  const address = options.socketPath ?? `127.0.0.1:${(server.address() as AddressInfo).port}`;
  service.address = address;
  let closing: Promise<void> | undefined;
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    service.close();
    await closed;
    await store.close();
    unlock();
  };
  return {
    uri: `mongodb://${options.socketPath ? encodeURIComponent(address) : address}/?directConnection=true`,
    failed: store.failed,
    stats: () => ({ collections: store.namespaces().length, ...service.stats() }),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function listen(server: Server, { port = 0, socketPath }: EmbeddedMongoDbOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    if (socketPath === undefined) {
      server.listen(port, '127.0.0.1', resolve);
      return;
    }
    // A socket left by a process that was killed; the directory's lock says that nobody uses it.
    rmSync(socketPath, { force: true });
    server.listen(socketPath, () => {
      chmodSync(socketPath, 0o700);
      resolve();
    });
  });
}

class Service {
  readonly #sockets = new Set<Socket>();
  readonly #cursors = new Cursors();
  readonly #commands: Commands;
  #handled = 0;
  #connections = 0;
  address = '';

  constructor(store: DocumentStore) {
    this.#commands = new Commands(store, this.#cursors);
  }

  stats(): { connections: number; cursors: number; commands: number } {
    return { connections: this.#sockets.size, cursors: this.#cursors.count, commands: this.#handled };
  }

  close(): void {
    this.#cursors.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  accept(socket: Socket): void {
    this.#sockets.add(socket);
    const connectionId = ++this.#connections;
    const reader = new MessageReader();
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      try {
        for (const message of reader.push(chunk)) void this.#answer(socket, message, connectionId);
      } catch (error) {
        // Bytes that are no message: nothing after them can be understood either.
        if (!(error instanceof ProtocolError)) throw error;
        socket.destroy();
      }
    });
  }

  async #answer(socket: Socket, message: Message, connectionId: number): Promise<void> {
    const reply = await this.#reply(message, connectionId);
    if (!message.oneWay && socket.writable) socket.write(replyBytes(message, reply));
  }

  async #reply({ command }: Message, connectionId: number): Promise<Doc> {
    this.#handled++;
    const name = Object.keys(command)[0] ?? '';
    try {
      const own = /^(hello|ismaster|isMaster)$/.test(name)
        ? this.#hello(connectionId)
        : await this.#commands.run(name, command);
      return { ...own, ok: 1, ...clock() };
    } catch (error) {
      return { ok: 0, ...failure(error), ...clock() };
    }
  }

  /** Without a topology version the driver asks again from time to time instead of waiting for a stream of answers. */
  #hello(connectionId: number): Doc {
    return {
      helloOk: true,
      ismaster: true,
      isWritablePrimary: true,
      secondary: false,
      setName: 'embedded',
      setVersion: new Int32(1),
      hosts: [this.address],
      primary: this.address,
      me: this.address,
      maxBsonObjectSize: new Int32(16_777_216),
      maxMessageSizeBytes: new Int32(48_000_000),
      maxWriteBatchSize: new Int32(100_000),
      localTime: new Date(),
      logicalSessionTimeoutMinutes: new Int32(30),
      connectionId: new Int32(connectionId),
      minWireVersion: new Int32(0),
      maxWireVersion: new Int32(21),
      readOnly: false,
    };
  }
}

function failure(error: unknown): Doc {
  if (error instanceof CommandError)
    return { errmsg: error.message, code: new Int32(error.code), codeName: error.codeName, ...error.extra };
  if (error instanceof UnsupportedValue)
    return { errmsg: error.message, code: new Int32(2), codeName: 'BadValue' };
  return {
    errmsg: error instanceof Error ? error.message : String(error),
    code: new Int32(1),
    codeName: 'InternalError',
  };
}

/** Every reply tells the logical time; one node has no other clock than its own. */
function clock(): Doc {
  const time = new Timestamp({ t: Math.floor(Date.now() / 1000), i: 1 });
  return {
    operationTime: time,
    $clusterTime: { clusterTime: time, signature: { hash: new Binary(Buffer.alloc(20)), keyId: Long.ZERO } },
  };
}
