import { Validator } from '@seriousme/openapi-schema-validator';
import { eventTypes } from '#contracts';
import { ApiBench } from './bench.ts';

/** Goal: GET /openapi.json is what the router does, neither more nor less, and a document that tools can read. */
describe('the OpenAPI document', () => {
  let bench: ApiBench;
  // biome-ignore lint/suspicious/noExplicitAny: a document of any shape is what is tested
  let document: any;

  beforeAll(async () => {
    bench = await ApiBench.open();
    document = (await bench.call('GET', '/openapi.json')).json;
  });
  afterAll(() => bench.close());

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has every route of the router, and the router every route of it', () => {
    const described = Object.entries(document.paths as Record<string, object>).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(described.sort()).toEqual([...bench.routes].sort());
    expect(described.length).toBeGreaterThan(20);
  });

  it('points nowhere that is not there', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(refs.length).toBeGreaterThan(50);
    for (const [, name] of refs) expect(document.components.schemas).toHaveProperty([name as string]);
  });

  it('says what a body and a question may hold as the validators do', () => {
    const { schemas } = document.components;
    expect(schemas.RegisterCustomerBody).toMatchObject({
      additionalProperties: false,
      required: expect.arrayContaining(['customerId', 'name', 'kind', 'homeUnitId', 'registeredOn']),
      properties: { kind: { enum: ['contractual', 'transactional'] }, customerId: { maxLength: 200 } },
    });
    const limit = document.paths['/v1/customers'].get.parameters.find(
      ({ name }: { name: string }) => name === 'limit',
    );
    expect(limit).toMatchObject({
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 500 },
    });
  });

  it('holds the contract of every event that can be sent as a fact', async () => {
    const { schemas } = document.components;
    const sent = schemas.FactBody.oneOf.map(
      ({ properties }: { properties: { type: { const: string } } }) => properties.type.const,
    );
    expect(sent.length).toBeGreaterThan(35);
    expect(eventTypes).toEqual(expect.arrayContaining(sent));
    const list = (await bench.call('GET', '/v1/schemas')).json.schemas;
    for (const { type, version, href } of list) {
      if (!sent.includes(type)) continue;
      const { $schema: _, ...contract } = (await bench.call('GET', href)).json;
      expect(schemas[`${type}.v${version}`]).toEqual(contract);
    }
    // An older version of a contract is still to be had.
    expect((await bench.call('GET', '/v1/schemas/LedgerAmountPosted/1')).status).toBe(200);
  });

  it('needs a token, and says which routes need none', async () => {
    expect((await bench.call('GET', '/openapi.json', { auth: null })).status).toBe(401);
    expect(document.paths['/health/live'].get.security).toEqual([]);
    expect(document.paths['/v1/kpis'].get.security).toBeUndefined();
  });
});
