import { openJournal } from '#journal';
import { isRefusal, type Position, refuse } from '#kernel';
import { type CuttingProxy, startCuttingProxy } from '../../journal/test/cutting-proxy.ts';
import { cash, context, customer, freshId, openWorkbench, type Workbench } from '../test/workbench.ts';
import type { CommandReceipt, Decider } from './index.ts';
import { CommandRunner, References, recordedOnce } from './index.ts';

interface Withdraw {
  readonly movementId: string;
}

/** Movements of one account of at most five: enough to see decisions, conflicts and refusals. */
const account: Decider<number, Withdraw> = {
  initial: 0,
  decide: (count, { movementId }) =>
    count < 5 ? [{ ...cash(movementId) }] : refuse('account-full', 'The account takes five movements.'),
  evolve: (count) => count + 1,
};

function landed(outcome: Awaited<ReturnType<CommandRunner['run']>>): CommandReceipt {
  if (isRefusal(outcome)) throw new Error(outcome.detail);
  return outcome;
}

describe('the command runner', () => {
  let bench: Workbench;

  beforeAll(async () => {
    bench = await openWorkbench();
  });

  afterAll(async () => {
    await bench.close();
  });

  const withdraw = (stream: string, change: object = {}, runner = bench.runner) =>
    runner.run({ stream, decider: account, command: { movementId: freshId() }, context: context(change) });

  it('appends what was decided and says where it is', async () => {
    const stream = `cash-${freshId()}`;
    const receipt = landed(await withdraw(stream, { correlationId: 'corr-1' }));
    const [event] = (await bench.journal.load(stream)).events;
    expect(event).toMatchObject({
      position: receipt.position,
      revision: receipt.revision,
      eventId: receipt.eventIds[0],
      metadata: { actor: 'steward', unitId: 'root', $correlationId: 'corr-1' },
      parsed: { ok: true },
    });
  });

  it('answers a refusal of the decider as a value and writes nothing', async () => {
    const stream = `cash-${freshId()}`;
    for (let i = 0; i < 5; i += 1) landed(await withdraw(stream));
    expect(await withdraw(stream)).toMatchObject({ refused: true, code: 'account-full' });
    expect((await bench.journal.load(stream)).revision).toBe(4n);
  });

  it('decides again when others write meanwhile, and never beyond the rule', async () => {
    const stream = `cash-${freshId()}`;
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => withdraw(stream)));
    expect(outcomes.filter((outcome) => !isRefusal(outcome))).toHaveLength(5);
    expect(outcomes.filter((outcome) => isRefusal(outcome) && outcome.code === 'account-full')).toHaveLength(
      3,
    );
    expect((await bench.journal.load(stream)).revision).toBe(4n);
  });

  it('answers a repeat with the first receipt and writes nothing', async () => {
    const stream = `cash-${freshId()}`;
    const first = landed(await withdraw(stream, { idempotencyKey: 'k-1' }));
    landed(await withdraw(stream));
    expect(await withdraw(stream, { idempotencyKey: 'k-1' })).toEqual(first);
    expect((await bench.journal.load(stream)).revision).toBe(1n);
  });

  it('answers a repeat also when the rule would refuse it now', async () => {
    const stream = `cash-${freshId()}`;
    const first = landed(await withdraw(stream, { idempotencyKey: 'k-1' }));
    for (let i = 0; i < 4; i += 1) landed(await withdraw(stream));
    expect(await withdraw(stream, { idempotencyKey: 'k-1' })).toEqual(first);
  });

  it('repeats at the same time write once', async () => {
    const stream = `cash-${freshId()}`;
    const command = { movementId: 'M1' };
    const runs = await Promise.all(
      Array.from({ length: 6 }, () =>
        bench.runner.run({ stream, decider: account, command, context: context({ idempotencyKey: 'k-2' }) }),
      ),
    );
    expect(new Set(runs.map((run) => landed(run).eventIds[0])).size).toBe(1);
    expect((await bench.journal.load(stream)).revision).toBe(0n);
  });

  it('two contents under one key at the same time: one is recorded, the other refused', async () => {
    for (let i = 0; i < 10; i += 1) {
      const id = freshId();
      const outcomes = await Promise.all(
        ['1.00', '2.00', '3.00'].map((amount) =>
          bench.runner.record(
            recordedOnce('CashMoved', 'movementId'),
            cash(id, { amount }),
            context({ idempotencyKey: `k-${id}` }),
          ),
        ),
      );
      const codes = outcomes.map((outcome) => (isRefusal(outcome) ? outcome.code : 'appended'));
      expect(codes.toSorted()).toEqual(['appended', 'idempotency-key-reused', 'idempotency-key-reused']);
      const { events } = await bench.journal.load(`cash-${id}`);
      expect(events.map(({ data }) => data['amount'])).toEqual([`${codes.indexOf('appended') + 1}.00`]);
    }
  });

  it('several events without a key are written once, also on a log that ends before what was seen of it', async () => {
    // As after a restore of the store under a process that lives.
    const journal = { ...bench.journal, since: () => Promise.resolve((2n ** 62n) as Position) };
    const runner = new CommandRunner({ journal, references: bench.references });
    const stream = `cash-${freshId()}`;
    const both: typeof account = { ...account, decide: () => [cash(freshId()), cash(freshId())] };
    const receipt = landed(
      await runner.run({ stream, decider: both, command: { movementId: '' }, context: context() }),
    );
    const { events } = await bench.journal.load(stream);
    expect(events.map(({ eventId }) => eventId)).toEqual(receipt.eventIds);
    expect(receipt).toMatchObject({ revision: 1n, position: events[1]?.position });
  });

  it('keeps the keys of two actors apart', async () => {
    const stream = `cash-${freshId()}`;
    landed(await withdraw(stream, { idempotencyKey: 'k-1', actor: 'a' }));
    landed(await withdraw(stream, { idempotencyKey: 'k-1', actor: 'b' }));
    expect((await bench.journal.load(stream)).revision).toBe(1n);
  });

  it('refuses what the contract does not take, with the path of the field', async () => {
    const stream = `cash-${freshId()}`;
    const outcome = await bench.runner.run({
      stream,
      decider: { ...account, decide: () => [{ ...cash('M1', { amount: 'a lot' }) }] },
      command: { movementId: 'M1' },
      context: context(),
    });
    expect(outcome).toMatchObject({ refused: true, code: 'invalid-input', field: 'amount' });
    expect((await bench.journal.load(stream)).revision).toBe(-1n);
  });

  it('refuses a customer and a unit that nobody knows', async () => {
    const propose = (data: object) =>
      bench.runner.run({
        stream: `cash-${freshId()}`,
        decider: { ...account, decide: () => [{ ...cash('M1', data) }] },
        command: { movementId: 'M1' },
        context: context(),
      });
    expect(await propose({ customerId: freshId() })).toMatchObject({
      code: 'unknown-customer',
      field: 'customerId',
    });
    expect(await propose({ unitId: freshId() })).toMatchObject({ code: 'unknown-unit', field: 'unitId' });
    expect(await propose({ unitId: freshId(), customerId: freshId() })).toMatchObject({
      code: 'unknown-customer',
    });
  });

  it('writes nothing when there is nothing to do, and says where the stream stands', async () => {
    const stream = `cash-${freshId()}`;
    const first = landed(await withdraw(stream));
    const outcome = await bench.runner.run({
      stream,
      decider: { ...account, decide: () => [] },
      command: { movementId: 'M1' },
      context: context(),
    });
    expect(outcome).toEqual({ ...first, eventIds: [] });
  });

  it('seals personal data: nothing of it is in the event, the key opens it', async () => {
    const customerId = freshId();
    const stream = `customer-${customerId}`;
    const register = customer(customerId, { name: 'Paul Henriot' });
    landed(
      await bench.runner.run({
        stream,
        decider: { initial: 0, decide: () => [register], evolve: (n) => n + 1 },
        command: {},
        context: context(),
      }),
    );
    const [event] = (await bench.journal.load(stream)).events;
    expect(JSON.stringify([event?.data, event?.metadata])).not.toContain('Henriot');
    expect(event?.parsed).toMatchObject({ ok: true });
    expect(bench.keys.open(`customer-${customerId}`, 'name', event?.data['name'] as never)).toBe(
      'Paul Henriot',
    );
  });

  describe('over a line that fails', () => {
    let proxy: CuttingProxy;

    beforeEach(async () => {
      proxy = await startCuttingProxy(bench.uri);
    });

    afterEach(async () => {
      await proxy.close();
    });

    it('an outcome that got lost is neither refused nor doubled', async () => {
      const shaky = openJournal({
        uri: proxy.uri,
        namespace: bench.namespace,
        keys: bench.keys,
        totalTimeoutMs: 8_000,
        attemptTimeoutMs: 2_000,
      });
      const references = new References(shaky);
      await references.unitExists('root');
      const runner = new CommandRunner({ journal: shaky, references });
      const stream = `cash-${freshId()}`;
      landed(await withdraw(stream, {}, runner));
      // The line goes deaf when the append is on its way: the load of the same run is answered before.
      const deafRunner = new CommandRunner({
        journal: {
          ...shaky,
          append: (...append) => {
            proxy.mute();
            return shaky.append(...append);
          },
        },
        references,
      });
      const outcome = withdraw(stream, { idempotencyKey: 'k-9' }, deafRunner);
      while ((await bench.journal.load(stream)).revision < 1n) await new Promise(setImmediate);
      proxy.cut();
      const receipt = landed(await outcome);
      expect(receipt.revision).toBe(1n);
      expect(await withdraw(stream, { idempotencyKey: 'k-9' })).toEqual(receipt);
      expect((await bench.journal.load(stream)).revision).toBe(1n);
      await shaky.close();
    });

    it('says in bounded time that the store is away', async () => {
      proxy.away();
      const impatient = openJournal({ uri: proxy.uri, namespace: bench.namespace, totalTimeoutMs: 500 });
      const runner = new CommandRunner({ journal: impatient, references: new References(impatient) });
      await expect(withdraw(`cash-${freshId()}`, {}, runner)).rejects.toMatchObject({
        code: 'store-unavailable',
      });
      await impatient.close();
    });
  });
});
