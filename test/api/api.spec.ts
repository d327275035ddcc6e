import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pino from 'pino';
import { issueToken, type Role } from '#access';
import { createApp } from '../../apps/api/src/app.ts';
import { World } from '../acceptance/world.ts';

/** Goal: what the HTTP API promises: tokens, problems, receipts, and nothing written when the answer is no. */
const SECRET = Buffer.from('a secret of the tests, long enough for HS256');
const token = (roles: readonly Role[], more: { expiresIn?: string } = {}) =>
  issueToken(SECRET, { subject: 'tester', roles, ...more });

const order = (orderId: string, more: object = {}) => ({
  type: 'OrderPlaced',
  source: { system: 'erp', id: orderId },
  data: {
    orderId,
    customerId: 'C1',
    orderedOn: '2024-03-01',
    currency: 'EUR',
    lines: [{ lineNo: 1, productId: '11', qty: '1', unitPrice: '2.50' }],
    ...more,
  },
});

describe('the HTTP API', () => {
  let world: World;
  let app: NestFastifyApplication;
  let steward = '';

  beforeAll(async () => {
    world = await World.open();
    app = await createApp({
      journal: world.journal,
      readModels: world.readModels,
      keys: { secret: SECRET },
      log: pino({ level: 'silent' }),
    });
    steward = await token(['steward']);
    await world.fact('CustomerRegistered', {
      customerId: 'C1',
      name: 'Blauer See 蓝湖',
      kind: 'transactional',
      homeUnitId: 'root',
      registeredOn: '2024-01-01',
      externalIds: [],
    });
    await world.project();
  });
  afterAll(async () => {
    await app.close();
    await world.close();
  });

  const call = async (
    method: 'GET' | 'POST',
    url: string,
    given: { auth?: string | null; body?: unknown; headers?: Record<string, string> } = {},
  ) => {
    const { auth = steward, body, headers = {} } = given;
    const response = await app.inject({
      method,
      url,
      headers: { ...(auth === null ? {} : { authorization: `Bearer ${auth}` }), ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    return {
      status: response.statusCode,
      type: response.headers['content-type'],
      headers: response.headers,
      json: response.body === '' ? undefined : response.json(),
    };
  };

  /** Does something and says whether the log has grown. */
  const writes = async (work: () => Promise<unknown>): Promise<boolean> => {
    const before = await world.journal.head();
    await work();
    return (await world.journal.head()) !== before;
  };

  describe('who may ask', () => {
    const routes: readonly (readonly ['GET' | 'POST', string, readonly Role[]])[] = [
      ['GET', '/v1/kpis', ['viewer', 'steward', 'auditor', 'admin']],
      ['GET', '/v1/kpis/net-revenue/figures?period=2024', ['viewer', 'steward', 'auditor', 'admin']],
      ['GET', '/v1/scorecards/main?period=2024-03', ['viewer', 'auditor']],
      ['GET', '/v1/customers', ['viewer', 'steward', 'auditor']],
      ['GET', '/v1/customers/C1', ['viewer', 'steward', 'auditor']],
      ['GET', '/v1/customers/C1/timeline', ['viewer', 'steward', 'auditor']],
      ['GET', '/v1/schemas', ['viewer', 'admin']],
    ];
    it.each(routes)('%s %s', async (method, url, roles) => {
      expect((await call(method, url, { auth: null })).status).toBe(401);
      expect((await call(method, url, { auth: 'x.y.z' })).json.type).toMatch(/bad-token$/);
      for (const role of roles)
        expect([role, (await call(method, url, { auth: await token([role]) })).status]).toEqual([role, 200]);
      expect((await call(method, url, { auth: await token([]) })).status).toBe(403);
    });

    it.each(['POST /v1/facts', 'POST /v1/customers', 'POST /v1/customers/C1/qualify', 'POST /v1/imports'])(
      '%s needs a steward',
      async (route) => {
        const [method, url] = route.split(' ') as ['POST', string];
        const wrote = await writes(async () => {
          for (const role of ['viewer', 'auditor', 'admin', 'approver'] as const)
            expect((await call(method, url, { auth: await token([role]), body: {} })).status).toBe(403);
        });
        expect(wrote).toBe(false);
      },
    );

    it('refuses a token that has ended, one of another key, and one without an algorithm', async () => {
      const ended = await token(['steward'], { expiresIn: '-1s' });
      const foreign = await issueToken(Buffer.from('another secret that is also long enough'), {
        subject: 'x',
        roles: ['admin'],
      });
      const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"x","roles":["admin"],"aud":"quadrant","exp":9999999999}').toString('base64url')}.`;
      for (const auth of [ended, foreign, none])
        expect((await call('GET', '/v1/kpis', { auth })).status).toBe(401);
    });
  });

  describe('facts', () => {
    it('are answered one by one with where they are', async () => {
      const { status, json } = await call('POST', '/v1/facts', {
        body: { facts: [order('O1'), order('O2')] },
      });
      expect(status).toBe(200);
      expect(json.results).toMatchObject([
        { index: 0, status: 'appended', stream: 'order-O1', revision: '0' },
        { index: 1, status: 'appended', stream: 'order-O2', revision: '0' },
      ]);
      expect(json.results[0].position).toMatch(/^\d+$/);
    });

    it('sent again are duplicates with the place of the first time', async () => {
      const first = (await call('POST', '/v1/facts', { body: { facts: [order('O3')] } })).json.results[0];
      let again: unknown;
      expect(
        await writes(async () => {
          again = (await call('POST', '/v1/facts', { body: { facts: [order('O3')] } })).json.results[0];
        }),
      ).toBe(false);
      expect(again).toEqual({ ...first, status: 'duplicate' });
    });

    it('with the same source and other content are a conflict', async () => {
      await call('POST', '/v1/facts', { body: { facts: [order('O4')] } });
      expect(
        await writes(async () => {
          const { json } = await call('POST', '/v1/facts', {
            body: { facts: [order('O4', { orderedOn: '2024-03-02' })] },
          });
          expect(json.results[0]).toMatchObject({ status: 'refused', problem: { status: 409 } });
        }),
      ).toBe(false);
    });

    it.each<[string, object, string]>([
      ['an unknown field', { surprise: 1 }, 'surprise'],
      [
        'a negative quantity',
        { lines: [{ lineNo: 1, productId: '1', qty: '-1', unitPrice: '1' }] },
        'lines[0].qty',
      ],
      [
        'a 7th decimal',
        { lines: [{ lineNo: 1, productId: '1', qty: '1', unitPrice: '1.1234567' }] },
        'lines[0].unitPrice',
      ],
      ['an unknown currency', { currency: 'XYZ' }, 'currency'],
      ['a date that does not exist', { orderedOn: '2024-02-30' }, 'orderedOn'],
      ['an unknown customer', { customerId: 'nobody' }, 'customerId'],
    ])('%s is refused by name and nothing is written', async (_what, more, field) => {
      expect(
        await writes(async () => {
          const { json } = await call('POST', '/v1/facts', {
            body: { facts: [order(`bad-${field}`, more)] },
          });
          expect(json.results[0].status).toBe('refused');
          expect(json.results[0].problem.errors.map((error: { field: string }) => error.field)).toContain(
            field,
          );
        }),
      ).toBe(false);
    });

    it('are corrected by naming the event', async () => {
      const { eventId } = (await call('POST', '/v1/facts', { body: { facts: [order('O5')] } })).json
        .results[0];
      await world.project();
      const { json } = await call('POST', '/v1/facts', {
        body: {
          facts: [
            {
              type: 'FactCorrected',
              data: {
                targetEventId: eventId,
                replacement: null,
                reason: 'entered twice',
                authorisedBy: 'mei',
              },
            },
          ],
        },
      });
      expect(json.results[0]).toMatchObject({ status: 'appended', stream: 'order-O5', revision: '1' });
    });

    it('answer the same to the same Idempotency-Key and write nothing', async () => {
      const ask = {
        body: { facts: [{ ...order('O6'), source: undefined }] },
        headers: { 'idempotency-key': 'call-6' },
      };
      const first = await call('POST', '/v1/facts', ask);
      expect(await writes(async () => void (await call('POST', '/v1/facts', ask)))).toBe(false);
      expect(first.json.results[0].status).toBe('appended');
    });

    it('are at most a thousand and 4 MB', async () => {
      expect(
        await writes(async () => {
          expect(
            (
              await call('POST', '/v1/facts', {
                body: { facts: Array.from({ length: 1001 }, (_, i) => order(`many-${i}`)) },
              })
            ).status,
          ).toBe(413);
          const large = await app.inject({
            method: 'POST',
            url: '/v1/facts',
            headers: { authorization: `Bearer ${steward}`, 'content-type': 'application/json' },
            payload: Buffer.alloc(20_000_000, 0x20),
          });
          expect([large.statusCode, large.json().type]).toEqual([413, expect.stringMatching(/too-large$/)]);
        }),
      ).toBe(false);
    });
  });

  describe('requests that are no requests', () => {
    it.each<[string, string, Record<string, string>, string | object, number]>([
      ['broken JSON', '/v1/facts', { 'content-type': 'application/json' }, '{"facts":', 400],
      ['another content type', '/v1/facts', { 'content-type': 'text/csv' }, 'a,b', 415],
      [
        'a field that the route does not know',
        '/v1/facts',
        { 'content-type': 'application/json' },
        { facts: [], more: 1 },
        422,
      ],
      [
        'a number for a text',
        '/v1/customers',
        { 'content-type': 'application/json' },
        { customerId: 1, name: 'x', kind: 'transactional', homeUnitId: 'root', registeredOn: '2024-01-01' },
        422,
      ],
    ])('%s', async (_what, url, headers, payload, status) => {
      const response = await app.inject({
        method: 'POST',
        url,
        headers: { authorization: `Bearer ${steward}`, ...headers },
        payload,
      });
      expect([response.statusCode, response.headers['content-type']]).toEqual([
        status,
        expect.stringMatching(/^application\/problem\+json/),
      ]);
      expect(response.body).not.toMatch(/\bat .*\.(ts|js):\d+/);
    });

    it.each([
      ['/v1/nothing', 404],
      ['/v1/kpis/nothing', 404],
      ['/v1/kpis/net-revenue/figures', 422],
      ['/v1/kpis/net-revenue/figures?period=1997-Q5', 422],
      ['/v1/kpis/net-revenue/figures?period=2024&unit=nowhere', 404],
      ['/v1/kpis/net-revenue/figures?period=2024&knownAt=yesterday', 422],
      ['/v1/kpis/net-revenue/figures?period=2024&knownAt=999999999', 409],
      ['/v1/kpis/net-revenue/figures?period=2024&wrong=1', 422],
      ['/v1/customers/nobody', 404],
      ['/v1/customers?limit=0', 422],
      ['/v1/customers/C1?asOf=2024-02-30', 422],
      ['/v1/kpis/net-revenue/figures?period=2024&after=9999999999999999999', 422],
      ['/v1/schemas/OrderPlaced/99', 404],
    ])('GET %s is %i', async (url, status) => {
      const answer = await call('GET', url);
      expect([answer.status, answer.type]).toEqual([
        status,
        expect.stringMatching(/^application\/problem\+json/),
      ]);
    });
  });

  it('gives figures with coordinates, a digest and an ETag that spares the body', async () => {
    await world.project();
    const first = await call('GET', '/v1/kpis/orders-placed/figures?period=2024-03');
    expect(first.json).toMatchObject({
      coordinates: { unit: 'root', period: '2024-03', view: 'known' },
      figures: [{ kpi: 'orders-placed' }],
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    const { position } = first.json.coordinates.knownAt;
    const same = await call('GET', `/v1/kpis/orders-placed/figures?period=2024-03&knownAt=${position}`, {
      headers: { 'if-none-match': first.headers['etag'] as string },
    });
    expect(same.status).toBe(304);
  });

  it('shows personal data to those who have a purpose for them', async () => {
    expect((await call('GET', '/v1/customers/C1')).json.profile.name).toBe('Blauer See 蓝湖');
    expect(
      (await call('GET', '/v1/customers/C1', { auth: await token(['viewer']) })).json.profile.name,
    ).toBeUndefined();
  });

  it('lives and is ready', async () => {
    expect((await call('GET', '/health/live', { auth: null })).status).toBe(200);
    expect((await call('GET', '/health/ready', { auth: null })).json).toMatchObject({ status: 'ready' });
  });
});
