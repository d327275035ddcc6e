import { join } from 'node:path';
import { Child, type Ended } from './child.ts';

/** Built files lie beside the built storms; the specs run from the sources. */
const ROOT = join(import.meta.dirname, '..', '..', '..');
const STORES = ROOT.endsWith('dist')
  ? join(ROOT, 'apps', 'stores', 'src', 'main.js')
  : join(ROOT, 'dist', 'apps', 'stores', 'src', 'main.js');

/** The embedded event store as the process that it is in the product. */
export class EventStoreProcess {
  readonly uri: string;
  readonly ended: Promise<Ended>;
  readonly #child: Child;

  private constructor(child: Child, uri: string) {
    this.#child = child;
    this.uri = uri;
    this.ended = child.ended;
  }

  /** Errors: it ended before it was ready. */
  static async start(order: {
    readonly directory: string;
    readonly log: string;
    readonly port?: number;
    readonly crashAt?: string;
  }): Promise<EventStoreProcess> {
    const child = new Child({
      name: 'stores',
      file: STORES,
      args: [
        ...['--data', order.directory, '--only', 'eventstore'],
        ...(order.port ? ['--eventstore-port', String(order.port)] : []),
      ],
      env: order.crashAt ? { CRASH_AT: order.crashAt } : {},
      log: order.log,
    });
    const ready = await child.ready();
    const uri = ready?.['eventStoreUri'];
    if (typeof uri !== 'string') throw new Error(`the event store ended before it was ready: ${order.log}`);
    return new EventStoreProcess(child, uri);
  }

  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Ended> {
    return this.#child.end(signal);
  }
}
