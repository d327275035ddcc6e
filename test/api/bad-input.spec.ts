import type { AddressInfo } from 'node:net';
import { ApiBench, badTokens, STATEMENTS, token } from './bench.ts';
import { type HttpAnswer, sendHttp } from './http.ts';

/**
 * Goal: bad input gets the problem that is documented for it, with the path of the field, and writes nothing.
 * Method: one table, each row over a real connection against real stores; the log's head is compared before and after.
 */
interface Row {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  /** JSON; a text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly auth?: () => Promise<string | null>;
  readonly status: number;
  /** End of the problem's `type`. */
  readonly type: string;
  /** Path that one of the problem's `errors` names. */
  readonly field?: string;
}

const line = (more: object = {}) => ({ lineNo: 1, productId: '11', qty: '1', unitPrice: '2.50', ...more });
const order = (orderId: string, more: object = {}) => ({
  type: 'OrderPlaced',
  source: { system: 'erp', id: orderId },
  data: { orderId, customerId: 'C1', orderedOn: '2024-03-01', currency: 'EUR', lines: [line()], ...more },
});
const facts = (...list: readonly object[]): Pick<Row, 'path' | 'body'> => ({
  path: '/v1/facts',
  body: { facts: list },
});
/** Objects within each other; the innermost one lies at this depth of the body. */
const nested = (levels: number): object => (levels <= 1 ? {} : { a: nested(levels - 1) });
const customer = {
  customerId: 'C9',
  name: 'x',
  kind: 'transactional',
  homeUnitId: 'root',
  registeredOn: '2024-01-01',
};
const vintages = (parameters: string) => `/v1/kpis/net-revenue/vintages?${parameters}`;
const figures = (parameters: string) => `/v1/kpis/net-revenue/figures?${parameters}`;

/** Rows whose answer is a result for each fact: the problem is that of the fact. */
const FACTS: Readonly<Record<string, Row>> = {
  'an unknown field': {
    ...facts(order('B', { surprise: 1 })),
    status: 422,
    type: 'invalid-input',
    field: 'surprise',
  },
  'an unknown field of a line': {
    ...facts(order('B', { lines: [line({ x: 1 })] })),
    status: 422,
    type: 'invalid-input',
    field: 'lines[0].x',
  },
  'a negative quantity': {
    ...facts(order('B', { lines: [line({ qty: '-1' })] })),
    status: 422,
    type: 'invalid-input',
    field: 'lines[0].qty',
  },
  'a 7th decimal': {
    ...facts(order('B', { lines: [line({ unitPrice: '1.1234567' })] })),
    status: 422,
    type: 'invalid-input',
    field: 'lines[0].unitPrice',
  },
  'a number for a decimal': {
    ...facts(order('B', { lines: [line({ unitPrice: 2.5 })] })),
    status: 422,
    type: 'invalid-input',
    field: 'lines[0].unitPrice',
  },
  'an unknown currency': {
    ...facts(order('B', { currency: 'XYZ' })),
    status: 422,
    type: 'invalid-input',
    field: 'currency',
  },
  'a date that does not exist': {
    ...facts(order('B', { orderedOn: '2024-02-30' })),
    status: 422,
    type: 'invalid-input',
    field: 'orderedOn',
  },
  'an unknown customer': {
    ...facts(order('B', { customerId: 'nobody' })),
    status: 422,
    type: 'unknown-customer',
    field: 'customerId',
  },
  'an unknown unit': {
    ...facts(order('B', { unitId: 'nowhere' })),
    status: 422,
    type: 'unknown-unit',
    field: 'unitId',
  },
  'an unknown type': {
    ...facts({ type: 'Surprise', data: {} }),
    status: 422,
    type: 'unknown-type',
    field: 'type',
  },
  'the result of a command': {
    ...facts({ type: 'CustomerErased', data: {} }),
    status: 422,
    type: 'not-a-fact',
    field: 'type',
  },
  'a source with other content': {
    ...facts(order('kept', { orderedOn: '2024-03-02' })),
    status: 409,
    type: 'source-conflict',
  },
  'a correction of nothing': {
    ...facts({
      type: 'FactCorrected',
      data: {
        targetEventId: '00000000-0000-4000-8000-000000000000',
        replacement: null,
        reason: 'x',
        authorisedBy: 'mei',
      },
    }),
    status: 422,
    type: 'unknown-target',
    field: 'targetEventId',
  },
};

const REQUESTS: Readonly<Record<string, Row>> = {
  '20 MB': { path: '/v1/facts', body: ' '.repeat(20_000_000), status: 413, type: 'too-large' },
  'more than 4 MB of facts': {
    path: '/v1/facts',
    body: `{"facts":[${' '.repeat(4 * 1024 * 1024)}]}`,
    status: 413,
    type: 'too-large',
  },
  'more than 1 MB elsewhere': {
    path: '/v1/customers',
    body: ' '.repeat(1024 * 1024 + 1),
    status: 413,
    type: 'too-large',
  },
  '1,001 facts': {
    ...facts(...Array.from({ length: 1_001 }, (_, i) => order(`many-${i}`))),
    status: 413,
    type: 'too-many-facts',
    field: 'facts',
  },
  '33 levels': {
    ...facts({ type: 'OrderPlaced', data: nested(30) }),
    status: 422,
    type: 'invalid-input',
    field: `facts[0].data.${'a.'.repeat(28)}a`,
  },
  'a text of 65,537 characters': {
    ...facts(order('B', { lines: [line({ productId: 'x'.repeat(65_537) })] })),
    status: 422,
    type: 'invalid-input',
    field: 'facts[0].data.lines[0].productId',
  },
  'a page of 501 rows': {
    path: '/v1/customers?limit=501',
    status: 422,
    type: 'invalid-input',
    field: 'limit',
  },
  'a page of no rows': { path: '/v1/customers?limit=0', status: 422, type: 'invalid-input', field: 'limit' },
  'a wait of more than 30 s': {
    path: figures('period=2024&after=1&waitMs=30001'),
    status: 422,
    type: 'invalid-input',
    field: 'waitMs',
  },
  'a position beyond 64 bits': {
    path: figures('period=2024&after=9999999999999999999'),
    status: 422,
    type: 'invalid-input',
    field: 'after',
  },
  'a position that is not known yet': {
    path: figures('period=2024&knownAt=999999999999'),
    status: 409,
    type: 'not-yet-known',
  },
  'vintages of a series': {
    path: vintages('period=2024-01..2024-03'),
    status: 422,
    type: 'bad-period',
    field: 'period',
  },
  'a page of too many vintages': {
    path: vintages('period=2024&limit=101'),
    status: 422,
    type: 'invalid-input',
    field: 'limit',
  },
  'a cursor that is no position': {
    path: vintages('period=2024&cursor=~'),
    status: 422,
    type: 'invalid-input',
    field: 'cursor',
  },
  'a cursor beyond 64 bits': {
    path: vintages('period=2024&cursor=9999999999999999999'),
    status: 422,
    type: 'invalid-input',
    field: 'cursor',
  },
  'vintages with a total': {
    path: vintages('period=2024&total=true'),
    status: 422,
    type: 'invalid-input',
    field: 'total',
  },
  'no period': { path: figures(''), status: 422, type: 'invalid-input', field: 'period' },
  'a period that is none': {
    path: figures('period=2024-13'),
    status: 422,
    type: 'bad-period',
    field: 'period',
  },
  'a series of thousands of periods': {
    path: figures('period=0001-01..9999-12'),
    status: 422,
    type: 'bad-period',
    field: 'period',
  },
  'a parameter that the route does not know': {
    path: figures('period=2024&perod=1'),
    status: 422,
    type: 'invalid-input',
    field: 'perod',
  },
  'a parameter twice': {
    path: figures('period=2024&unit=root&unit=north'),
    status: 422,
    type: 'invalid-input',
    field: 'unit',
  },
  'an unknown unit of a question': {
    path: figures('period=2024&unit=nowhere'),
    status: 404,
    type: 'unknown-unit',
    field: 'unit',
  },
  'knowledge of yesterday': {
    path: figures('period=2024&knownAt=yesterday'),
    status: 422,
    type: 'invalid-input',
    field: 'knownAt',
  },
  'a view that there is not': {
    path: figures('period=2024&view=published'),
    status: 422,
    type: 'invalid-input',
    field: 'view',
  },
  'an as-of date that does not exist': {
    path: '/v1/customers/C1?asOf=2024-02-30',
    status: 422,
    type: 'invalid-input',
    field: 'asOf',
  },
  'an unknown file': { path: '/v1/customers/nobody', status: 404, type: 'not-found' },
  'an unknown KPI': { path: '/v1/kpis/nothing', status: 404, type: 'not-found' },
  'an unknown route': { path: '/v1/nothing', status: 404, type: 'not-found' },
  'an address that cannot be decoded': { path: '/v1/customers/%zz', status: 400, type: 'bad-request' },
  'broken JSON': { path: '/v1/facts', body: '{"facts":', status: 400, type: 'bad-request' },
  'no body': { method: 'POST', path: '/v1/facts', status: 422, type: 'invalid-input', field: 'facts' },
  'no facts': { ...facts(), status: 422, type: 'invalid-input', field: 'facts' },
  'a field that the route does not know': {
    path: '/v1/facts',
    body: { facts: [order('B')], more: 1 },
    status: 422,
    type: 'invalid-input',
    field: 'more',
  },
  'a field of a fact that is none': {
    ...facts({ ...order('B'), stream: 'order-X' }),
    status: 422,
    type: 'invalid-input',
    field: 'facts[0].stream',
  },
  'a key that reaches the prototype': {
    path: '/v1/facts',
    body: '{"facts":[{"type":"OrderPlaced","data":{"__proto__":{"x":1}}}]}',
    status: 400,
    type: 'bad-request',
  },
  'another content type': {
    path: '/v1/facts',
    body: 'a,b',
    headers: { 'content-type': 'text/csv' },
    status: 415,
    type: 'unsupported-media-type',
  },
  'a number for a text': {
    path: '/v1/customers',
    body: { ...customer, customerId: 1 },
    status: 422,
    type: 'invalid-input',
    field: 'customerId',
  },
  'a customer of no unit': {
    path: '/v1/customers',
    body: { ...customer, homeUnitId: 'nowhere' },
    status: 422,
    type: 'unknown-unit',
    field: 'homeUnitId',
  },
  'a customer of a day that is none': {
    path: '/v1/customers',
    body: { ...customer, registeredOn: '2024-02-30' },
    status: 422,
    type: 'invalid-input',
    field: 'registeredOn',
  },
  'a customer that has a file': {
    path: '/v1/customers',
    body: { ...customer, customerId: 'C1' },
    status: 409,
    type: 'already-registered',
  },
  'a step of nobody': {
    path: '/v1/customers/nobody/qualify',
    body: { effectiveOn: '2024-02-01', reasonCode: 'x' },
    status: 422,
    type: 'unknown-customer',
    field: 'customerId',
  },
  'an Idempotency-Key that is too long': {
    ...facts(order('B')),
    headers: { 'idempotency-key': 'k'.repeat(201) },
    status: 400,
    type: 'bad-request',
  },
  'a mapping that is none': {
    path: '/v1/imports',
    body: { mapping: { name: 'x' }, files: { rows: 'a' } },
    status: 422,
    type: 'invalid-mapping',
    field: 'source',
  },
  'a file that the mapping does not get': {
    path: '/v1/imports',
    body: { mapping: STATEMENTS, files: { other: 'a' } },
    status: 422,
    type: 'missing-file',
  },
  'a file without a column': {
    path: '/v1/imports',
    body: { mapping: STATEMENTS, files: { rows: 'id,day\n1,2024-01-01\n' } },
    status: 422,
    type: 'missing-column',
  },
  'a batch that nobody sent': {
    path: '/v1/imports/nothing/revoke',
    body: { reason: 'x', authorisedBy: 'mei' },
    status: 404,
    type: 'not-found',
  },
  'a role that may not': {
    ...facts(order('B')),
    auth: () => token(['viewer', 'auditor']),
    status: 403,
    type: 'not-allowed',
  },
  'a unit of another': {
    path: figures('period=2024&unit=south'),
    auth: () => token(['viewer'], { units: ['north'] }),
    status: 403,
    type: 'not-allowed',
    field: 'unit',
  },
};

describe('bad input', () => {
  let bench: ApiBench;
  let port = 0;
  let steward = '';

  beforeAll(async () => {
    bench = await ApiBench.open();
    await bench.app.listen(0, '127.0.0.1');
    port = (bench.app.getHttpServer().address() as AddressInfo).port;
    steward = await token(['steward', 'viewer']);
    const kept = await send({ ...facts(order('kept')), status: 200, type: '' });
    expect(JSON.parse(kept.text).results[0].status).toBe('appended');
    // Unknown is only what has been looked for in everything that is recorded.
    await bench.world.project();
  });
  afterAll(() => bench.close());

  const send = async ({
    path,
    body,
    method = body === undefined ? 'GET' : 'POST',
    headers,
    auth,
  }: Row): Promise<HttpAnswer> => {
    const who = auth === undefined ? steward : await auth();
    return sendHttp(port, {
      method,
      path,
      headers: {
        ...(who === null ? {} : { authorization: `Bearer ${who}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  };

  /** Sends, and fails when the log has grown. */
  const sendInVain = async (row: Row): Promise<HttpAnswer> => {
    const before = await bench.world.journal.head();
    const answer = await send(row);
    expect(await bench.world.journal.head()).toBe(before);
    expect(answer.text).not.toMatch(/\bat .*\.(ts|js):\d+|node_modules/);
    return answer;
  };

  const expectProblem = (
    given: { type: string; status: number; detail: string; errors?: readonly { field: string }[] },
    { status, type, field }: Row,
  ) => {
    expect({ status: given.status, type: given.type }).toEqual({
      status,
      type: `https://quadrant.dev/problems/${type}`,
    });
    expect(given.detail).toMatch(/\S/);
    if (field !== undefined) expect(given.errors?.map((error) => error.field)).toContain(field);
  };

  it.each(Object.entries(FACTS))('in a fact: %s', async (_what, row) => {
    const { status, text } = await sendInVain(row);
    const [result] = JSON.parse(text).results;
    expect([status, result.status]).toEqual([200, 'refused']);
    expectProblem(result.problem, row);
  });

  it.each(Object.entries(REQUESTS))('in a request: %s', async (_what, row) => {
    const { status, headers, text } = await sendInVain(row);
    expect([status, headers['content-type']]).toEqual([
      row.status,
      expect.stringMatching(/^application\/problem\+json/),
    ]);
    expectProblem(JSON.parse(text), row);
  });

  it('in a token', async () => {
    for (const [what, bad] of await badTokens()) {
      const row: Row = {
        ...facts(order('B')),
        auth: async () => bad,
        status: 401,
        type: bad === null ? 'no-token' : 'bad-token',
      };
      const { status, headers, text } = await sendInVain(row);
      expect([what, status, headers['www-authenticate']]).toEqual([what, 401, 'Bearer']);
      expectProblem(JSON.parse(text), row);
    }
  });

  it('in a row of a file: the whole file is rejected, and row, line, column and value are named', async () => {
    const rows = 'id,day,amount\nM1,2024-03-05,100.00\nM2,2024-02-30,1\nM3,2024-03-06,1.1234567\n';
    const { status, text } = await sendInVain({
      path: '/v1/imports',
      body: { mapping: STATEMENTS, files: { rows } },
      status: 200,
      type: '',
    });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      status: 'rejected',
      factsAppended: 0,
      rowsRejectedTotal: 2,
      rowsRejected: [
        { row: 2, line: 3, column: 'day', value: '2024-02-30', event: 'CashMoved' },
        { row: 3, line: 4, column: 'amount', value: '1.1234567', event: 'CashMoved' },
      ],
    });
  });

  it('in one fact of a stream: nothing of the stream is written, the other stream is', async () => {
    const { text } = await send({
      ...facts(
        order('S1'),
        {
          ...order('S1-cancel'),
          type: 'OrderLineCancelled',
          data: { orderId: 'S1', lineNo: 1, qty: '-1', cancelledOn: '2024-03-02', reason: 'x' },
        },
        order('S2'),
      ),
      status: 200,
      type: '',
    });
    const { results } = JSON.parse(text);
    expect(results.map(({ status }: { status: string }) => status)).toEqual([
      'refused',
      'refused',
      'appended',
    ]);
    expect(await bench.world.journal.exists('order-S1')).toBe(false);
  });

  it('of a key: the same Idempotency-Key for something else is a conflict', async () => {
    const headers = { 'idempotency-key': 'once' };
    const first = { ...customer, customerId: 'K1' };
    expect((await send({ path: '/v1/customers', body: first, headers, status: 201, type: '' })).status).toBe(
      201,
    );
    const row: Row = {
      path: '/v1/customers',
      body: { ...first, name: 'y' },
      headers,
      status: 409,
      type: 'idempotency-key-reused',
    };
    expectProblem(JSON.parse((await sendInVain(row)).text), row);
  });

  it('of many: more waiting questions than a caller may have', async () => {
    await bench.world.project();
    const after = (await bench.world.journal.head()) + 1n;
    const wait: Row = { path: figures(`period=2024&after=${after}&waitMs=30000`), status: 200, type: '' };
    const waiting = Array.from({ length: 32 }, () => send(wait));
    while (
      !/^quadrant_questions_waiting 32$/m.test((await send({ path: '/metrics', status: 200, type: '' })).text)
    );
    const refused = await send(wait);
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '2']);
    expectProblem(JSON.parse(refused.text), { ...wait, status: 429, type: 'too-many-waiting' });
    // What they waited for comes: all are answered, and there is room again.
    await send({ ...facts(order('awaited')), status: 200, type: '' });
    await bench.world.project();
    expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set([200]));
    expect((await send(wait)).status).toBe(200);
  });
});
