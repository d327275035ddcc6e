import { Binary, type Collection, type Db, MongoClient, type MongoClientOptions } from 'mongodb';
import type { ProjectionName } from '#scorecard';
import { endBrokenWrites } from './broken-writes.ts';

/**
 * A chunk of a page; groups as packed by the scorecard room. The open chunk, to which is appended, is `<page>|~`; a sealed
 * one is `<page>|<hi>`. So the open chunks of many pages are one `$in`, and the chunk that holds a position is one seek:
 * the first whose `_id` is not below `<page>|<position>`.
 */
export interface ChunkDocument {
  readonly _id: string;
  /** Position of the first group. */
  readonly lo: bigint;
  /** Position of the last group. */
  readonly hi: bigint;
  /** Deltas in the groups. */
  readonly c: number;
  /** Totals of the page before the first group; empty in the first chunk of a page, and only there. */
  readonly t: Binary;
  /** Packed groups, one element for each write. */
  readonly g: readonly Binary[];
}

/** A segment of a keyed history. The first is `<key>`, a later one `<key>\n<lo>`; ids hold no control characters. */
export interface HistoryDocument {
  readonly _id: string;
  /** Position of the first entry. */
  readonly lo: bigint;
  readonly hi: bigint;
  /** Length of the entries' items as JSON; decides when the segment is full. */
  readonly b: number;
  /** Entries as JSON `[[position, item, …], …]`, positions as text; one element for each write. */
  readonly e: readonly string[];
}

/** How far a dimension's epoch has come. `_id` = `<dimension>/<epoch>`. */
export interface CheckpointDocument {
  readonly _id: string;
  readonly position: bigint;
  /** Running maximum of the record times up to `position`, milliseconds. */
  readonly time: bigint;
  readonly events: bigint;
  readonly deltas: bigint;
  readonly content: string;
  /** How pages and histories are laid out; an epoch of another layout is projected anew. */
  readonly layout?: number;
}

/** Which epoch of a dimension answers questions. `_id` = dimension. */
export interface LiveDocument {
  readonly _id: string;
  readonly epoch: number;
  /** The last epoch that was given to a rebuild; none is given twice. */
  readonly issued?: bigint;
}

/** The record times of a stretch of the log, for "as known on that day". `_id` = first position, zero-padded. */
export interface TimelineDocument {
  readonly _id: string;
  readonly hi: bigint;
  /** The first rise's time: what a question by clock time seeks. */
  readonly from: bigint;
  /** Running maximum of `created` at the last position. */
  readonly time: bigint;
  /** Positions at which the running maximum rises, with its new value: and the position before: triples, packed as 8-byte big-endian integers. */
  readonly s: readonly Binary[];
}

export interface EpochCollections {
  readonly pages: Collection<ChunkDocument>;
  readonly histories: Collection<HistoryDocument>;
}

export const DATABASE = 'quadrant';

/** What figures rest on: no URI changes it. */
const REQUIRED: MongoClientOptions = {
  useBigInt64: true,
  writeConcern: { w: 'majority', journal: true },
  readConcernLevel: 'majority',
  readPreference: 'primary',
  retryWrites: true,
};

/** Where the URI of the operator says nothing: the driver would take what an option says for more than what the URI says. */
const UNLESS_SAID: MongoClientOptions = {
  serverSelectionTimeoutMS: 5_000,
  // A connection that has gone silent is given up; without a limit the driver would wait on it for ever.
  socketTimeoutMS: 30_000,
  waitQueueTimeoutMS: 30_000,
  maxPoolSize: 20,
};

/** Answers wait for the disk of a majority; integers of 64 bits are bigint on both sides. */
export function connectMongo(uri: string, options: MongoClientOptions = {}): MongoClient {
  endBrokenWrites();
  // The names of options are read as the driver reads them, in whatever case.
  const said = new Set([...uri.matchAll(/[?&]([^=&]+)=/g)].map(([, name]) => name?.toLowerCase()));
  const own = Object.entries(UNLESS_SAID).filter(([name]) => !said.has(name.toLowerCase()));
  return new MongoClient(uri, { ...REQUIRED, ...Object.fromEntries(own), ...options });
}

export function epochCollections(db: Db, dimension: ProjectionName, epoch: number): EpochCollections {
  return {
    pages: db.collection<ChunkDocument>(`${dimension}.${epoch}.pages`),
    histories: db.collection<HistoryDocument>(`${dimension}.${epoch}.histories`),
  };
}

export function checkpoints(db: Db): Collection<CheckpointDocument> {
  return db.collection<CheckpointDocument>('checkpoints');
}

export function liveEpochs(db: Db): Collection<LiveDocument> {
  return db.collection<LiveDocument>('live');
}

export function timeline(db: Db): Collection<TimelineDocument> {
  return db.collection<TimelineDocument>('timeline');
}

/** 64-bit positions in an order that text comparison keeps. */
export function padded(position: bigint): string {
  return position.toString().padStart(20, '0');
}

/** `_id` of the chunk of a page that is appended to. */
export function openChunk(page: string): string {
  return `${page}|~`;
}

/** `_id` of a full chunk that ends with `hi`. */
export function sealedChunk(page: string, hi: bigint): string {
  return `${page}|${padded(hi)}`;
}

export function bytesOf(binary: Binary): Uint8Array {
  return binary.buffer.subarray(0, binary.position);
}

export function binaryOf(bytes: Uint8Array): Binary {
  return new Binary(bytes);
}
