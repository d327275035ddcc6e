import { ApiBench } from './bench.ts';

/** Goal: an event that is recorded and not projected yet is never "unknown": the answer is "again", and nothing is written. */
const movement = {
  type: 'CashMoved',
  data: {
    movementId: 'behind-1',
    unitId: 'north',
    valueDate: '2024-03-01',
    amount: '1.00',
    currency: 'EUR',
    activity: 'operating',
    category: 'x',
  },
};
const correctionOf = (targetEventId: string) => ({
  type: 'FactCorrected',
  data: { targetEventId, replacement: null, reason: 'mistyped', authorisedBy: 'mei' },
});

let bench: ApiBench;
beforeAll(async () => {
  bench = await ApiBench.open();
});
afterAll(() => bench.close());

it('a correction of what no projector has seen is a 503 that may be repeated, and nothing of its request is recorded', async () => {
  const recorded = await bench.call('POST', '/v1/facts', { body: { facts: [movement] } });
  const { eventId, stream } = recorded.json.results[0];
  const beside = { ...movement, data: { ...movement.data, movementId: 'behind-2' } };
  const order = {
    body: { facts: [beside, correctionOf(eventId)] },
    headers: { 'idempotency-key': 'behind' },
  };
  const head = await bench.world.journal.head();
  const early = await bench.call('POST', '/v1/facts', order);
  expect([early.status, early.headers['retry-after']]).toEqual([503, '2']);
  expect(early.json).toMatchObject({ type: expect.stringMatching(/store-away$/) });
  expect(await bench.world.journal.head()).toBe(head);

  await bench.world.project();
  const again = await bench.call('POST', '/v1/facts', order);
  expect(again.json.results).toMatchObject([{ status: 'appended' }, { status: 'appended', stream }]);
});

it('an event that is nowhere is unknown once everything recorded has been projected', async () => {
  await bench.world.project();
  const answer = await bench.call('POST', '/v1/facts', {
    body: { facts: [correctionOf(crypto.randomUUID())] },
  });
  expect(answer.json.results[0].problem.type).toMatch(/unknown-target$/);
});
