import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { Random } from '../../storms/lib/random.ts';
import { ApiBench, token } from '../bench.ts';
import { mutated, nasty, nastyText, spoiled } from './mutations.ts';
import { type Json, Values } from './values.ts';

/**
 * Goal: whatever is sent to any route, the answer is no 5xx, comes in time, shows no inside of the program, and a refusal
 * has written nothing; every good answer is what the OpenAPI document says.
 * Method: requests are made from the document itself and then spoiled. The seed is printed with a failure:
 * `FUZZ_SEED=7 FUZZ_REQUESTS=100000 npm run -s jest -- test/api/fuzz` runs another, longer one.
 */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 2_000);
const HUNG_MS = 40_000;
/** Answers of these routes cost a hundred questions each. */
const COSTLY = new Set(['get /v1/scorecards/{scorecard}']);
/** Says what the stores are at, not what the input is. */
const TIMED = new Set(['get /metrics']);

interface Made {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly payload?: string;
}

describe(`generated requests (seed ${SEED})`, () => {
  let bench: ApiBench;
  let document: Json;
  let auth = '';
  const answers = new Map<string, ValidateFunction>();

  beforeAll(async () => {
    bench = await ApiBench.open();
    document = (await bench.call('GET', '/openapi.json')).json;
    auth = await token(['steward', 'viewer', 'auditor']);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'api', components: document.components });
    for (const name of Object.keys(document.components.schemas))
      answers.set(name, ajv.compile({ $ref: `api#/components/schemas/${name}` }));
  });
  afterAll(() => bench.close());

  /** One request for a route. */
  const made = (random: Random, path: string, method: string, operation: Json): Made => {
    const values = new Values(random, document.components.schemas);
    const spoil = (value: unknown): string => {
      const text = random.chance(25) ? nastyText(random) : String(value);
      return random.chance(97) ? encoded(text) : text.replaceAll(/[^\x21-\x7e]|[#?]/g, '%zz');
    };
    const parameters = (operation.parameters as Json[]) ?? [];
    const place = path.replaceAll(/\{(\w+)\}/g, () => spoil(values.text()) || '%20');
    const query = parameters
      .filter((parameter) => parameter.in === 'query' && (parameter.required || random.chance(30)))
      .map(({ name, schema }) => `${name}=${spoil(values.of(schema))}`);
    if (random.chance(8))
      query.push(`${encoded(nastyText(random).slice(0, 40))}=${encoded(nastyText(random).slice(0, 40))}`);
    if (random.chance(5) && query[0] !== undefined) query.push(query[0]);
    const headers: Record<string, string> = { authorization: `Bearer ${auth}` };
    if (random.chance(15))
      headers['idempotency-key'] = nastyText(random)
        .replaceAll(/[^\x20-\x7e]/g, '')
        .slice(0, 300);
    if (random.chance(5)) headers['if-none-match'] = nastyText(random).replaceAll(/[^\x20-\x7e]/g, '');
    const schema = operation.requestBody?.content['application/json'].schema;
    const url = `${place}${query.length > 0 ? `?${query.join('&')}` : ''}`;
    if (schema === undefined) return { method: method.toUpperCase() as Made['method'], url, headers };
    headers['content-type'] = random.chance(96)
      ? 'application/json'
      : random.pick(['text/plain', 'application/xml', 'x', '']);
    const body = random.chance(3) ? nasty(random) : values.of(schema);
    const payload = random.chance(85) ? spoiled(random, mutated(random, body)) : JSON.stringify(body);
    return { method: 'POST', url, headers, payload };
  };

  const answered = async (request: Made): Promise<{ status: number; type: string; text: string }> => {
    let timer: NodeJS.Timeout | undefined;
    const hung = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('hung')), HUNG_MS);
    });
    try {
      const { statusCode, headers, body } = await Promise.race([bench.app.inject(request), hung]);
      return { status: statusCode, type: String(headers['content-type'] ?? ''), text: body };
    } finally {
      clearTimeout(timer);
    }
  };

  /** What is wrong with an answer; undefined when nothing is. */
  const wrongWith = (
    { status, type, text }: { status: number; type: string; text: string },
    operation: Json,
  ): string | undefined => {
    if (status >= 500) return `${status}: ${text}`;
    if (/\bat .*\.(ts|js):\d+|node_modules/.test(text)) return `shows its inside: ${text}`;
    if (status === 304) return undefined;
    if (status >= 400) {
      if (!/^application\/problem\+json/.test(type))
        return `${status} is no problem document: ${type} ${text}`;
      const problem = JSON.parse(text);
      if (problem.status !== status || !answers.get('Problem')?.(problem))
        return `${status}: no Problem: ${text}`;
      return undefined;
    }
    const [name] = Object.values<Json>(operation.responses[status]?.content ?? {}).map(
      ({ schema }) => schema.$ref,
    );
    if (operation.responses[status] === undefined) return `${status} is not documented`;
    if (name === undefined) return undefined;
    const check = answers.get(name.split('/').at(-1)) as ValidateFunction;
    return check(JSON.parse(text))
      ? undefined
      : `is no ${name}: ${JSON.stringify(check.errors)} in ${text.slice(0, 600)}`;
  };

  /** Events that an answer says it has written; undefined: a command's own business. */
  const writtenBy = (path: string, status: number, text: string): number | undefined => {
    if (status >= 400) return 0;
    if (path !== '/v1/facts') return undefined;
    return JSON.parse(text).results.filter((result: Json) => result.status === 'appended').length;
  };

  it(`get an answer, and write nothing when they are refused (${REQUESTS} requests)`, async () => {
    const routes = Object.entries<Json>(document.paths).flatMap(([path, item]) =>
      Object.entries<Json>(item).map(([method, operation]) => ({ path, method, operation })),
    );
    const random = new Random(SEED);
    const failures: string[] = [];
    const statuses = new Map<number, number>();
    for (const { path, method, operation } of routes) {
      const route = `${method} ${path}`;
      const share = Math.ceil(REQUESTS / routes.length);
      const count = TIMED.has(route) ? 5 : COSTLY.has(route) ? Math.ceil(share / 10) : share;
      let head = await bench.world.journal.head();
      for (let i = 0; i < count && failures.length < 10; i++) {
        const request = made(random, path, method, operation);
        const shown = `${request.method} ${request.url.slice(0, 300)} ${JSON.stringify(request.headers['idempotency-key'] ?? '')} ${request.payload?.slice(0, 1_500) ?? ''}`;
        const answer = await answered(request);
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        const wrong = wrongWith(answer, operation);
        if (wrong !== undefined) failures.push(`${shown}\n  → ${wrong}`);
        const expected = method === 'get' ? 0 : writtenBy(path, answer.status, answer.text);
        const now = await bench.world.journal.head();
        let written = 0;
        // Of a server that others use as well the head moves without us: only what is the company's own counts.
        if (now !== head) for await (const _ of bench.world.journal.readAll({ from: head })) written++;
        if (expected !== undefined && written !== expected)
          failures.push(`${shown}\n  → ${answer.status}, but ${written} events were written`);
        // As a projector does: a correction waits for what is recorded, and says "again" when nobody projects it.
        if (written > 0) await bench.world.project();
        head = now;
      }
    }
    expect(failures).toEqual([]);
    // A run in which nothing was accepted, or nothing refused, has tested nothing.
    expect(statuses.get(200) ?? 0).toBeGreaterThan(REQUESTS / 50);
    for (const status of [400, 404, 422])
      expect([status, statuses.get(status) ?? 0]).not.toEqual([status, 0]);
  }, 600_000);
});

/** Percent-encoded as UTF-8; half a surrogate pair has no such form, so a replacement goes out. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}
