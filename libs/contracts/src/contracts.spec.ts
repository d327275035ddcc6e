import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { declarationOf, eventTypes } from './catalogue.ts';
import { sourceEventId, streamOf } from './places.ts';
import { parseRecorded } from './recorded.ts';
import { jsonSchemaOf, validate } from './validate.ts';

/**
 * Goal: no event changes without somebody seeing it, and every event ever written can be read today.
 * Method: a golden file for each event and version holds its schema and a recorded sample; UPDATE_GOLDEN=1 writes new ones.
 */
const golden = join(import.meta.dirname, '..', 'golden');

describe.each(eventTypes)('%s', (type) => {
  const declaration = declarationOf(type);
  const file = join(golden, `${type}.v${declaration.version}.json`);

  it('accepts its sample', () => {
    expect(validate(type, declaration.sample)).toEqual({ ok: true });
  });

  it('has the schema and sample of its golden file', () => {
    const now = `${JSON.stringify({ schema: jsonSchemaOf(type, 'recorded'), sample: declaration.sample }, null, 1)}\n`;
    if (process.env['UPDATE_GOLDEN'] && !existsSync(file)) {
      mkdirSync(golden, { recursive: true });
      writeFileSync(file, now);
    }
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(now));
  });

  it('reads the samples of all its versions', () => {
    for (let version = 1; version <= declaration.version; version++) {
      const { sample } = JSON.parse(readFileSync(join(golden, `${type}.v${version}.json`), 'utf8')) as {
        sample: unknown;
      };
      expect(parseRecorded(type, sample, { schemaVersion: version, actor: 'test' })).toMatchObject({
        ok: true,
      });
    }
  });

  it('names a field that it does not know', () => {
    expect(validate(type, { ...declaration.sample, surprise: 1 })).toEqual({
      ok: false,
      problems: [{ path: 'surprise', message: 'is not a field of this event' }],
    });
  });
});

describe('bad input is named with its field and what would be right', () => {
  const order = declarationOf('OrderPlaced').sample as Record<string, unknown>;
  const line = (more: object) => ({
    ...order,
    lines: [{ lineNo: 1, productId: '11', qty: '1', unitPrice: '1', ...more }],
  });
  it.each<[string, string, unknown, string, RegExp]>([
    ['a negative quantity', 'OrderPlaced', line({ qty: '-1' }), 'lines[0].qty', /not be negative/],
    [
      'a 7th decimal',
      'OrderPlaced',
      line({ unitPrice: '1.1234567' }),
      'lines[0].unitPrice',
      /at most 6 decimals/,
    ],
    ['a JSON number', 'OrderPlaced', line({ qty: 1.5 }), 'lines[0].qty', /written as a string/],
    ['an unknown currency', 'OrderPlaced', { ...order, currency: 'XYZ' }, 'currency', /ISO 4217/],
    [
      'a date that does not exist',
      'OrderPlaced',
      { ...order, orderedOn: '2024-02-30' },
      'orderedOn',
      /date that exists/,
    ],
    ['a missing field', 'OrderPlaced', { ...order, customerId: undefined }, 'customerId', /is missing/],
    [
      'a line number twice',
      'OrderPlaced',
      { ...order, lines: [line({}).lines[0], line({}).lines[0]] },
      'lines[1].lineNo',
      /unique/,
    ],
    [
      'a WACC in percent',
      'CapitalCostRateSet',
      { unitId: 'root', wacc: '11', taxRate: '0.3', effectiveFrom: '2024-01-01' },
      'wacc',
      /0\.11 for 11 %/,
    ],
    [
      'an unknown policy parameter',
      'MeasurePolicySet',
      { kpiCode: 'nps', parameters: { window: 3 }, effectiveFrom: '2024-01-01', changeClass: 'method' },
      'parameters.window',
      /not a field/,
    ],
    [
      'weights that do not sum to 1',
      'MeasurePolicySet',
      {
        kpiCode: 'acsi',
        parameters: { weights: { a: '0.5', b: '0.4' } },
        effectiveFrom: '2024-01-01',
        changeClass: 'method',
      },
      'parameters.weights',
      /exactly 1/,
    ],
    [
      'a wrong cause',
      'GoodsReturned',
      { returnId: 'R', productId: '1', qty: '1', returnedOn: '2024-01-01', cause: 'bored' },
      'cause',
      /quality, wrongItem/,
    ],
    ['an event that is not in the catalogue', 'OrderDreamed', {}, 'type', /not an event/],
  ])('%s', (_what, type, data, path, message) => {
    const checked = validate(type, JSON.parse(JSON.stringify(data)));
    expect(checked.ok ? [] : checked.problems.map((problem) => problem.path)).toContain(path);
    expect(checked.ok ? '' : checked.problems.find((problem) => problem.path === path)?.message).toMatch(
      message,
    );
  });
});

describe('streams', () => {
  it.each([
    ['CreditNoteIssued', 'invoice-N-1'],
    ['OrderPlaced', 'order-10248'],
    ['SurveyResponseRecorded', 'survey-S-2024:1'],
    ['ExchangeRateSet', 'policy-rate-EUR-USD'],
    ['CapitalCostRateSet', 'policy-capital-root'],
    ['MeasurePolicySet', 'policy-customer-retention'],
    ['AccountDefined', 'ledger-chart'],
    ['CustomersMerged', 'customer-C042'],
    ['MarketSizeReported', 'market-delicatessen-eu'],
  ])('%s goes to %s', (type, stream) => {
    expect(streamOf(type, declarationOf(type).sample)).toBe(stream);
  });

  it('names them in ASCII whatever the id', () => {
    expect(streamOf('OrderPlaced', { orderId: '订单 1%' })).toBe('order-%E8%AE%A2%E5%8D%95%201%25');
    expect(streamOf('GoodsReturned', { returnId: 'R9' })).toBe('order-return-R9');
  });

  it('gives a fact of another system the same id each time', () => {
    expect(sourceEventId({ system: 'erp', id: '1' }, 'OrderPlaced')).toBe(
      sourceEventId({ system: 'erp', id: '1' }, 'OrderPlaced'),
    );
    expect(sourceEventId({ system: 'erp', id: '1' }, 'OrderPlaced')).not.toBe(
      sourceEventId({ system: 'erp', id: '1' }, 'InvoiceIssued'),
    );
  });
});
