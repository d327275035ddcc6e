import { isRefusal } from '#kernel';
import { context, customer, freshId, openWorkbench, type Workbench } from '../../commands/test/workbench.ts';
import { allRules } from '../test/bench.ts';
import { cashMapping, rowsFile } from '../test/cash.ts';
import { type Example, exampleFiles, exampleMapping } from '../test/examples.ts';
import {
  type ImportReport,
  type ImportRequest,
  importFile,
  type Mapping,
  readMapping,
  revokeBatch,
} from './index.ts';

describe('importFile, against a store', () => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await openWorkbench({ rules: allRules });
  });
  afterAll(async () => {
    await bench.close();
  });

  const run = async (
    request: Pick<ImportRequest, 'files' | 'mapping'> & Partial<ImportRequest>,
  ): Promise<ImportReport> => {
    const report = await importFile({
      recorder: bench.recorder,
      context: context(),
      known: bench.references,
      ...request,
    });
    if (isRefusal(report)) throw new Error(report.detail);
    return report;
  };
  const batchOf = async ({ batchId }: ImportReport): Promise<readonly Readonly<Record<string, unknown>>[]> =>
    (await bench.journal.load(`import-${batchId}`)).events.map(({ data }) => data);

  /** Rows for movements that no other test has, the third one broken. */
  const statement = (id: string): string =>
    `id,day,amount,text\n${id}-1,2024-03-05,1.50,rent\n${id}-2,2024-03-06,-2,rent\n${id}-3,2024-03-32,3,rent\n`;
  const rightStatement = (id: string): string => statement(id).replace('-32', '-31');

  it('records a file, names its batch in every fact, and puts the batch on record', async () => {
    const id = freshId();
    const progress: string[] = [];
    const report = await run({
      files: rowsFile(rightStatement(id)),
      mapping: cashMapping(),
      coverage: { from: '2024-03-01', to: '2024-03-31', types: ['CashMoved'] },
      onProgress: ({ phase, rows, rowsTotal, facts }) =>
        progress.push(`${phase} ${rows}/${rowsTotal} ${facts}`),
    });
    expect(report).toMatchObject({
      status: 'accepted',
      rowsRead: 3,
      rowsAccepted: 3,
      rowsRejected: [],
      factsPlanned: 3,
      factsAppended: 3,
      duplicates: 0,
      refused: [],
    });
    expect(progress).toEqual(['check 3/3 3', 'record 3/3 3']);
    const [event] = (await bench.journal.load(`cash-${id}-2`)).events;
    expect(event?.data).toMatchObject({ amount: '-2', valueDate: '2024-03-06' });
    expect(event?.metadata['source']).toEqual({
      system: 'bank',
      id: `${id}-2`,
      batchId: report.batchId,
      row: 2,
    });
    expect(await batchOf(report)).toEqual([
      {
        batchId: report.batchId,
        fileSha256: report.fileSha256,
        mapping: 'cash',
        rowsRead: 3,
        rowsAccepted: 3,
        rowsRejected: [],
        coverage: { from: '2024-03-01', to: '2024-03-31', types: ['CashMoved'] },
      },
    ]);
  });

  it('appends nothing for the same file, nor for the same rows in another file', async () => {
    const id = freshId();
    const request = { files: rowsFile(rightStatement(id)), mapping: cashMapping() };
    await run(request);
    const head = await bench.journal.head();
    expect(await run(request)).toMatchObject({ status: 'accepted', factsAppended: 0, duplicates: 3 });
    expect(await bench.journal.head()).toBe(head);
    const longer = rowsFile(`${rightStatement(id)}${id}-4,2024-03-31,4,rent\n`);
    expect(await run({ ...request, files: longer })).toMatchObject({ factsAppended: 1, duplicates: 3 });
  });

  it('writes nothing in a dry run, and says what would be', async () => {
    const head = await bench.journal.head();
    const report = await run({ files: rowsFile(statement(freshId())), mapping: cashMapping(), dryRun: true });
    expect(report).toMatchObject({
      status: 'checked',
      dryRun: true,
      rowsAccepted: 2,
      rowsRejectedTotal: 1,
      factsPlanned: 2,
      factsAppended: 0,
    });
    expect(report.rowsRejected).toEqual([
      {
        file: 'rows',
        row: 3,
        line: 4,
        column: 'day',
        value: '2024-03-32',
        reason: 'is not a day of the calendar (2024-03-32)',
        event: 'CashMoved',
      },
    ]);
    expect(await bench.journal.head()).toBe(head);
  });

  it('writes nothing of a file with a broken row', async () => {
    const head = await bench.journal.head();
    const report = await run({ files: rowsFile(statement(freshId())), mapping: cashMapping() });
    expect(report).toMatchObject({
      status: 'rejected',
      rowsAccepted: 0,
      rowsRejectedTotal: 1,
      factsAppended: 0,
    });
    expect(await bench.journal.head()).toBe(head);
  });

  it('passes over broken rows where the mapping says so, and names them in the batch', async () => {
    const mapping = cashMapping({ format: 'csv' }, { mapping: { onError: 'skip-rows' } });
    const report = await run({ files: rowsFile(statement(freshId())), mapping });
    expect(report).toMatchObject({
      status: 'accepted',
      rowsAccepted: 2,
      factsAppended: 2,
      rowsRejectedTotal: 1,
    });
    expect(await batchOf(report)).toMatchObject([
      { rowsRejected: [{ row: 3, why: 'day = "2024-03-32": is not a day of the calendar (2024-03-32)' }] },
    ]);
  });

  it('finds ids told twice and customers without a file before it writes', async () => {
    const [id, stranger] = [freshId(), freshId()];
    const mapping = cashMapping({ format: 'csv' }, { data: { customerId: '{text}', category: 'receipts' } });
    await bench.recorder.recordFacts([customer(id)], context());
    const head = await bench.journal.head();
    const rows = `id,day,amount,text\n${id}-1,2024-03-05,1,${id}\n${id}-1,2024-03-05,1,${id}\n${id}-2,2024-03-05,1,${stranger}\n`;
    const report = await run({ files: rowsFile(rows), mapping });
    expect(report.rowsRejected.map(({ row, reason }) => [row, reason])).toEqual([
      [2, `gives CashMoved the id ${id}-1, which row 1 has given already`],
      [3, `customerId names customer ${stranger}, which neither exists nor is brought by an earlier row`],
    ]);
    expect(await bench.journal.head()).toBe(head);
  });

  it('stops at a fact that the rules refuse; the file may be sent again', async () => {
    const [id, stranger] = [freshId(), freshId()];
    const mapping = cashMapping({ format: 'csv' }, { data: { customerId: '{text}', category: 'receipts' } });
    await bench.recorder.recordFacts([customer(id)], context());
    const rows = `id,day,amount,text\n${id}-1,2024-03-05,1,${id}\n${id}-2,2024-03-05,1,${stranger}\n`;
    const request = { files: rowsFile(rows), mapping };
    // Without `known` nobody asks before recording whether the customer exists.
    const stopped = await importFile({ recorder: bench.recorder, context: context(), ...request });
    expect(stopped).toMatchObject({
      status: 'stopped',
      factsAppended: 1,
      refused: [{ row: 2, type: 'CashMoved', sourceId: `${id}-2`, code: 'unknown-customer' }],
    });
    expect(await batchOf(stopped as ImportReport)).toEqual([]);
    await bench.recorder.recordFacts([customer(stranger)], context());
    const again = await run(request);
    expect(again).toMatchObject({ status: 'accepted', factsAppended: 1, duplicates: 1, refused: [] });
    expect(await batchOf(again)).toHaveLength(1);
  });

  it('refuses a file whose content is told differently under the same source', async () => {
    const id = freshId();
    await run({ files: rowsFile(rightStatement(id)), mapping: cashMapping() });
    const other = rightStatement(id).replace('1.50', '1.60');
    expect(await run({ files: rowsFile(other), mapping: cashMapping() })).toMatchObject({
      status: 'stopped',
      factsAppended: 0,
      refused: [{ row: 1, code: 'source-conflict' }],
    });
  });

  it('answers a file that is no file of the mapping with a refusal', async () => {
    const request = { recorder: bench.recorder, context: context(), mapping: cashMapping() };
    expect(await importFile({ ...request, files: rowsFile('a,b\n1,2\n') })).toMatchObject({
      refused: true,
      code: 'missing-column',
    });
    expect(await importFile({ ...request, files: {} })).toMatchObject({
      refused: true,
      code: 'missing-file',
    });
  });

  it('takes rows that open a customer file and say more about it', async () => {
    const id = freshId();
    const customerId = `${id}-{id}`;
    const mapping = cashMapping(
      { format: 'csv' },
      {
        mapping: {
          events: [
            {
              type: 'CustomerRegistered',
              id: `${id}:{id}`,
              data: {
                customerId,
                name: '{text}',
                kind: 'transactional',
                homeUnitId: 'root',
                registeredOn: { date: '{day}' },
                externalIds: [],
              },
            },
            {
              type: 'CustomerSegmentAssigned',
              id: `${id}:{id}`,
              data: { customerId, segmentCode: '{amount}', effectiveFrom: { date: '{day}' } },
            },
          ],
        },
      },
    );
    const files = rowsFile('id,day,amount,text\nA,2024-03-05,gold,Anna\nB,2024-03-06,blue,Bert\n');
    expect(await run({ files, mapping })).toMatchObject({
      status: 'accepted',
      factsAppended: 4,
      refused: [],
    });
    const { events } = await bench.journal.load(`customer-${id}-B`);
    expect(events.map(({ type }) => type)).toEqual(['CustomerRegistered', 'CustomerSegmentAssigned']);
  });

  it('takes a batch back as a unit', async () => {
    const id = freshId();
    const report = await run({ files: rowsFile(rightStatement(id)), mapping: cashMapping() });
    const revoke = (batchId: string) =>
      revokeBatch({
        batchId,
        events: bench.journal.readAll(),
        recorder: bench.recorder,
        context: context(),
        reason: 'wrong month',
        authorisedBy: 'controller',
      });
    const { events } = await bench.journal.load(`cash-${id}-2`);
    await bench.recorder.recordFacts(
      [
        {
          type: 'FactCorrected',
          stream: `cash-${id}-2`,
          data: {
            targetEventId: events[0]?.eventId,
            replacement: null,
            reason: 'twice',
            authorisedBy: 'mei',
          },
        },
      ],
      context(),
    );
    // Three movements and the record of the batch; one of them is void already.
    expect(await revoke(report.batchId)).toEqual({
      batchId: report.batchId,
      facts: 4,
      voided: 3,
      alreadyVoid: 1,
      refused: [],
    });
    const left = (await bench.journal.load(`cash-${id}-1`)).events;
    expect(left.map(({ type, data }) => [type, data['replacement']])).toEqual([
      ['CashMoved', undefined],
      ['FactCorrected', null],
    ]);
    expect(await revoke(report.batchId)).toMatchObject({ facts: 4, voided: 0, alreadyVoid: 4 });
    expect(await revoke('nothing')).toMatchObject({ refused: true, code: 'unknown-batch' });
  });

  it('imports all of Northwind, once', async () => {
    const mark = freshId();
    const own = (name: Example): Mapping => {
      // Ids of its own, so that a store that is shared with other tests can take the same company again.
      const text = JSON.stringify(exampleMapping(name))
        .replaceAll('{customerID}', `${mark}-{customerID}`)
        .replaceAll('{orderID}', `${mark}-{orderID}`);
      return readMapping(text) as Mapping;
    };
    const customers = {
      files: exampleFiles('northwind-customers'),
      mapping: { ...own('northwind-customers'), source: { system: `northwind-${mark}` } },
    };
    const orders = {
      files: exampleFiles('northwind-orders'),
      mapping: { ...own('northwind-orders'), source: { system: `northwind-${mark}` } },
    };
    expect(await run(customers)).toMatchObject({ status: 'accepted', rowsRead: 91, factsAppended: 94 });
    expect(await run(orders)).toMatchObject({ status: 'accepted', rowsRead: 830, factsAppended: 2469 });
    const { events } = await bench.journal.load(`order-${mark}-10248`);
    expect(events.map(({ type }) => type)).toEqual(['OrderPlaced', 'GoodsShipped']);
    const head = await bench.journal.head();
    expect(await run(orders)).toMatchObject({ status: 'accepted', factsAppended: 0, duplicates: 2469 });
    expect(await run(customers)).toMatchObject({ status: 'accepted', factsAppended: 0, duplicates: 94 });
    expect(await bench.journal.head()).toBe(head);
  });
});
