import type { Role } from '#access';
import { ApiBench, token } from './bench.ts';

/** Goal: the timeline shows personal fields to those who have a purpose for them, and to nobody the envelope of a sealed one. */
let bench: ApiBench;
beforeAll(async () => {
  bench = await ApiBench.open();
});
afterAll(() => bench.close());

it.each<[Role, string | undefined]>([
  ['steward', 'Blauer See 蓝湖'],
  ['auditor', 'Blauer See 蓝湖'],
  ['viewer', undefined],
])('to a %s the name in the timeline is %s', async (role, name) => {
  const auth = await token([role]);
  const { json, text } = await bench.call('GET', '/v1/customers/C1/timeline', { auth });
  const registered = json.items.find(({ type }: { type: string }) => type === 'CustomerRegistered');
  expect(registered.data).toMatchObject({ customerId: 'C1', homeUnitId: 'north' });
  expect(registered.data.name).toBe(name);
  expect(text).not.toContain('sealed');
});
