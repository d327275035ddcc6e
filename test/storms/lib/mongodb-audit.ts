import { type Collection, type Document, MongoClient } from 'mongodb';
import {
  BULK,
  DATABASE,
  ENTRIES_KEPT,
  keyOf,
  type MongoDbWriters,
  type OpenTurn,
  type WriterState,
} from './mongodb-writers.ts';
import type { Random } from './random.ts';

/** Indexes of the storm's collections; the ranges that have all their documents in them. */
const INDEXES = [
  { collection: 'documents', key: { k: 1 }, all: { k: { $gte: 0 } } },
  { collection: 'documents', key: { writer: 1, turn: -1 }, all: { writer: { $gte: '' } } },
  { collection: 'accounts', key: { n: -1 }, all: { n: { $gte: -1e9 } } },
  { collection: 'entries', key: { writer: 1, turn: 1 }, unique: true, all: { writer: { $gte: '' } } },
] as const;
const LOOK_UPS = 12;

export async function createCollections(uri: string): Promise<void> {
  const client = await new MongoClient(uri).connect();
  try {
    await client.db(DATABASE).createCollection('counters');
    for (const { collection, key, ...options } of INDEXES)
      await client
        .db(DATABASE)
        .collection(collection)
        .createIndex(key, 'unique' in options ? { unique: true } : {});
  } finally {
    await client.close();
  }
}

export interface Audited {
  /** The violations, as sentences. */
  readonly wrong: readonly string[];
  /** Turns that nobody was told about and that were made. */
  readonly keptUnanswered: number;
  /** Documents compared between an index and a scan. */
  readonly compared: number;
}

/**
 * Whether a recovered store has what it may have: all that was acknowledged, nothing that was not asked for, of an unknown turn
 * all or nothing, and by every index the documents of a scan.
 */
export async function audit(
  uri: string,
  rounds: readonly MongoDbWriters[],
  random: Random,
): Promise<Audited> {
  const client = await new MongoClient(uri).connect();
  try {
    const database = client.db(DATABASE);
    const scans = new Map<string, Document[]>();
    for (const name of ['documents', 'accounts', 'entries', 'counters'])
      scans.set(name, await scanOf(database.collection(name)));
    const scan = (name: string) => scans.get(name) as Document[];
    const wrong = [
      ...foreign(rounds, scan),
      ...rounds.flatMap((round) => counterWrong(round, scan('counters'))),
    ];
    const [documents, accounts, entries] = ['documents', 'accounts', 'entries'].map((name) =>
      byWriter(scan(name)),
    ) as [Groups, Groups, Groups];
    const made = new Map<WriterState, ReadonlySet<string>>();
    for (const { writers, open } of rounds)
      for (const writer of writers) {
        const own = [...open].find((turn) => turn.writer === writer);
        const there = new Set<string>();
        wrong.push(...bulkWrong(writer, documents.get(writer.name) ?? [], there));
        const transfers = {
          accounts: accounts.get(writer.name) ?? [],
          entries: entries.get(writer.name) ?? [],
        };
        wrong.push(...transferWrong(writer, transfers, own, there));
        made.set(writer, there);
      }
    let compared = 0;
    for (const index of INDEXES) {
      const collection = database.collection(index.collection);
      wrong.push(...(await indexWrong(collection, index, scan(index.collection), random)));
      compared += scan(index.collection).length;
    }
    const keptUnanswered = rounds
      .flatMap(({ open }) => [...open])
      .filter(({ writer, kind }) => made.get(writer)?.has(kind)).length;
    return { wrong, keptUnanswered, compared };
  } finally {
    await client.close();
  }
}

type Groups = ReadonlyMap<string, Document[]>;

function byWriter(documents: readonly Document[]): Groups {
  const groups = new Map<string, Document[]>();
  for (const document of documents) {
    const writer = String(document['writer']);
    groups.set(writer, [...(groups.get(writer) ?? []), document]);
  }
  return groups;
}

/** By the order of the documents' ids, which is no index that could have gone wrong. */
function scanOf(collection: Collection): Promise<Document[]> {
  return collection.find({}, { hint: '_id_', sort: { _id: 1 } }).toArray();
}

function foreign(rounds: readonly MongoDbWriters[], scan: (name: string) => Document[]): string[] {
  const writers = new Set(rounds.flatMap((round) => round.writers.map(({ name }) => name)));
  const counters = new Set(rounds.map(({ round }) => round));
  return [
    ...['documents', 'accounts', 'entries'].flatMap((name) =>
      scan(name).filter(({ writer }) => !writers.has(writer)),
    ),
    ...scan('counters').filter(({ _id }) => !counters.has(_id)),
  ].map(({ _id }) => `${_id} is there, and nobody wrote it`);
}

function counterWrong({ round, writers }: MongoDbWriters, counters: readonly Document[]): string[] {
  const found = Number(counters.find(({ _id }) => String(_id) === round)?.['n'] ?? 0);
  const sum = (of: 'sure' | 'possible') => writers.reduce((all, { turns }) => all + turns.count[of], 0);
  return found < sum('sure') || found > sum('possible')
    ? [`counter ${round} is ${found}; ${sum('sure')} were acknowledged, ${sum('possible')} asked for`]
    : [];
}

/** Each document is whole; MongoDB promises no more of an update of many. */
function bulkWrong({ name, turns }: WriterState, found: readonly Document[], made: Set<string>): string[] {
  const { sure, possible } = turns.bulk;
  const wrong: string[] = [];
  if (sure > 0 && found.length !== BULK) wrong.push(`${name}: ${found.length} of ${BULK} documents`);
  for (const { _id, turn, n, g, k } of found) {
    const i = Number(String(_id).slice(name.length + 1));
    const whole =
      n === turn &&
      k === keyOf(turn, i) &&
      g.length === turn &&
      g.every((own: number, at: number) => own === at + 1);
    if (!whole) wrong.push(`${_id}: half of a write: turn ${turn}, n ${n}, k ${k}, ${g.length} elements`);
    if (turn < sure) wrong.push(`${_id}: turn ${sure} was acknowledged, ${turn} is there`);
    if (turn > possible) wrong.push(`${_id}: turn ${turn} was never asked for`);
    if (turn > sure) made.add('bulk');
  }
  return wrong;
}

/** A transfer is there with both accounts, its entry, and without the entry that it deletes; or it is not there at all. */
function transferWrong(
  { name, turns }: WriterState,
  { accounts, entries }: { readonly accounts: readonly Document[]; readonly entries: readonly Document[] },
  open: OpenTurn | undefined,
  made: Set<string>,
): string[] {
  const { sure } = turns.transfer;
  // Without a commit that was sent there is nothing that could be there.
  const possible = open?.kind === 'transfer' && open.commitSent ? open.turn : sure;
  const turn = Number(accounts[0]?.['turn'] ?? 0);
  const has = (side: string) => accounts.find(({ _id }) => String(_id) === `${name}/${side}`);
  const balances = turn === 0 || (has('from')?.['n'] === -turn && has('to')?.['n'] === turn);
  const expected = Array.from({ length: Math.min(turn, ENTRIES_KEPT) }, (_, n) => turn - n).reverse();
  const found = entries.map((entry) => Number(entry['turn'])).sort((a, b) => a - b);
  const wrong: string[] = [];
  if (turn < sure || turn > possible)
    wrong.push(`${name}: transfer ${turn} is there; ${sure} was acknowledged, ${possible} committed`);
  if (
    !balances ||
    accounts.some((account) => account['turn'] !== turn) ||
    accounts.length !== (turn === 0 ? 0 : 2)
  )
    wrong.push(`${name}: half of transfer ${turn}: accounts ${JSON.stringify(accounts)}`);
  if (JSON.stringify(found) !== JSON.stringify(expected))
    wrong.push(`${name}: half of transfer ${turn}: entries ${found}, not ${expected}`);
  if (turn > sure) made.add('transfer');
  return wrong;
}

/** All of an index, in its order, and some single look-ups: the documents that a scan finds. */
async function indexWrong(
  collection: Collection,
  { key, all }: (typeof INDEXES)[number],
  scan: readonly Document[],
  random: Random,
): Promise<string[]> {
  const [field] = Object.keys(key) as [string];
  const hint = key as Record<string, 1 | -1>;
  const wrong: string[] = [];
  const compare = async (filter: Document, expected: readonly Document[]) => {
    const found = await collection.find(filter, { hint }).toArray();
    const ids = found.map(({ _id }) => String(_id)).sort();
    const wanted = expected.map(({ _id }) => String(_id)).sort();
    if (JSON.stringify(ids) !== JSON.stringify(wanted))
      wrong.push(
        `${collection.collectionName} by ${JSON.stringify(key)} ${JSON.stringify(filter)}: ${ids.length} documents, by a scan ${wanted.length}`,
      );
    return found;
  };
  const values = (await compare(all, scan)).map((document) => document[field] as number | string);
  const ordered = [...values].sort((a, b) => (a === b ? 0 : (a < b ? -1 : 1) * (hint[field] as number)));
  if (JSON.stringify(values) !== JSON.stringify(ordered))
    wrong.push(`${collection.collectionName} by ${JSON.stringify(key)} is not in order`);
  for (let n = 0; n < LOOK_UPS && scan.length > 0; n++) {
    const value = random.pick(scan)[field];
    await compare(
      { [field]: value },
      scan.filter((document) => document[field] === value),
    );
  }
  return wrong;
}
