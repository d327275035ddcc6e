import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { MongoClient } from 'mongodb';
import { Child } from '../child.ts';
import { auditDocuments } from '../documents-writers.ts';
import { audit } from '../eventstore-audit.ts';
import { type Cut, writeImage } from './image.ts';
import { DATA, type Recording, STORES } from './recording.ts';

/**
 * Opens the image of a cut with the real stores and reads everything over both protocols: what had been acknowledged at the cut is
 * there, nothing is there that nobody sent, and both take another write. The violations, as sentences.
 */
export async function judge(recording: Recording, cut: Cut, directory: string): Promise<readonly string[]> {
  mkdirSync(directory, { recursive: true });
  writeImage(recording.history, cut, join(directory, 'disk'));
  const log = join(directory, 'stores.log');
  const child = new Child({
    name: 'stores',
    file: STORES,
    args: ['--data', join(directory, 'disk', DATA), '--plain'],
    log,
  });
  const ready = await child.ready();
  if (!ready) {
    const { code, signal } = await child.ended;
    const said = readFileSync(log, 'utf8')
      .split('\n')
      .find((line) => /error/i.test(line));
    return [`the stores did not start: ${signal ?? `code ${code}`}, ${said ?? 'without a word'}`];
  }
  const acknowledged = (of: Parameters<Recording['acknowledgedAt']['get']>[0]) =>
    (recording.acknowledgedAt.get(of) ?? Number.POSITIVE_INFINITY) < cut.at;
  const attempts = recording.attempts.map((attempt) => {
    const { answer, ...unanswered } = attempt;
    return acknowledged(attempt) ? attempt : unanswered;
  });
  const [eventStoreUri, mongoUri] = [String(ready['eventStoreUri']), String(ready['mongoUri'])];
  const wrong: string[] = [];
  try {
    wrong.push(...(await audit(eventStoreUri, attempts)).wrong);
    wrong.push(...(await auditDocuments(mongoUri, recording.turns, acknowledged)));
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
  await client.appendToStream('after-the-cut', [jsonEvent({ type: 'WentOn', data: {} })]);
  await client.dispose();
  const documents = await new MongoClient(mongoUri).connect();
  await documents.db('storm').collection('after').insertOne({ went: 'on' });
  await documents.close();
}
