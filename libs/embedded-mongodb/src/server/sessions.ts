import { documentAt, entries, field, TYPE, type Value } from '../bson/value.ts';
import { documentOf } from '../bson/write.ts';
import type { Command, Reply } from '../commands/command.ts';
import type { LmdbTables } from '../store/lmdb-tables.ts';
import { opened, sealed } from '../store/records.ts';
import { above, KIND, scan, type Tables } from '../store/tables.ts';
import type { Cursors } from './cursors.ts';
import { CommandError, typeMismatch } from './errors.ts';
import { Claims, Transaction } from './transactions.ts';

export const SESSION_MINUTES = 30;
export const TRANSACTION_MS = 60_000;

const ID = Buffer.from('id');
const NUMBER = Buffer.from('number');
const AT = Buffer.from('at');
const REPLY = Buffer.from('reply');
const COMMITTED = Buffer.from('committed');

/** What a session did last, on disk: a write repeated after a lost reply gets the reply of the first time. */
interface Kept {
  readonly number: bigint;
  readonly reply: Value;
  readonly isTransaction: boolean;
}

/** The session and number of a command that takes part in a transaction or may be repeated. */
export interface Turn {
  readonly session: string;
  readonly number: bigint;
}

const transient = (code: number, codeName: string, message: string) =>
  new CommandError(code, codeName, message, { errorLabels: ['TransientTransactionError'] });

export class Sessions {
  readonly claims = new Claims();
  readonly #tables: LmdbTables;
  readonly #cursors: Cursors;
  readonly #transactionMs: number;
  /** The last transaction of each session. */
  readonly #transactions = new Map<string, Transaction>();

  constructor(tables: LmdbTables, cursors: Cursors, transactionMs: number) {
    this.#tables = tables;
    this.#cursors = cursors;
    this.#transactionMs = transactionMs;
  }

  get openTransactions(): number {
    return [...this.#transactions.values()].filter(({ state }) => state === 'open').length;
  }

  /** Session and number of a command; undefined for one that has none. */
  turnOf(command: Command): Turn | undefined {
    const session = command.document('lsid');
    if (!command.get('txnNumber')) return undefined;
    if (!session)
      throw new CommandError(
        72,
        'InvalidOptions',
        'Transaction number requires a session ID to also be specified',
      );
    return { session: sessionKey(session), number: command.long('txnNumber') };
  }

  /** The open transaction that a command belongs to; begins it where the command says so. */
  transactionOf(command: Command, { session, number }: Turn): Transaction {
    const known = this.#transactions.get(session);
    const last = known ? known.number : (this.#kept(session)?.number ?? -1n);
    if (number < last) throw tooOld(number, session, last);
    if (command.flag('startTransaction')) {
      if (known?.state === 'open' && known.number === number)
        throw new CommandError(
          117,
          'ConflictingOperationInProgress',
          `Transaction ${number} is in progress already`,
        );
      if (number === last) throw this.#noSuch(number, last);
      if (known) this.#abort(known);
      const made = new Transaction(number, this.#tables, this.claims);
      this.#transactions.set(session, made);
      return made;
    }
    if (known?.number === number && known.state === 'open') return known;
    if (known?.number === number && known.state === 'committed')
      throw new CommandError(256, 'TransactionCommitted', `Transaction ${number} has been committed.`);
    throw this.#noSuch(number, last);
  }

  #noSuch(number: bigint, last: bigint): CommandError {
    return transient(
      251,
      'NoSuchTransaction',
      `Given transaction number ${number} does not match any in-progress transactions. The active transaction number is ${last}`,
    );
  }

  async commit({ session, number }: Turn): Promise<Reply> {
    const known = this.#transactions.get(session);
    if (known?.number !== number) {
      const kept = this.#kept(session);
      if (kept?.isTransaction && kept.number === number) return {};
      throw this.#noSuch(number, known?.number ?? kept?.number ?? -1n);
    }
    if (known.state === 'committed') return {};
    if (known.state === 'aborted')
      throw transient(
        251,
        'NoSuchTransaction',
        `Transaction with { txnNumber: ${number} } has been aborted.`,
      );
    known.state = 'committed';
    try {
      await this.#tables.commit(() => {
        known.applyTo(this.#tables);
        this.#keep({ session, number }, {}, true);
      });
    } finally {
      this.#end(known);
    }
    return {};
  }

  abort({ session, number }: Turn): Reply {
    const known = this.#transactions.get(session);
    if (known?.number !== number || known.state === 'aborted')
      throw this.#noSuch(number, known?.number ?? -1n);
    if (known.state === 'committed')
      throw new CommandError(256, 'TransactionCommitted', `Transaction ${number} has been committed.`);
    this.#abort(known);
    return {};
  }

  #abort(transaction: Transaction): void {
    if (transaction.state !== 'open') return;
    transaction.state = 'aborted';
    this.#end(transaction);
  }

  #end(transaction: Transaction): void {
    this.#cursors.killOwned(transaction);
    transaction.release();
  }

  /** An operation of a transaction has failed: the transaction has. */
  failed(transaction: Transaction): void {
    this.#abort(transaction);
  }

  /** The reply of a write that was made already. Error: the session has gone on since. */
  repeated({ session, number }: Turn): Reply | undefined {
    const kept = this.#kept(session);
    if (!kept || kept.number < number) return undefined;
    if (kept.number > number) throw tooOld(number, session, kept.number);
    if (kept.isTransaction)
      throw new CommandError(
        217,
        'IncompleteTransactionHistory',
        `cannot retry write: transaction ${number} was a multi-document transaction`,
      );
    return Object.fromEntries(entries(kept.reply));
  }

  /** Keeps a reply together with the write that it tells of. */
  keep(turn: Turn, reply: Reply, tables: Tables = this.#tables): void {
    this.#keep(turn, reply, false, tables);
  }

  #keep({ session, number }: Turn, reply: Reply, committed: boolean, tables: Tables = this.#tables): void {
    const key = replyKey(session);
    tables.put(key, sealed(key, documentOf({ number, at: new Date(), committed, reply })));
  }

  #kept(session: string): Kept | undefined {
    const key = replyKey(session);
    const record = this.#tables.get(key);
    if (!record) return undefined;
    const doc = documentAt(opened(key, record, 'the kept reply of a session'));
    return {
      number: (field(doc, NUMBER) as Value).raw.readBigInt64LE(0),
      reply: field(doc, REPLY) as Value,
      isTransaction: (field(doc, COMMITTED) as Value).raw[0] === 1,
    };
  }

  async endAll(sessions: readonly Value[]): Promise<Reply> {
    const keys = sessions.map(sessionKey);
    for (const session of keys) {
      const transaction = this.#transactions.get(session);
      if (transaction) this.#abort(transaction);
      this.#transactions.delete(session);
    }
    const kept = keys.map(replyKey).filter((key) => this.#tables.get(key) !== undefined);
    if (kept.length > 0)
      await this.#tables.commit(() => {
        for (const key of kept) this.#tables.remove(key);
      });
    return {};
  }

  /** Ends transactions that have been open for too long. */
  expireTransactions(): void {
    for (const [session, transaction] of this.#transactions) {
      const age = Date.now() - transaction.startedAt;
      if (age > this.#transactionMs) this.#abort(transaction);
      if (age > SESSION_MINUTES * 60_000) this.#transactions.delete(session);
    }
  }

  /** Forgets replies of sessions that are over. */
  async forgetOldReplies(): Promise<void> {
    const before = BigInt(Date.now() - SESSION_MINUTES * 60_000);
    const start = Buffer.from([KIND.reply]);
    const old: Buffer[] = [];
    for (const { key, value } of scan(this.#tables, start, above(start), false)) {
      const at = field(documentAt(opened(key, value, 'the kept reply of a session')), AT) as Value;
      if (at.raw.readBigInt64LE(0) < before) old.push(key);
    }
    if (old.length === 0) return;
    await this.#tables.commit(() => {
      for (const key of old) this.#tables.remove(key);
    });
  }

  close(): void {
    for (const transaction of this.#transactions.values()) this.#abort(transaction);
  }
}

function tooOld(number: bigint, session: string, last: bigint): CommandError {
  return new CommandError(
    225,
    'TransactionTooOld',
    `Cannot start transaction ${number} on session ${Buffer.from(session, 'latin1').toString('hex')} because a newer transaction ${last} has already started.`,
  );
}

function sessionKey(session: Value): string {
  const id = field(session, ID);
  if (id?.type !== TYPE.binary || id.end - id.start !== 21)
    throw typeMismatch("BSON field 'lsid.id' is the wrong type, expected type 'UUID'");
  return id.raw.toString('latin1', 5);
}

function replyKey(session: string): Buffer {
  return Buffer.concat([Buffer.from([KIND.reply]), Buffer.from(session, 'latin1')]);
}
