import type { Cursors } from '../server/cursors.ts';
import { CommandError, commandNotFound } from '../server/errors.ts';
import type { ServerFigures } from '../server/operations.ts';
import type { Sessions, Turn } from '../server/sessions.ts';
import { row } from '../server/table.ts';
import { Blocked, GuardedChanges, type Transaction } from '../server/transactions.ts';
import type { LmdbTables } from '../store/lmdb-tables.ts';
import type { Tables } from '../store/tables.ts';
import { View } from '../store/view.ts';
import { COLLECTIONS } from './collections.ts';
import type { Command, Reply } from './command.ts';
import { DIAGNOSTICS } from './diagnostics.ts';
import { checkOptions } from './options.ts';
import { READS } from './read.ts';
import type { Row } from './row.ts';
import { SERVICES } from './service.ts';
import { WRITES } from './write.ts';

/** The closed subset. What ends a transaction and `hello` have no row: they are about the connection between commands. */
export const COMMANDS: Readonly<Record<string, Row>> = {
  ...WRITES,
  ...READS,
  ...COLLECTIONS,
  ...DIAGNOSTICS,
  ...SERVICES,
};

/** Other names that MongoDB has for the same command. */
const ALIASES: Readonly<Record<string, string>> = { findandmodify: 'findAndModify', buildinfo: 'buildInfo' };

export const ENDS = ['commitTransaction', 'abortTransaction'];

/** A command's own name; undefined for one that is not in the closed subset. */
export function knownName(name: string): string | undefined {
  const own = row(ALIASES, name) ?? name;
  return row(COMMANDS, own) || ENDS.includes(own) ? own : undefined;
}

/** Runs commands on a store. */
export class Commands {
  readonly #tables: LmdbTables;
  readonly #cursors: Cursors;
  readonly #sessions: Sessions;
  readonly #server: ServerFigures;

  constructor(tables: LmdbTables, cursors: Cursors, sessions: Sessions, server: ServerFigures) {
    this.#tables = tables;
    this.#cursors = cursors;
    this.#sessions = sessions;
    this.#server = server;
  }

  async run(command: Command): Promise<Reply> {
    const turn = this.#sessions.turnOf(command);
    const transactional = command.get('autocommit') !== undefined;
    if (transactional && (command.flag('autocommit') || !turn))
      throw new CommandError(72, 'InvalidOptions', 'autocommit is false, and only with a transaction number');
    if (ENDS.includes(command.name)) return this.#end(command, transactional ? turn : undefined);
    const known = row(COMMANDS, row(ALIASES, command.name) ?? command.name);
    if (!known) throw commandNotFound(command.name);
    if (transactional && turn) return this.#inTransaction(command, known, turn);
    if (command.flag('startTransaction'))
      throw new CommandError(
        72,
        'InvalidOptions',
        "'autocommit' field must be present with 'startTransaction'",
      );
    checkOptions(command, known);
    if (known.kind === 'write' || known.kind === 'change') return this.#plain(command, known, turn);
    return known.run(this.#call(command, new View(this.#tables), undefined));
  }

  #call(command: Command, view: View, transaction: Transaction | undefined) {
    return {
      command,
      view,
      cursors: this.#cursors,
      sessions: this.#sessions,
      transaction,
      server: this.#server,
    };
  }

  #end(command: Command, turn: Turn | undefined): Promise<Reply> | Reply {
    if (!turn)
      throw new CommandError(125, 'CommandFailed', `${command.name} must be run within a transaction`);
    return command.name === 'commitTransaction' ? this.#sessions.commit(turn) : this.#sessions.abort(turn);
  }

  /** A write outside of transactions. Repeated with the same number of its session it gets the reply of the first time. */
  async #plain(command: Command, { run }: Row, turn: Turn | undefined): Promise<Reply> {
    for (;;) {
      try {
        return await this.#tables.commit(() => {
          const earlier = turn && this.#sessions.repeated(turn);
          if (earlier) return earlier;
          const write = (tables: Tables) => {
            const reply = run(this.#call(command, new View(tables), undefined)) as Reply;
            if (turn) this.#sessions.keep(turn, reply, tables);
            return reply;
          };
          if (this.#sessions.claims.size === 0) return write(this.#tables);
          const changes = new GuardedChanges(this.#tables, this.#sessions.claims);
          const reply = write(changes);
          changes.applyTo(this.#tables);
          return reply;
        });
      } catch (error) {
        if (!(error instanceof Blocked)) throw error;
        await error.by.ended;
      }
    }
  }

  async #inTransaction(command: Command, known: Row, turn: Turn): Promise<Reply> {
    const transaction = this.#sessions.transactionOf(command, turn);
    try {
      if (!known.inTransaction)
        throw new CommandError(
          263,
          'OperationNotSupportedInTransaction',
          `Cannot run '${command.name}' in a multi-document transaction.`,
        );
      checkOptions(command, known);
      const work = () => known.run(this.#call(command, new View(transaction, this.#tables), transaction));
      // Inside the store's own transaction, what others have written and not yet flushed is seen as well.
      const reply = await (known.kind === 'write' || known.kind === 'change'
        ? this.#tables.commit(() => {
            if (transaction.state !== 'open')
              throw new CommandError(251, 'NoSuchTransaction', 'The transaction has been aborted.');
            return work() as Reply;
          })
        : work());
      if (reply['writeErrors']) this.#sessions.failed(transaction);
      return reply;
    } catch (error) {
      this.#sessions.failed(transaction);
      throw labelled(error);
    }
  }
}

/** Errors after which the whole transaction may be tried again carry the driver's label for it. */
const TRANSIENT = [112, 246, 251];

function labelled(error: unknown): unknown {
  if (!(error instanceof CommandError) || !TRANSIENT.includes(error.code)) return error;
  return new CommandError(error.code, error.codeName, error.message, {
    ...error.extra,
    errorLabels: ['TransientTransactionError'],
  });
}
