import { chmodSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { lockDirectory } from '#directory-lock';
import { Commands, knownName } from '../commands/commands.ts';
import { Catalogue } from '../store/catalogue.ts';
import { LmdbTables } from '../store/lmdb-tables.ts';
import { Connection } from './connection.ts';
import { CURSOR_IDLE_MS, Cursors } from './cursors.ts';
import { type ObserveCommand, Operations, type ServerFigures } from './operations.ts';
import { Sessions, TRANSACTION_MS } from './sessions.ts';

export interface EmbeddedMongoDbOptions {
  /** Where the documents lie; made when it is not there, readable by its owner only. */
  readonly directory: string;
  /** 0 or absent: a free one on 127.0.0.1. */
  readonly port?: number;
  /** A unix socket (mode 0700) instead of a port. */
  readonly socketPath?: string;
  /** After how long a cursor that nobody asks is closed; ten minutes when absent. */
  readonly cursorIdleMs?: number;
  /** After how long an open transaction is aborted; one minute when absent. */
  readonly transactionMs?: number;
  /** Told of each command when it is over. */
  readonly observe?: ObserveCommand;
}

/** How much a store holds, and what it is doing. */
export interface MongoDbStats {
  readonly collections: number;
  /** Documents and indexes on disk. */
  readonly fileBytes: number;
  readonly connections: number;
  readonly cursors: number;
  readonly transactions: number;
  /** Since the start. */
  readonly commands: number;
}

export interface EmbeddedMongoDb {
  readonly uri: string;
  /** Resolves when a write failed and the store has stopped taking any more. */
  readonly failed: Promise<Error>;
  stats(): MongoDbStats;
  /** Why it cannot be used: it has stopped, or its file cannot be read; undefined when all is well. */
  ailment(): string | undefined;
  close(): Promise<void>;
}

const SWEEP_MS = 1_000;
const REPLIES_SWEEP_MS = 5 * 60_000;

/**
 * Starts a server that speaks MongoDB's wire protocol for the closed subset, on loopback or a unix socket.
 * Errors: the directory is in use, of another format, or damaged; the port is taken.
 */
export async function startEmbeddedMongoDb(options: EmbeddedMongoDbOptions): Promise<EmbeddedMongoDb> {
  const unlock = lockDirectory(options.directory);
  let service: Service | undefined;
  try {
    service = new Service(options);
    await service.listen(options);
  } catch (error) {
    await service?.close();
    unlock();
    throw error;
  }
  const running = service;
  let closing: Promise<void> | undefined;
  const { address } = running;
  return {
    uri: `mongodb://${options.socketPath ? encodeURIComponent(address) : address}/?directConnection=true`,
    failed: running.failed,
    stats: () => running.stats(),
    ailment: () => running.ailment(),
    close: () => {
      closing ??= running.close().then(unlock);
      return closing;
    },
  };
}

class Service implements ServerFigures {
  readonly #tables: LmdbTables;
  readonly #cursors: Cursors;
  readonly #sessions: Sessions;
  readonly #commands: Commands;
  readonly operations: Operations;
  readonly #connections = new Set<Connection>();
  readonly #timers: NodeJS.Timeout[];
  readonly #server: Server;
  #connected = 0;
  address = '';

  constructor({ directory, cursorIdleMs, transactionMs, observe }: EmbeddedMongoDbOptions) {
    this.operations = new Operations(knownName, observe);
    this.#tables = new LmdbTables(directory);
    this.#cursors = new Cursors(cursorIdleMs ?? CURSOR_IDLE_MS);
    this.#sessions = new Sessions(this.#tables, this.#cursors, transactionMs ?? TRANSACTION_MS);
    this.#commands = new Commands(this.#tables, this.#cursors, this.#sessions, this);
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#timers = [
      setInterval(() => this.#sweep(), Math.min(SWEEP_MS, cursorIdleMs ?? SWEEP_MS)).unref(),
      setInterval(() => this.#forgetReplies(), REPLIES_SWEEP_MS).unref(),
    ];
  }

  get failed(): Promise<Error> {
    return this.#tables.failed;
  }

  stats() {
    return {
      collections: new Catalogue(this.#tables).namespaces().length,
      fileBytes: this.fileBytes,
      connections: this.#connections.size,
      cursors: this.#cursors.count,
      transactions: this.#sessions.openTransactions,
      commands: this.operations.total,
    };
  }

  get connections(): ServerFigures['connections'] {
    return { current: this.#connections.size, totalCreated: this.#connected };
  }

  get fileBytes(): number {
    return this.#tables.fileBytes;
  }

  ailment(): string | undefined {
    return this.#tables.ailment();
  }

  #sweep(): void {
    this.#cursors.closeIdle();
    this.#sessions.expireTransactions();
  }

  /** A failed write has stopped the store already, and told why. */
  #forgetReplies(): void {
    this.#sessions.forgetOldReplies().catch(() => undefined);
  }

  #accept(socket: Socket): void {
    const id = ++this.#connected;
    const connection = new Connection(socket, {
      id,
      address: () => this.address,
      run: (command) => this.operations.run(command, id, () => this.#commands.run(command)),
    });
    this.#connections.add(connection);
    void connection.ended.then(() => this.#connections.delete(connection));
  }

  listen({ port = 0, socketPath }: EmbeddedMongoDbOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      if (socketPath === undefined) {
        this.#server.listen(port, '127.0.0.1', () => {
          this.address = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
          resolve();
        });
        return;
      }
      // A socket left by a process that was killed; the directory's lock says that nobody uses it.
      rmSync(socketPath, { force: true });
      const before = process.umask(0o077);
      this.#server.listen(socketPath, () => {
        process.umask(before);
        chmodSync(socketPath, 0o700);
        this.address = socketPath;
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const connection of this.#connections) connection.close();
    await Promise.all([...this.#connections].map(({ ended }) => ended));
    await closed;
    this.#cursors.close();
    this.#sessions.close();
    await this.#tables.close();
  }
}
