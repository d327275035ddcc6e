import type { MongoClient } from 'mongodb';
import { connectMongo } from './collections.ts';

export interface RenewedClientOptions {
  readonly uri: string;
  /** How long no server is known before a new client is taken, milliseconds; default 15,000. */
  readonly afterMs?: number;
  /** Told when a new client was taken, and of a former one that could not be closed. */
  readonly onRenewed?: (sentence: string, cause?: unknown) => void;
}

/** Three times the time after which a question gives up its search for the server. */
const AFTER_MS = 15_000;
/** Between the end of a client that could not connect and the next one: as the driver pauses between two looks. */
const PAUSE_MS = 500;

/**
 * A client of the store of documents for a process that lives long.
 *
 * Whatever keeps a client from its server ends with that client: when it has known no server for a while, a new one
 * takes its place. What the former one still has under way fails.
 *
 * A client of the driver (7.9.0) that could not connect the first time never connects: it keeps the closed topology of
 * that attempt. So a new one is connected at once, and when it finds no server the next one follows.
 */
export class RenewedClient {
  readonly #options: RenewedClientOptions;
  #current: MongoClient;
  #searching: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(options: RenewedClientOptions) {
    this.#options = options;
    this.#current = this.#watched();
  }

  /** Errors: no server is there at the beginning. */
  static async open(options: RenewedClientOptions): Promise<RenewedClient> {
    const own = new RenewedClient(options);
    try {
      await own.#current.connect();
      return own;
    } catch (error) {
      await own.close();
      throw error;
    }
  }

  /** The client of now; take it anew for each piece of work. */
  get current(): MongoClient {
    return this.#current;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#searching);
    await this.#current.close();
  }

  #watched(): MongoClient {
    const client = connectMongo(this.#options.uri);
    client.on('topologyDescriptionChanged', ({ newDescription: { servers } }) => {
      if (client !== this.#current || this.#closed) return;
      if ([...servers.values()].some(({ type }) => type !== 'Unknown')) {
        clearTimeout(this.#searching);
        this.#searching = undefined;
      } else this.#searching ??= setTimeout(() => this.#renew(), this.#options.afterMs ?? AFTER_MS).unref();
    });
    return client;
  }

  #renew(): void {
    const { onRenewed, afterMs = AFTER_MS } = this.#options;
    onRenewed?.(`No server of MongoDB has been found for ${afterMs} ms; a new client is taken.`);
    this.#replace();
  }

  #replace(): void {
    const former = this.#current;
    clearTimeout(this.#searching);
    this.#searching = undefined;
    const client = this.#watched();
    this.#current = client;
    const { onRenewed } = this.#options;
    former.close().catch((cause: unknown) => onRenewed?.('The former client could not be closed.', cause));
    client.connect().catch((cause: unknown) => {
      if (client !== this.#current || this.#closed) return;
      onRenewed?.('The new client found no server either; another one follows.', cause);
      clearTimeout(this.#searching);
      this.#searching = setTimeout(() => this.#replace(), PAUSE_MS).unref();
    });
  }
}
