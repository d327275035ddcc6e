import { Child, type Ended, STORES } from './child.ts';

export interface MongoDbOrder {
  readonly directory: string;
  readonly log: string;
  readonly crashAt?: string;
}

/** The embedded store of documents as the process that it is in the product. */
export class MongoDbProcess {
  readonly uri: string;
  readonly ended: Promise<Ended>;
  readonly #child: Child;

  private constructor(child: Child, uri: string) {
    this.#child = child;
    this.uri = uri;
    this.ended = child.ended;
  }

  /** Errors: it ended before it was ready. */
  static async start({ directory, log, crashAt }: MongoDbOrder): Promise<MongoDbProcess> {
    const child = new Child({
      name: 'stores',
      file: STORES,
      args: ['--data', directory, '--only', 'mongodb'],
      env: crashAt ? { CRASH_AT: crashAt } : {},
      log,
    });
    const uri = (await child.ready())?.['mongoUri'];
    if (typeof uri !== 'string') throw new Error(`the store of documents ended before it was ready: ${log}`);
    return new MongoDbProcess(child, uri);
  }

  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Ended> {
    return this.#child.end(signal);
  }
}
