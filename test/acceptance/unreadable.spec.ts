import { randomUUID } from 'node:crypto';
import { binaryEvent, type EventData, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { Position } from '#kernel';
import { Random } from '../storms/lib/random.ts';
import { Company, grow, setUp } from './random-company.ts';
import { difference, randomQuestion } from './random-questions.ts';
import { secondOpinion } from './second-opinion.ts';
import { World } from './world.ts';

/**
 * Goal: what a foreign writer or a damaged event leaves in the log is the same to both ways: it is parked, figures that
 * rest on such events are incomplete from its position on, and what can be read after it counts.
 * Method: damaged events behind the commands' back, in streams of their own and among good events; then random coordinates.
 */
const SEED = Number(process.env['UNREADABLE_SEED'] ?? 7);
const COORDINATES = Number(process.env['UNREADABLE_COORDINATES'] ?? 150);
const FACTS = 160;

describe(`unreadable events against reperformance (seed ${SEED})`, () => {
  let world: World;
  let client: EventStoreDBClient;
  let kpis: readonly string[] = [];
  /** Head before the first damage, and after each kind of it. */
  let whole: Position;
  const heads = new Map<string, Position>();

  beforeAll(async () => {
    world = await World.open();
    client = EventStoreDBClient.connectionString(world.place.eventStoreUri);
    kpis = [...world.readModels.sheets.keys()];
    await setUp(world);
    await grow(world, new Company(new Random(SEED)), FACTS);
    whole = await world.journal.head();
    for (const { name, stream, events } of damages()) {
      await client.appendToStream(`${world.place.name}.${stream}`, [...events]);
      heads.set(name, await world.journal.head());
    }
    await world.project();
  }, 300_000);
  afterAll(async () => {
    await client.dispose();
    await world.close();
  });

  it(`${COORDINATES} random coordinates among and behind them have the same digest`, async () => {
    const second = await secondOpinion(world);
    const random = new Random(SEED + 1);
    const head = await world.journal.head();
    const differing: string[] = [];
    for (let i = 0; i < COORDINATES && differing.length < 12; i++) {
      const found = await difference(world, second, randomQuestion(random, kpis, whole, head));
      if (found !== undefined) differing.push(found);
    }
    expect(differing.join('\n')).toBe('');
  }, 600_000);

  it('a third of the KPIs has the same digest behind each kind of damage, each in turn', async () => {
    const second = await secondOpinion(world);
    const differing: string[] = [];
    for (const [n, knownAt] of [...heads.values()].entries())
      for (const kpi of kpis.filter((_, i) => i % 3 === n % 3)) {
        const found = await difference(world, second, { kpi, unit: 'root', period: '2024-Q1', knownAt });
        if (found !== undefined) differing.push(found);
      }
    expect(differing.join('\n')).toBe('');
  }, 600_000);

  const flags = async (kpi: string, knownAt: Position) =>
    (await world.figure(kpi, '2024-02', { knownAt: { position: knownAt } })).flags;

  it('an event of a type that nobody knows is no fact and changes nothing', async () => {
    const known = heads.get('an unknown type') as Position;
    for (const kpi of kpis) {
      const [before, after] = [whole, known].map((at) =>
        world.figure(kpi, '2024-02', { knownAt: { position: at } }),
      );
      expect(await after).toEqual(await before);
    }
  });

  it('figures are incomplete from the damage on, where they rest on such events, and not before', async () => {
    const damaged = heads.get('data of another form') as Position;
    const before = heads.get('an unknown type') as Position;
    expect(await flags('order-to-ship-time', before)).not.toContain('incomplete');
    expect(await flags('order-to-ship-time', damaged)).toContain('incomplete');
    expect(await flags('operating-cash-flow', damaged)).not.toContain('incomplete');
  });

  it.each([
    ['a policy', 'metadata of another form', 'a contract of the future'],
    ['a correction', 'metadata of another form', 'a correction of nothing'],
  ])('%s that cannot be read leaves every figure incomplete', async (_what, soundAt, damagedAt) => {
    expect(await flags('csat', heads.get(soundAt) as Position)).not.toContain('incomplete');
    const knownAt = { position: heads.get(damagedAt) as Position };
    for (const kpi of kpis) {
      const figure = await world.figure(kpi, '2024-02', { knownAt });
      if (figure.status === 'no_data') continue;
      expect([kpi, figure.flags]).toEqual([kpi, expect.arrayContaining(['incomplete'])]);
    }
  });

  it('what can be read behind the damage counts', async () => {
    const { value, flags } = await world.figure('net-revenue', '2024-12');
    expect({ value, flags }).toEqual({ value: '70.00', flags: ['incomplete'] });
  });
});

const invoice = (netAmount: string) => ({
  invoiceId: 'sound',
  customerId: 'c1',
  unitId: 'root',
  issuedOn: '2024-12-05',
  currency: 'EUR',
  lines: [{ productId: 'p1', qty: '1', netAmount, taxAmount: '0', costAmount: '1' }],
});

interface Damage {
  readonly name: string;
  readonly stream: string;
  readonly events: readonly EventData[];
}

/** In this order, so that each finds figures that the ones before have left alone. */
function damages(): Damage[] {
  const metadata = { schemaVersion: 1, actor: 'foreign' };
  const event = (type: string, data: object, more: object = {}, id: string = randomUUID()) =>
    jsonEvent({ id, type, data: data as Record<string, unknown>, metadata: { ...metadata, ...more } });
  const correction = (targetEventId: string, replacement: object | null, id?: string) =>
    event('FactCorrected', { targetEventId, replacement, reason: 'x', authorisedBy: 'mei' }, {}, id);
  const [sound, failed, lost] = [randomUUID(), randomUUID(), randomUUID()];
  return [
    { name: 'an unknown type', stream: 'order-o5', events: [event('OrderDreamed', { orderId: 'o5' })] },
    {
      name: 'data of another form',
      stream: 'order-o5',
      events: [event('GoodsShipped', { orderId: 'o5', shipmentId: 'z', shippedOn: 'yesterday', lines: [] })],
    },
    {
      name: 'bytes that are no JSON',
      stream: 'order-o6',
      events: [binaryEvent({ type: 'DeliveryConfirmed', data: Buffer.from([0, 255, 1]) })],
    },
    {
      name: 'a version of the future',
      stream: 'asset-a1',
      events: [event('AssetChanged', { assetId: 'a1' }, { schemaVersion: 99 })],
    },
    {
      name: 'metadata of another form',
      stream: 'invoice-foreign',
      events: [event('InvoiceIssued', { ...invoice('1'), invoiceId: 'foreign' }, { schemaVersion: 'one' })],
    },
    {
      name: 'a contract of the future',
      stream: 'policy-otif',
      events: [
        event(
          'MeasurePolicySet',
          {
            kpiCode: 'otif',
            parameters: { moonPhase: 'full' },
            effectiveFrom: '2024-01-01',
            changeClass: 'method',
          },
          { schemaVersion: 3 },
        ),
      ],
    },
    { name: 'a correction of nothing', stream: 'cash-m1', events: [correction(randomUUID(), null)] },
    {
      name: 'a correction of what cannot be read',
      stream: 'employee-e1',
      events: [
        event('EmploymentChanged', { employeeId: 'e1' }, {}, lost),
        correction(lost, {
          employeeId: 'e1',
          unitId: 'root',
          department: 'x',
          jobCode: 'j1',
          fte: '1',
          effectiveFrom: '2024-01-01',
        }),
      ],
    },
    {
      name: 'sound facts and corrections among the others',
      stream: 'invoice-sound',
      events: [
        event('InvoiceIssued', invoice('50'), {}, sound),
        correction(sound, { ...invoice('60'), currency: 'nothing' }, failed),
        correction(failed, invoice('61')),
        event('InvoiceIssued', { invoiceId: 'sound' }),
        correction(sound, invoice('70')),
      ],
    },
    {
      name: 'a correction from another stream',
      stream: 'invoice-elsewhere',
      events: [correction(sound, invoice('90'))],
    },
  ];
}
