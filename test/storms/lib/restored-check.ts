import { join } from 'node:path';
import { openKeyStore, openPersonal, type RecordedEvent } from '#journal';
import { Client } from './client.ts';
import { finalCheck } from './final-check.ts';
import { LogCheck } from './log-check.ts';
import type { Random } from './random.ts';
import type { Site } from './site.ts';
import { nameOfFact } from './workload.ts';

/** What is known from before the loss. */
export interface Before {
  readonly client: Client;
  /** Facts, by name, that had been acknowledged when the backup was begun. */
  readonly told: ReadonlySet<string>;
}

/**
 * Whether a restored site is what it has to be: everything acknowledged before its backup is there, each at its place; of what came
 * later a part, none after one that is missing; everybody's name can be read; read models and figures are those of that log.
 * The client goes on from what is there.
 */
export async function restoredCheck(
  site: Site,
  { client, told }: Before,
  random: Random,
): Promise<{ readonly wrong: readonly string[]; readonly client: Client; readonly events: number }> {
  const events: RecordedEvent[] = [];
  for await (const event of site.journal.readAll()) events.push(event);
  const names = new Set(events.map(({ type, data }) => nameOfFact(type, data)));
  const wrong = [...told]
    .filter((name) => !names.has(name))
    .map((name) => `Durability: ${name} was acknowledged before the backup and is not in the restored log`);
  const last = events.at(-1)?.position ?? 0n;
  for (const { name, position } of client.acknowledged)
    if (position <= last && !names.has(name))
      wrong.push(`Durability: ${name} at ${position} is missing, and the restored log goes to ${last}`);
  const following = clientOf(site, client, names, events);
  const log = new LogCheck();
  wrong.push(...(await log.look(site, following)));
  wrong.push(...(await unreadable(site, events)));
  wrong.push(...(await finalCheck(site, random)));
  return { wrong, client: following, events: events.length };
}

/** A client that knows of its facts only those that are there. */
function clientOf(
  site: Site,
  known: Client,
  names: ReadonlySet<string | undefined>,
  events: readonly RecordedEvent[],
): Client {
  const client = new Client(site);
  const ids = new Set(events.map(({ eventId }) => eventId));
  for (const name of known.attempted) if (names.has(name)) client.attempted.add(name);
  client.acknowledged.push(...known.acknowledged.filter(({ name }) => names.has(name)));
  client.correctable.push(...known.correctable.filter(({ eventId }) => ids.has(eventId)));
  return client;
}

/** Names of customers that cannot be read with the restored keys, by the log and over HTTP. */
async function unreadable(site: Site, events: readonly RecordedEvent[]): Promise<string[]> {
  const wrong: string[] = [];
  const registered = events.filter(({ type }) => type === 'CustomerRegistered');
  const keys = openKeyStore({ directory: join(site.directory, 'keys') });
  try {
    for (const { type, data, eventId } of registered) {
      const { customerId, name } = openPersonal(keys, data, eventId);
      if (name !== nameOfCustomer(String(customerId)))
        wrong.push(`${type} of ${customerId}: the name is ${name}`);
    }
  } finally {
    await keys.close();
  }
  const customerId = String(registered.at(-1)?.data['customerId']);
  const response = await fetch(`${site.apiUrl}/v1/customers/${customerId}`, {
    headers: { authorization: `Bearer ${site.token}` },
  });
  const text = await response.text();
  if (response.status !== 200 || !text.includes(JSON.stringify(nameOfCustomer(customerId))))
    wrong.push(`the file of ${customerId} over HTTP: ${response.status} ${text.slice(0, 300)}`);
  return wrong;
}

/** As the workload names them: those of a file by the file. */
function nameOfCustomer(customerId: string): string {
  return customerId.endsWith('c') ? customerId.slice(0, -1) : `Customer ${customerId}`;
}
