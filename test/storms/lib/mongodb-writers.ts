import { type ClientSession, type Db, type Document, Long, MongoClient, MongoServerError } from 'mongodb';
import type { Random } from './random.ts';

export const DATABASE = 'storm';
/** Documents that one update raises. */
export const BULK = 12;
/** Entries of transfers that stay; older ones are deleted by the transfer that makes a new one. */
export const ENTRIES_KEPT = 3;

export type Kind = 'bulk' | 'transfer' | 'count';
const KINDS: readonly Kind[] = ['bulk', 'bulk', 'transfer', 'transfer', 'count'];

/** Turns of one kind that a writer has made: all up to `sure` were acknowledged, `possible` is one more where nobody knows. */
export interface Turns {
  sure: number;
  possible: number;
}

/** What nobody answered, with what it takes to repeat it. */
export interface OpenTurn {
  readonly writer: WriterState;
  readonly kind: Kind;
  readonly turn: number;
  readonly sessionId: unknown;
  readonly number: number;
  /** Of a transfer: whether its commit had been sent. */
  commitSent: boolean;
}

export class WriterState {
  readonly name: string;
  readonly turns: Readonly<Record<Kind, Turns>> = {
    bulk: { sure: 0, possible: 0 },
    transfer: { sure: 0, possible: 0 },
    count: { sure: 0, possible: 0 },
  };

  constructor(name: string) {
    this.name = name;
  }
}

/** The key that an index has for the i-th document of a writer after a turn: it moves with every turn. */
export const keyOf = (turn: number, i: number) => (turn * 31 + i * 7) % 97;

/** Raises all documents of a writer by one, in two fields, an array and an indexed key: they have to agree. */
function bulk(writer: string, turn: number): Document {
  return {
    update: 'documents',
    ordered: false,
    updates: Array.from({ length: BULK }, (_, i) => ({
      q: { _id: `${writer}/${i}` },
      u: { $set: { writer, turn, k: keyOf(turn, i) }, $inc: { n: 1 }, $push: { g: turn } },
      upsert: true,
    })),
  };
}

/** Moves one from an account to another, makes an entry of it and deletes an old one: in two collections, together or not at all. */
function transfer(writer: string, turn: number): readonly Document[] {
  const account = (side: string, n: number) => ({
    q: { _id: `${writer}/${side}` },
    u: { $set: { writer, turn }, $inc: { n } },
    upsert: true,
  });
  return [
    { update: 'accounts', updates: [account('from', -1), account('to', 1)] },
    { insert: 'entries', documents: [{ _id: `${writer}/${turn}`, writer, turn }] },
    { delete: 'entries', deletes: [{ q: { _id: `${writer}/${turn - ENTRIES_KEPT}` }, limit: 1 }] },
  ];
}

/** One document that all writers of a round raise. */
function count(round: string): Document {
  return { update: 'counters', updates: [{ q: { _id: round }, u: { $inc: { n: 1 } }, upsert: true }] };
}

const WRITTEN = { writeConcern: { w: 'majority', j: true } };

/** Writers at work without a pause until the store is gone, each in a session of its own. */
export class MongoDbWriters {
  readonly round: string;
  readonly writers: readonly WriterState[];
  readonly open = new Set<OpenTurn>();
  acknowledgedCount = 0;
  readonly #random: Random;

  constructor(random: Random, round: string, count_: number) {
    this.#random = random;
    this.round = round;
    this.writers = Array.from({ length: count_ }, (_, n) => new WriterState(`${round}-${n}`));
  }

  /** Writes until each writer has lost its connection. Errors: whatever else goes wrong. */
  async run(uri: string, ended: Promise<unknown>): Promise<void> {
    const client = new MongoClient(uri, { retryWrites: false, maxPoolSize: this.writers.length });
    // Whoever waits for a server would wait in vain.
    void ended.then(() => client.close(true));
    await Promise.all(this.writers.map((writer) => this.#write(client, writer)));
    await client.close(true);
  }

  async #write(client: MongoClient, writer: WriterState): Promise<void> {
    try {
      const session = client.startSession();
      for (let number = 1; ; number++) {
        const kind = this.#random.pick(KINDS);
        const turns = writer.turns[kind];
        const turn = ++turns.possible;
        const open: OpenTurn = { writer, kind, turn, sessionId: session.id, number, commitSent: false };
        this.open.add(open);
        await this.#make(client, session, open, number);
        turns.sure = turn;
        this.open.delete(open);
        this.acknowledgedCount++;
      }
    } catch (error) {
      // Killed: the outcome is unknown until it is repeated. What fails while it is written comes as the socket has it.
      const { name, code } = error as NodeJS.ErrnoException;
      const lost = /^Mongo/.test(name) && !(error instanceof MongoServerError);
      if (!lost && !/^(EPIPE|ECONNRESET)$/.test(code ?? '')) throw error;
    }
  }

  /** Repeats what was not answered, with its numbers: now it has to be made, once. */
  async repeat(uri: string): Promise<void> {
    const client = await new MongoClient(uri).connect();
    try {
      for (const open of this.open) {
        const session = client.startSession();
        ofServer(session).id = open.sessionId;
        if (open.kind !== 'transfer') await this.#make(client, session, open, open.number);
        else if (!open.commitSent || !(await committed(client, session, open.number)))
          await this.#make(client, session, open, open.number + 1);
        open.writer.turns[open.kind].sure = open.turn;
        this.open.delete(open);
      }
    } finally {
      // Without ending the sessions: their numbers were used by hand.
      await client.close(true);
    }
  }

  async #make(client: MongoClient, session: ClientSession, open: OpenTurn, number: number): Promise<void> {
    const { writer, kind, turn } = open;
    const database = client.db(DATABASE);
    const txnNumber = Long.fromNumber(number);
    if (kind !== 'transfer') {
      const command = kind === 'bulk' ? bulk(writer.name, turn) : count(this.round);
      whole(await database.command({ ...command, txnNumber, ...WRITTEN }, { session }));
      return;
    }
    await inTransaction(database, session, txnNumber, transfer(writer.name, turn));
    open.commitSent = true;
    await commit(client, session, txnNumber);
  }
}

async function inTransaction(
  database: Db,
  session: ClientSession,
  txnNumber: Long,
  commands: readonly Document[],
): Promise<void> {
  for (const [n, command] of commands.entries()) {
    const first = n === 0 ? { startTransaction: true } : {};
    whole(await database.command({ ...command, txnNumber, autocommit: false, ...first }, { session }));
  }
}

/** The driver's own part of a session; numbers are counted by hand here, so that they can be used again. */
function ofServer(session: ClientSession): { id: unknown; txnNumber: number } {
  return (session as unknown as { serverSession: { id: unknown; txnNumber: number } }).serverSession;
}

function commit(client: MongoClient, session: ClientSession, txnNumber: Long): Promise<Document> {
  // Whatever number a commit is given, the driver writes that of the session into it.
  ofServer(session).txnNumber = txnNumber.toNumber();
  const command = { commitTransaction: 1, txnNumber, autocommit: false, ...WRITTEN };
  return client.db('admin').command(command, { session });
}

const NO_SUCH_TRANSACTION = 251;

/** Whether a transaction whose commit was not answered had been committed. */
async function committed(client: MongoClient, session: ClientSession, number: number): Promise<boolean> {
  try {
    await commit(client, session, Long.fromNumber(number));
    return true;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === NO_SUCH_TRANSACTION) return false;
    throw error;
  }
}

/** Errors of single statements do not make the command fail. */
function whole(reply: Document): void {
  if (reply['writeErrors'] || reply['writeConcernError'])
    throw new Error(`a write was answered with ${JSON.stringify(reply)}`);
}
