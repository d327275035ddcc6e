import { Child, type Ended, STORES } from './child.ts';

export interface EventStoreOrder {
  readonly directory: string;
  readonly log: string;
  readonly port?: number;
  readonly crashAt?: string;
}

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
  static async start(order: EventStoreOrder): Promise<EventStoreProcess> {
    const child = childOf(order);
    const ready = await child.ready();
    const uri = ready?.['eventStoreUri'];
    if (typeof uri !== 'string') throw new Error(`the event store ended before it was ready: ${order.log}`);
    return new EventStoreProcess(child, uri);
  }

  /** Starts it and kills it so soon that it may still be opening its log; whether it was. */
  static async killedWhileOpening(order: EventStoreOrder, afterMs: number): Promise<boolean> {
    const child = childOf(order);
    let open = false;
    void child.ready().then((ready) => {
      open = ready !== undefined;
    });
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const killedOpening = !open;
    await child.end('SIGKILL');
    return killedOpening;
  }

  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Ended> {
    return this.#child.end(signal);
  }
}

function childOf({ directory, log, port, crashAt }: EventStoreOrder): Child {
  return new Child({
    name: 'stores',
    file: STORES,
    args: [
      ...['--data', directory, '--only', 'eventstore'],
      ...(port ? ['--eventstore-port', String(port)] : []),
    ],
    env: crashAt ? { CRASH_AT: crashAt } : {},
    log,
  });
}
