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

/**
 * A client of the store of documents for a process that lives long.
 *
 * Whatever keeps a client from its server ends with that client: when it has known no server for a while, a new one
 * takes its place, which connects with the next question. What the former one still has under way fails.
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
    const former = this.#current;
    this.#searching = undefined;
    this.#current = this.#watched();
    const { onRenewed, afterMs = AFTER_MS } = this.#options;
    onRenewed?.(`No server of MongoDB has been found for ${afterMs} ms; a new client is taken.`);
    former.close().catch((cause: unknown) => onRenewed?.('The former client could not be closed.', cause));
  }
}
