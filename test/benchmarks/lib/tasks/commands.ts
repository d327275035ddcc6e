import { Agent, request } from 'node:http';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { allRules } from '#areas';
import { CommandRunner, FactRecorder, References, type SubmittedFact } from '#commands';
import { openJournal } from '#journal';
import { isRefusal, uuidV5 } from '#kernel';

const IN_FLIGHT = 64;
const FACTS_AT_ONCE = 500;
const NAMESPACE = '0b9e6a2e-7a55-5d4f-8a0d-2f9c3f2f5b11';

export interface CommandsOrder {
  readonly eventStoreUri: string;
  /** How many facts, each in a stream of its own. */
  readonly facts: number;
  /** Makes the ids of this run its own. */
  readonly prefix: string;
}

export interface Throughput {
  readonly perSecond: number;
  readonly facts: number;
}

/** The fact that all of them record: a movement of cash. */
function movement(
  prefix: string,
  number: number,
): SubmittedFact & { readonly source: { system: string; id: string } } {
  const movementId = `${prefix}-${number}`;
  return {
    type: 'CashMoved',
    data: {
      movementId,
      unitId: 'root',
      valueDate: '2005-03-01',
      amount: `${number % 10_000}.50`,
      currency: 'EUR',
      activity: 'operating',
      category: 'receipts',
    },
    source: { system: 'benchmark', id: movementId },
  };
}

/** Records facts one by one as commands, in process: read, decide, append. */
export async function recordCommands(order: CommandsOrder): Promise<Throughput> {
  const journal = openJournal({ uri: order.eventStoreUri });
  const references = new References(journal);
  const runner = new CommandRunner({ journal, references });
  const rules = allRules.find(({ types }) => types.includes('CashMoved'));
  if (rules === undefined) throw new Error('Nobody has rules for CashMoved.');
  await references.unitExists('root');
  const result = await timed(order.facts, async (number) => {
    const { type, data } = movement(order.prefix, number);
    const idempotencyKey = `${order.prefix}-${number}`;
    const context = { actor: 'benchmark', now: new Date(), idempotencyKey };
    const receipt = await runner.record(rules, { type, data }, context);
    if (isRefusal(receipt)) throw new Error(receipt.detail);
  });
  await journal.close();
  return result;
}

/** Records facts in calls of 500, as an import does. */
export async function recordIntake(order: CommandsOrder): Promise<Throughput> {
  const journal = openJournal({ uri: order.eventStoreUri });
  const references = new References(journal);
  const recorder = new FactRecorder({ journal, references, rules: allRules });
  const facts = Array.from({ length: order.facts }, (_, i) => movement(order.prefix, i));
  await references.unitExists('root');
  const began = performance.now();
  for (let from = 0; from < facts.length; from += FACTS_AT_ONCE) {
    const context = { actor: 'benchmark', now: new Date() };
    const results = await recorder.recordFacts(facts.slice(from, from + FACTS_AT_ONCE), context);
    if (isRefusal(results)) throw new Error(results.detail);
    const other = results.find(({ status }) => status !== 'appended');
    if (other !== undefined) throw new Error(`Fact ${other.index} was ${other.status}.`);
  }
  const perSecond = (facts.length * 1000) / (performance.now() - began);
  await journal.close();
  return { perSecond, facts: facts.length };
}

/** Appends the same events with the official client and nothing around it. */
export async function appendBare({
  call,
  ...order
}: CommandsOrder & { readonly call: 'Append' | 'BatchAppend' }): Promise<Throughput> {
  const client = EventStoreDBClient.connectionString(order.eventStoreUri);
  const events = Array.from({ length: order.facts }, (_, i) => {
    const { type, data, source } = movement(order.prefix, i);
    const metadata = { schemaVersion: 1, actor: 'benchmark', unitId: 'root', source };
    return jsonEvent({ id: uuidV5(NAMESPACE, source.id), type, data, metadata });
  });
  // The connection is there before the clock runs, as it is for the commands.
  for await (const { event } of client.readAll({ maxCount: 1 })) if (event === undefined) break;
  // Per-call credentials choose Append; on an insecure connection they are not sent.
  const credentials = call === 'Append' ? { credentials: { username: 'benchmark', password: '' } } : {};
  const result = await timed(order.facts, async (number) => {
    await client.appendToStream(`cash-${order.prefix}-${number}`, events[number] as (typeof events)[number], {
      expectedRevision: 'no_stream',
      ...credentials,
    });
  });
  await client.dispose();
  return result;
}

/** Sends facts one by one over HTTP, each with an idempotency key of its own. */
export async function recordHttp({
  url,
  token,
  facts,
  prefix,
}: {
  readonly url: string;
  readonly token: string;
  readonly facts: number;
  readonly prefix: string;
}): Promise<Throughput> {
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  const result = await timed(facts, async (number) => {
    const body = JSON.stringify({ facts: [movement(prefix, number)] });
    const answer = await new Promise<string>((resolve, reject) => {
      const sent = request(
        `${url}/v1/facts`,
        {
          method: 'POST',
          agent,
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            authorization: `Bearer ${token}`,
            'idempotency-key': `${prefix}-${number}`,
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => {
            text += part;
          });
          response.on('end', () => resolve(text));
          response.on('error', reject);
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
    if (!answer.includes('"status":"appended"')) throw new Error(`The fact was not appended: ${answer}`);
  });
  agent.destroy();
  return result;
}

/** Does numbered things with 64 of them on their way. */
async function timed(count: number, work: (number: number) => Promise<void>): Promise<Throughput> {
  let next = 0;
  const began = performance.now();
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, count) }, lane));
  return { perSecond: (count * 1000) / (performance.now() - began), facts: count };
}
