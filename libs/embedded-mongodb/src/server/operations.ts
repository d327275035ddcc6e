import { TYPE } from '../bson/value.ts';
import type { Command } from '../commands/command.ts';

/** A command that the store has run for somebody, when it is over. Nothing in it tells what documents say. */
export interface CommandDone {
  /** Its name as MongoDB has it; `unknown` for one that is not in the closed subset. */
  readonly operation: string;
  /** `<database>.<collection>`, where it is about one. */
  readonly namespace?: string;
  /** From its arrival to its reply. */
  readonly ms: number;
}

/** Told of every command; has to be quick, and must not throw. */
export type ObserveCommand = (done: CommandDone) => void;

/** A command on its way. */
export interface Running {
  /** Number of the command since the start. */
  readonly id: number;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly connection: number;
  /** `performance.now()`. */
  readonly began: number;
}

export interface CommandCount {
  total: number;
  failed: number;
}

/** What is on its way, and how often each command came. */
export class Operations {
  readonly #known: (name: string) => string | undefined;
  readonly #observe: ObserveCommand | undefined;
  readonly #running = new Set<Running>();
  readonly #counts = new Map<string, CommandCount>();
  #last = 0;

  /** `known` gives a command's own name, or undefined where it is not in the closed subset: names are kept, and a client can make up many. */
  constructor(known: (name: string) => string | undefined, observe: ObserveCommand | undefined) {
    this.#known = known;
    this.#observe = observe;
  }

  get running(): Iterable<Running> {
    return this.#running;
  }

  get counts(): ReadonlyMap<string, Readonly<CommandCount>> {
    return this.#counts;
  }

  /** Commands so far. */
  get total(): number {
    return this.#last;
  }

  async run<T>(command: Command, connection: number, work: () => Promise<T>): Promise<T> {
    const name = this.#known(command.name) ?? 'unknown';
    const namespace = namespaceOf(command);
    const running = { id: ++this.#last, name, namespace, connection, began: performance.now() };
    this.#running.add(running);
    const count = this.#counts.get(name) ?? { total: 0, failed: 0 };
    this.#counts.set(name, count);
    count.total++;
    try {
      return await work();
    } catch (error) {
      count.failed++;
      throw error;
    } finally {
      this.#running.delete(running);
      const ms = performance.now() - running.began;
      this.#observe?.(namespace === undefined ? { operation: name, ms } : { operation: name, namespace, ms });
    }
  }
}

/** Where a command names a collection: as the value of its own field, `getMore` in one of its options. */
function namespaceOf({ fields, name }: Command): string | undefined {
  const database = fields.get('$db');
  const collection = fields.get(name === 'getMore' ? 'collection' : name);
  return database?.type === TYPE.string && collection?.type === TYPE.string
    ? `${database.text}.${collection.text}`
    : undefined;
}

/** What commands about the server itself can ask of it. */
export interface ServerFigures {
  readonly operations: Operations;
  readonly connections: { readonly current: number; readonly totalCreated: number };
  /** The documents and indexes of all databases on disk. */
  readonly fileBytes: number;
}
