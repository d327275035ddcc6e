import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { MongoClient } from 'mongodb';
import { Child } from '../child.ts';
import { auditDocuments, type Turn } from '../documents-writers.ts';
import { audit } from '../eventstore-audit.ts';
import type { Attempt } from '../eventstore-writers.ts';
import { type Cut, writeImage } from './image.ts';
import { DATA, type Recording, STORES } from './recording.ts';

/** What was asked of both stores, and what of it was acknowledged. */
export interface Asked {
  readonly attempts: readonly Attempt[];
  readonly turns: readonly Turn[];
  isAcknowledged(of: Attempt | Turn): boolean;
}

/** Opens the image of a cut, and looks whether what had been acknowledged at the cut is there. The violations, as sentences. */
export async function judge(recording: Recording, cut: Cut, directory: string): Promise<readonly string[]> {
  mkdirSync(directory, { recursive: true });
  writeImage(recording.history, cut, join(directory, 'disk'));
  const { attempts, turns, acknowledgedAt } = recording;
  const isAcknowledged = (of: Attempt | Turn) =>
    (acknowledgedAt.get(of) ?? Number.POSITIVE_INFINITY) < cut.at;
  return verdict(join(directory, 'disk', DATA), join(directory, 'stores.log'), {
    attempts,
    turns,
    isAcknowledged,
  });
}

/**
 * Opens a data directory with the real stores and reads everything over both protocols: what was acknowledged is there, nothing
 * is there that nobody sent, and both take another write. The violations, as sentences.
 */
export async function verdict(data: string, log: string, asked: Asked): Promise<readonly string[]> {
  const child = new Child({ name: 'stores', file: STORES, args: ['--data', data, '--plain'], log });
  const ready = await child.ready();
  if (!ready) {
    const { code, signal } = await child.ended;
    const said = readFileSync(log, 'utf8')
      .split('\n')
      .find((line) => /error|cannot/i.test(line));
    return [`the stores did not start: ${signal ?? `code ${code}`}, ${said ?? 'without a word'}`];
  }
  const attempts = asked.attempts.map((attempt) => {
    const { answer, ...unanswered } = attempt;
    return asked.isAcknowledged(attempt) ? attempt : unanswered;
  });
  const [eventStoreUri, mongoUri] = [String(ready['eventStoreUri']), String(ready['mongoUri'])];
  const wrong: string[] = [];
  try {
    wrong.push(...(await audit(eventStoreUri, attempts)).wrong);
    wrong.push(...(await auditDocuments(mongoUri, asked.turns, asked.isAcknowledged)));
    await goesOn(eventStoreUri, mongoUri);
  } catch (error) {
    const died = await Promise.race([child.ended, undefined]);
    const how = died ? ` (the process ended: ${died.signal ?? `code ${died.code}`})` : '';
    wrong.push(`reading failed: ${error instanceof Error ? error.message : String(error)}${how}`);
  }
  await child.end('SIGKILL');
  return wrong;
}

async function goesOn(eventStoreUri: string, mongoUri: string): Promise<void> {
  const client = EventStoreDBClient.connectionString(eventStoreUri);
  // By Append: the client's BatchAppend answers for all clients of a process at once, and fails for all of them.
  const credentials = { username: 'storm', password: '' };
  await client.appendToStream('after-the-cut', [jsonEvent({ type: 'WentOn', data: {} })], { credentials });
  await client.dispose();
  const documents = await new MongoClient(mongoUri).connect();
  await documents.db('storm').collection('after').insertOne({ went: 'on' });
  await documents.close();
}
