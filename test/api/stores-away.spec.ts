import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { openJournal, openKeyStore } from '#journal';
import { openReadModels } from '#read-models';
import { createApp } from '../../apps/api/src/app.ts';
import { type CuttingProxy, startCuttingProxy } from '../../libs/journal/test/cutting-proxy.ts';
import { CODE } from '../acceptance/world.ts';
import { ApiBench, optionsOf, STATEMENTS, token } from './bench.ts';

/**
 * Goal: a store that is away, or silent, is a 503 with Retry-After within a known time; nothing is recorded twice, and
 * what the other store can answer is answered.
 * Method: a second application on the same company, whose lines to the stores can be cut and muted.
 */
const ANSWER_MS = { question: 6_000, command: 8_000, import: 8_000 };

const movement = (movementId: string) => ({
  type: 'CashMoved',
  source: { system: 'bank', id: movementId },
  data: {
    movementId,
    valueDate: '2024-03-01',
    amount: '1.00',
    currency: 'EUR',
    activity: 'operating',
    category: 'x',
  },
});

describe('an application whose stores go away', () => {
  let bench: ApiBench;
  let app: NestFastifyApplication;
  let events: CuttingProxy;
  let documents: CuttingProxy;
  let auth = '';
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    bench = await ApiBench.open();
    const { eventStoreUri, mongoUri, name, directory } = bench.world.place;
    events = await startCuttingProxy(eventStoreUri);
    // The proxy knows addresses, not protocols.
    documents = await startCuttingProxy(mongoUri);
    const keys = openKeyStore({ directory: `${directory}/keys-of-the-second` });
    const journal = openJournal({
      uri: events.uri,
      keys,
      namespace: name,
      totalTimeoutMs: 1_000,
      attemptTimeoutMs: 400,
    });
    const readModels = await openReadModels({
      uri: `mongodb://${new URL(documents.uri.replace(/^esdb:/, 'http:')).host}/?directConnection=true&serverSelectionTimeoutMS=1000`,
      code: CODE,
      database: name,
    });
    app = await createApp({ ...optionsOf({ journal, readModels }), answerMs: ANSWER_MS });
    auth = await token(['steward', 'auditor']);
    closing.push(
      () => app.close(),
      () => journal.close(),
      () => readModels.close(),
      () => keys.close(),
      () => events.close(),
      () => documents.close(),
      () => bench.close(),
    );
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });
  afterEach(() => {
    events.restore();
    documents.restore();
  });

  const call = async (method: 'GET' | 'POST', url: string, body?: object) => {
    const answer = await app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${auth}` },
      ...(body === undefined ? {} : { payload: body }),
    });
    return { status: answer.statusCode, headers: answer.headers, text: answer.body };
  };
  const expectAway = async (method: 'GET' | 'POST', url: string, body?: object) => {
    const { status, headers, text } = await call(method, url, body);
    expect([url, status, headers['retry-after'], headers['content-type']]).toEqual([
      url,
      503,
      '2',
      expect.stringMatching(/^application\/problem\+json/),
    ]);
    expect(JSON.parse(text)).toMatchObject({ type: expect.stringMatching(/store-away$/), status: 503 });
    expect(text).not.toMatch(/\bat .*\.(ts|js):\d+|node_modules/);
  };
  const mapping = { mapping: STATEMENTS, files: { rows: 'id,day,amount\nZ1,2024-03-05,1.00\n' } };
  const unscoped = '/v1/kpis/net-revenue/figures?period=2024-03';

  it.each(['away', 'mute'] as const)('EventStoreDB %s: what writes says so, figures go on', async (how) => {
    const before = await bench.world.journal.head();
    expect((await call('GET', '/health/ready')).status).toBe(200);
    events[how]();
    await expectAway('POST', '/v1/facts', { facts: [movement(`while-${how}`)] });
    await expectAway('POST', '/v1/customers/C1/qualify', { effectiveOn: '2024-02-01', reasonCode: 'x' });
    await expectAway('POST', '/v1/imports', mapping);
    await expectAway('GET', '/v1/imports/any');
    await expectAway('GET', '/health/ready');
    expect((await call('GET', '/health/live')).status).toBe(200);
    expect((await call('GET', unscoped)).status).toBe(200);
    expect((await call('GET', '/metrics')).text).toMatch(/^quadrant_store_up\{store="eventstore"\} 0$/m);
    events.cut();
    events.restore();
    // A mute line may have carried requests whose answers were lost: at most once each, whatever was repeated.
    const first = JSON.parse((await call('POST', '/v1/facts', { facts: [movement(`while-${how}`)] })).text);
    expect(first.results[0].status).toMatch(/^(appended|duplicate)$/);
    const { events: recorded } = await bench.world.journal.load(`cash-while-${how}`);
    expect(recorded).toHaveLength(1);
    if (how === 'away') {
      const { events: steps } = await bench.world.journal.load('customer-C1');
      expect(steps.some(({ position }) => position > before)).toBe(false);
    }
  });

  it.each(['away', 'mute'] as const)('MongoDB %s: questions say so, facts are still taken', async (how) => {
    expect((await call('GET', unscoped)).status).toBe(200);
    documents[how]();
    const before = await bench.world.journal.head();
    await expectAway('GET', unscoped);
    await expectAway('GET', '/v1/customers');
    await expectAway('GET', '/v1/customers/C1');
    await expectAway('GET', '/v1/scorecards/main?period=2024-03');
    await expectAway('GET', '/health/ready');
    expect(await bench.world.journal.head()).toBe(before);
    const taken = JSON.parse((await call('POST', '/v1/facts', { facts: [movement(`taken-${how}`)] })).text);
    expect(taken.results[0].status).toBe('appended');
    expect((await call('GET', '/metrics')).text).toMatch(/^quadrant_store_up\{store="mongodb"\} 0$/m);
    documents.cut();
    documents.restore();
    expect((await call('GET', unscoped)).status).toBe(200);
  });
});
