import { randomUUID } from 'node:crypto';
import type { EventLog } from '../log/event-log.ts';
import type { GroupDefinition } from './definition.ts';

/** Where all groups are written down; each event has all of them. */
const STREAM = '$persistentSubscriptionConfig';
const TYPE = '$PersistentConfig';
const VERSION = '2';

/** The groups as they were written down last. Errors: what is written there is none of ours. */
export function storedDefinitions(log: EventLog): readonly GroupDefinition[] {
  const view = log.view(STREAM);
  if (view.kind !== 'there' || view.last < view.first) return [];
  const record = log.revisions(view.number, view.last, view.last, 1)[0];
  if (!record) return [];
  const config = JSON.parse(record.data.toString('utf8')) as {
    readonly version: unknown;
    readonly entries: readonly Entry[];
  };
  if (config.version !== VERSION)
    throw new Error(`${STREAM}: version ${String(config.version)} was not written by this store.`);
  return config.entries.map(definitionOf);
}

/** Writes down all groups; false when somebody has ended the stream for good. */
export async function storeDefinitions(
  log: EventLog,
  definitions: readonly GroupDefinition[],
): Promise<boolean> {
  const config = {
    version: VERSION,
    updated: new Date(log.now).toISOString(),
    updatedBy: 'system',
    entries: definitions.map(entryOf),
  };
  const outcome = await log.append(STREAM, 'any', [
    {
      id: randomUUID(),
      type: TYPE,
      json: true,
      data: Buffer.from(JSON.stringify(config)),
      metadata: Buffer.alloc(0),
    },
  ]);
  return outcome.kind === 'done';
}

/** A group as it is written down; absent = `$all`, none. */
type Entry = Omit<GroupDefinition, 'stream' | 'filter' | 'endWas'> &
  Partial<Pick<GroupDefinition, 'stream' | 'filter' | 'endWas'>>;

function entryOf(definition: GroupDefinition): Entry {
  return definition;
}

function definitionOf(entry: Entry): GroupDefinition {
  return { stream: undefined, filter: undefined, endWas: undefined, ...entry };
}
