import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { type CommandContext, CommandsModule, RecordFacts } from '#commands';
import { customerSubject } from '#journal';
import { context, customer, freshId, openWorkbench, type Workbench } from '../../commands/test/workbench.ts';
import {
  ChangeCustomerFile,
  ChangeProfileBody,
  CustomerFilesModule,
  customerFacts,
  customerFilesRules,
  EraseCustomer,
} from './index.ts';

describe('customer-file commands on the command bus', () => {
  let bench: Workbench;
  let app: INestApplicationContext;
  let bus: CommandBus;

  beforeAll(async () => {
    bench = await openWorkbench();
    const { journal } = bench;
    @Module({
      imports: [
        CommandsModule.forRootAsync({ useFactory: () => ({ journal, rules: customerFilesRules }) }),
        CustomerFilesModule,
      ],
    })
    class TestApp {}
    app = await NestFactory.createApplicationContext(TestApp, { logger: false });
    bus = app.get(CommandBus);
  });

  afterAll(async () => {
    await app.close();
    await bench.close();
  });

  const change = (fact: ChangeCustomerFile['fact'], given: Partial<CommandContext> = {}) =>
    bus.execute(new ChangeCustomerFile(fact, context(given)));
  const registered = async (): Promise<string> => {
    const customerId = freshId();
    expect(await change({ ...customer(customerId) })).toMatchObject({ revision: 0n });
    return customerId;
  };
  const step = { effectiveOn: '2024-02-01', reasonCode: 'asked' };

  it('walks through the life of a customer', async () => {
    const id = await registered();
    const activation = { basis: 'contract', unitId: 'root', effectiveOn: '2024-02-01' } as const;
    expect(await change(customerFacts.qualify(id, step))).toMatchObject({ revision: 1n });
    expect(await change(customerFacts.activate(id, activation))).toMatchObject({ revision: 2n });
    expect(await change(customerFacts.winBack(id, step))).toMatchObject({ code: 'not-lost' });
    expect(await change(customerFacts.lapse(id, step))).toMatchObject({ revision: 3n });
    expect(await change(customerFacts.winBack(id, step))).toMatchObject({ revision: 4n });
  });

  it('refuses who has no file, and who has one already', async () => {
    const id = await registered();
    expect(await change(customerFacts.qualify(freshId(), step))).toMatchObject({ code: 'unknown-customer' });
    expect(await change({ ...customer(id) })).toMatchObject({ code: 'already-registered' });
  });

  it('a repeat with the same key gets the first answer; another content under it is refused', async () => {
    const id = freshId();
    const key = { idempotencyKey: `register-${id}` };
    const first = await change({ ...customer(id) }, key);
    expect(await change({ ...customer(id) }, key)).toEqual(first);
    expect(await change({ ...customer(id, { name: 'Another' }) }, key)).toMatchObject({
      code: 'idempotency-key-reused',
    });
  });

  it('takes bodies as they come from validation, down to their contacts', async () => {
    const id = await registered();
    const body = plainToInstance(ChangeProfileBody, {
      effectiveOn: '2024-03-01',
      region: 'Bayern',
      contacts: [{ kind: 'email', value: 'order@example.org' }],
    });
    expect(await validate(body, { whitelist: true, forbidNonWhitelisted: true })).toEqual([]);
    const key = { idempotencyKey: `profile-${id}` };
    const first = await change(customerFacts.changeProfile(id, body), key);
    expect(first).toMatchObject({ revision: 1n });
    expect(await change(customerFacts.changeProfile(id, body), key)).toEqual(first);
    const wrong = plainToInstance(ChangeProfileBody, {
      effectiveOn: 'soon',
      contacts: [{ kind: 'pigeon', value: '' }],
    });
    expect((await validate(wrong)).map(({ property }) => property).sort()).toEqual([
      'contacts',
      'effectiveOn',
    ]);
  });

  it('merges once, in one direction, and parts again', async () => {
    const [a, b, c] = [await registered(), await registered(), await registered()];
    const merge = (survivorId: string, absorbedId: string) =>
      change(customerFacts.merge(survivorId, { absorbedId, reason: 'same person' }));
    expect(await merge(a, a)).toMatchObject({ code: 'invalid-input', field: 'absorbedId' });
    expect(await merge(a, freshId())).toMatchObject({ code: 'unknown-customer', field: 'absorbedId' });
    expect(await merge(freshId(), a)).toMatchObject({ code: 'unknown-customer', field: 'survivorId' });
    expect(await merge(a, b)).toMatchObject({ revision: 1n });
    expect(await merge(c, b)).toMatchObject({ code: 'already-merged', field: 'absorbedId' });
    expect(await merge(b, c)).toMatchObject({ code: 'already-merged', field: 'survivorId' });
    const part = (survivorId: string) =>
      change(customerFacts.unmerge(survivorId, { restoredId: b, reason: 'mistaken' }));
    expect(await part(c)).toMatchObject({ code: 'not-merged' });
    expect(await part(a)).toMatchObject({ revision: 2n });
    expect(await merge(b, c)).toMatchObject({ revision: 1n });
  });

  it('two mergers of one file at once: one wins', async () => {
    const [a, b, c] = [await registered(), await registered(), await registered()];
    const outcomes = await Promise.all(
      [a, b].map((survivorId) => change(customerFacts.merge(survivorId, { absorbedId: c, reason: 'same' }))),
    );
    expect(outcomes.filter((outcome) => 'refused' in outcome)).toHaveLength(1);
  });

  it('erasing destroys the key, and does so also when it is asked for again', async () => {
    const id = await registered();
    const [event] = (await bench.journal.load(`customer-${id}`)).events;
    const envelope = event?.data['name'] as never;
    const erase = () =>
      bus.execute(new EraseCustomer(id, { legalBasis: 'GDPR 17', requestedBy: 'the customer' }, context()));
    expect(bench.keys.open(customerSubject(id), 'name', envelope)).toBe('Vins et alcools Chevalier');
    expect(await erase()).toMatchObject({ revision: 1n });
    expect(bench.keys.open(customerSubject(id), 'name', envelope)).toBeUndefined();
    expect(await erase()).toMatchObject({ code: 'already-erased' });
  });

  it('an erasure is not taken back by a correction', async () => {
    const id = await registered();
    const stream = `customer-${id}`;
    const erasing = { legalBasis: 'GDPR 17', requestedBy: 'the customer' };
    await bus.execute(new EraseCustomer(id, erasing, context()));
    const targetEventId = (await bench.journal.load(stream)).events.at(-1)?.eventId;
    const data = { targetEventId, replacement: null, reason: 'changed our mind', authorisedBy: 'mei' };
    const correction = { type: 'FactCorrected', stream, data };
    expect(await bus.execute(new RecordFacts([correction], context()))).toMatchObject([
      { status: 'refused', problem: { code: 'not-correctable' } },
    ]);
  });
});
