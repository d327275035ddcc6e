import { Long, MongoClient } from 'mongodb';
import type { Random } from './random.ts';

const DATABASE = 'storm';
const DOCUMENTS = 10;

/** A command of a writer; every turn raises all of its documents by one. */
export interface Turn {
  readonly writer: number;
  readonly turn: number;
  /** The number of the message that carried it: the reply names it. */
  readonly request: number;
  acknowledged: boolean;
}

/**
 * Writers of documents, each with documents of its own and one command at a time, until the server is gone: the number of the
 * turn is in an index, in a counter and at the end of a list, so that half of a command shows.
 */
export class DocumentsWriters {
  readonly turns: Turn[] = [];
  readonly #count: number;
  readonly #random: Random;

  constructor(random: Random, count: number) {
    this.#random = random;
    this.#count = count;
  }

  get acknowledged(): readonly Turn[] {
    return this.turns.filter(({ acknowledged }) => acknowledged);
  }

  /** Writes until each writer has met its first error. */
  async run(uri: string): Promise<void> {
    if (!(await hasIndex(uri))) return;
    await Promise.all(Array.from({ length: this.#count }, (_, writer) => this.#write(uri, writer)));
  }

  async #write(uri: string, writer: number): Promise<void> {
    const client = await connected(uri);
    const sent: number[] = [];
    client.on('commandStarted', ({ commandName, requestId }) => {
      if (commandName === 'update') sent.push(requestId);
    });
    try {
      const session = client.startSession();
      for (let turn = 1; ; turn++) {
        const answer = client.db(DATABASE).command(this.#command(writer, turn), { session });
        // Known before the command can be answered: the listener runs when the message is written.
        answer.catch(() => undefined);
        while (sent.length < turn) await Promise.race([nextTurn(), answer]);
        const known: Turn = { writer, turn, request: sent[turn - 1] as number, acknowledged: false };
        this.turns.push(known);
        await answer;
        known.acknowledged = true;
      }
    } catch {
      // The store is gone: the outcome of the last turn is unknown.
    } finally {
      await client.close(true);
    }
  }

  #command(writer: number, turn: number) {
    const padding = 'x'.repeat(this.#random.below(300));
    const raised = Array.from({ length: DOCUMENTS }, (_, i) => ({
      q: { _id: `${writer}/${i}` },
      u: { $set: { turn, padding }, $inc: { n: 1 }, $push: { list: { $each: [turn], $slice: -20 } } },
      upsert: true,
    }));
    // It stays, so that the file grows.
    const left = {
      q: { _id: leftBy(writer, turn) },
      u: { $set: { turn, padding: 'y'.repeat(1_000) } },
      upsert: true,
    };
    return {
      update: 'documents',
      ordered: false,
      updates: [...raised, left],
      txnNumber: Long.fromNumber(turn),
      writeConcern: { w: 'majority', j: true },
    };
  }
}

function leftBy(writer: number, turn: number): string {
  return `${writer}/turn ${turn}`;
}

async function hasIndex(uri: string): Promise<boolean> {
  const client = await connected(uri);
  try {
    await client.db(DATABASE).collection('documents').createIndex({ turn: 1 });
    return true;
  } catch {
    // The store is gone already.
    return false;
  } finally {
    await client.close(true);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function connected(uri: string): Promise<MongoClient> {
  return new MongoClient(uri, {
    retryWrites: false,
    retryReads: false,
    serverSelectionTimeoutMS: 5_000,
    maxPoolSize: 1,
    monitorCommands: true,
  }).connect();
}

/**
 * Whether recovered documents are what they may be: every turn that `isAcknowledged` says is there, none that nobody sent, no
 * half of a command, and the index in agreement with the documents. The violations, as sentences.
 */
export async function auditDocuments(
  uri: string,
  turns: readonly Turn[],
  isAcknowledged: (turn: Turn) => boolean,
): Promise<readonly string[]> {
  const client = await connected(uri);
  try {
    const wrong: string[] = [];
    const collection = client
      .db(DATABASE)
      .collection<{ _id: string; turn: number; n: number; list: number[] }>('documents');
    const found = await collection.find().sort({ _id: 1 }).toArray();
    const byWriter = new Map<number, typeof found>();
    for (const document of found) {
      const writer = Number(document._id.split('/')[0]);
      byWriter.set(writer, [...(byWriter.get(writer) ?? []), document]);
    }
    const writers = new Set([...byWriter.keys(), ...turns.map(({ writer }) => writer)]);
    for (const writer of writers) {
      const own = turns.filter((turn) => turn.writer === writer);
      const sure = own.filter(isAcknowledged).at(-1)?.turn ?? 0;
      const possible = own.at(-1)?.turn ?? 0;
      const all = byWriter.get(writer) ?? [];
      const documents = all.filter(({ n }) => n !== undefined);
      if (documents.length !== 0 && documents.length !== DOCUMENTS)
        wrong.push(`writer ${writer}: ${documents.length} of ${DOCUMENTS} documents`);
      const there = documents[0]?.turn ?? 0;
      if (there < sure) wrong.push(`writer ${writer}: turn ${sure} was acknowledged, ${there} is there`);
      if (there > possible) wrong.push(`writer ${writer}: turn ${there} was never sent`);
      const left = new Set(all.filter(({ n }) => n === undefined).map(({ _id }) => _id));
      for (let turn = 1; turn <= there; turn++)
        if (!left.delete(leftBy(writer, turn)))
          wrong.push(`writer ${writer}: turn ${turn} left nothing behind`);
      for (const id of left) wrong.push(`${id} is there without its turn`);
      for (const { _id, turn, n, list } of documents)
        if (turn !== there || n !== turn || list.at(-1) !== turn || list.length !== Math.min(20, turn))
          wrong.push(
            `${_id}: half of a command: turn ${turn} of ${there}, counter ${n}, list to ${list.at(-1)}`,
          );
    }
    if (found.length > 0) {
      const byIndex = await collection.find().sort({ turn: 1, _id: 1 }).hint({ turn: 1 }).toArray();
      const plain = (each: typeof found) =>
        each
          .map(({ _id, turn }) => `${_id} ${turn}`)
          .sort()
          .join();
      if (plain(byIndex) !== plain(found)) wrong.push('the index and the documents do not agree');
    }
    return wrong;
  } finally {
    await client.close(true);
  }
}
