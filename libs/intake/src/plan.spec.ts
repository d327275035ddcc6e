import * as fc from 'fast-check';
import { cashMapping, planned } from '../test/cash.ts';
import { fileOf, type Mapping, planImport, type RowResult } from './index.ts';
import { ImportRefused } from './refused.ts';

const HEADER = 'id,day,amount,text\n';
const data = (results: readonly RowResult[]): readonly unknown[] =>
  results.flatMap(({ facts }) => facts.map((fact) => fact.data));
const errors = (results: readonly RowResult[]): readonly string[] =>
  results.flatMap((result) =>
    result.errors.map((e) => `${e.row}/${e.line} ${e.column}=${e.value}: ${e.reason}`),
  );
async function refusal(content: string | Uint8Array, mapping?: Mapping): Promise<string> {
  const outcome = await planned(content, mapping).catch((error: unknown) => error);
  if (!(outcome instanceof ImportRefused)) throw new Error('The file was not refused.');
  return `${outcome.refusal.code}: ${outcome.refusal.detail}`;
}

describe('planImport', () => {
  it('makes facts of rows, with a source that does not depend on the file', async () => {
    const [result] = await planned(`${HEADER}A1,2024-03-05,1234.50,"rent, march"\n`);
    expect(result).toEqual({
      row: 1,
      line: 2,
      errors: [],
      skipped: false,
      facts: [
        {
          type: 'CashMoved',
          data: {
            movementId: 'A1',
            valueDate: '2024-03-05',
            amount: '1234.5',
            currency: 'EUR',
            activity: 'operating',
            category: 'rent, march',
          },
          source: { system: 'bank', id: 'A1', row: 1 },
        },
      ],
    });
  });

  it.each([
    ['utf-8', Buffer.from(`${HEADER}A1,2024-03-05,1,Zürich 深圳\n`, 'utf8')],
    ['utf-8', Buffer.from(`\ufeff${HEADER}A1,2024-03-05,1,Zürich 深圳\n`, 'utf8')],
    ['utf-16le', Buffer.from(`\ufeff${HEADER}A1,2024-03-05,1,Zürich 深圳\n`, 'utf16le')],
    ['windows-1252', Buffer.from(`${HEADER}A1,2024-03-05,1,Z\xfcrich \x80\n`, 'latin1')],
    ['gb18030', Buffer.concat([Buffer.from(`${HEADER}A1,2024-03-05,1,`), Buffer.from('c9eedbda0a', 'hex')])],
    ['gbk', Buffer.concat([Buffer.from(`${HEADER}A1,2024-03-05,1,`), Buffer.from('c9eedbda0a', 'hex')])],
    ['big5', Buffer.concat([Buffer.from(`${HEADER}A1,2024-03-05,1,`), Buffer.from('a4a4a4e50a', 'hex')])],
  ] as const)('reads %s', async (encoding, bytes) => {
    const [fact] = data(await planned(bytes, cashMapping({ format: 'csv', encoding })));
    const { category } = fact as { category: string };
    expect(category).toBe(
      { 'windows-1252': 'Zürich €', gb18030: '深圳', gbk: '深圳', big5: '中文' }[encoding as string] ??
        'Zürich 深圳',
    );
  });

  it('refuses bytes that are not what the mapping says', async () => {
    const latin = Buffer.from(`${HEADER}A1,2024-03-05,1,Z\xfcrich\n`, 'latin1');
    expect(await refusal(latin)).toMatch(/^wrong-encoding: rows.csv is not utf-8/);
    const utf16 = Buffer.from(`\ufeff${HEADER}`, 'utf16le');
    expect(await refusal(utf16)).toMatch(/^wrong-encoding: .*name utf-16le as its encoding/);
    expect(await refusal(Buffer.from('504b030414000600', 'hex'))).toMatch(
      /^wrong-encoding: .*Excel workbook/,
    );
  });

  it('refuses files that cannot be rows of the mapping', async () => {
    expect(await refusal('')).toMatch(/^empty-file/);
    expect(await refusal('id,day,sum,text\nA,B,C,D\n')).toMatch(
      /^missing-column: rows has no column "amount" \(events\[0\]\.data\.amount\.decimal/,
    );
    expect(await refusal('id,id,amount,text\n')).toMatch(/^repeated-column/);
    expect(await refusal(`${HEADER}A1,2024-03-05,1,"open\n`)).toMatch(/^unreadable-file: .*csv/);
  });

  it('reads other signs, other dates and no header', async () => {
    const mapping = cashMapping(
      {
        format: 'csv',
        delimiter: ';',
        quote: "'",
        header: false,
        columns: ['id', 'day', 'amount', 'text'],
        decimal: ',',
        thousands: '.',
        dateFormat: 'D.M.YYYY',
        nulls: ['-', ''],
      },
      { data: { documentId: '{text}', category: 'receipts' } },
    );
    expect(
      data(await planned("A1;5.3.2024;1.234.567,05;'a;b'\nA2;31.12.2023;-0,5;-\n", mapping)),
    ).toMatchObject([
      { valueDate: '2024-03-05', amount: '1234567.05', documentId: 'a;b' },
      { valueDate: '2023-12-31', amount: '-0.5' },
    ]);
  });

  it('reads tab-separated values and JSON lines, numbers digit by digit', async () => {
    expect(
      data(await planned('id\tday\tamount\ttext\nA1\t2024-03-05\t.5\tx\n', cashMapping({ format: 'tsv' }))),
    ).toMatchObject([{ amount: '0.5' }]);
    const lines =
      '{"id":"A1","day":"2024-03-05","amount":12345678901234567.000001,"text":"no 1.50 \\" here"}\n\n';
    expect(data(await planned(lines, cashMapping({ format: 'jsonl' })))).toMatchObject([
      { amount: '12345678901234567.000001', category: 'no 1.50 " here' },
    ]);
    const broken = await planned('{"id":"A1"\n[1]\n', cashMapping({ format: 'jsonl' }));
    expect(errors(broken)[0]).toMatch(/^1\/1 .*is not JSON/);
    expect(errors(broken)[1]).toBe('2/2 undefined=undefined: is not a JSON object');
  });

  it('names line, column, value and reason of what is wrong', async () => {
    const results = await planned(
      `${HEADER}A1,2024-02-30,1,"two\nlines"\nA2,05.03.2024,1,x\nA3,2024-03-05,1e3,x\nA4,2024-03-05,0.1234567,x\nA5,2024-03-05\nA6,2024-03-05,,x\n,2024-03-05,1,x\n`,
    );
    expect(errors(results)).toEqual([
      '1/2 day=2024-02-30: is not a day of the calendar (2024-02-30)',
      '2/4 day=05.03.2024: is not a date in the format YYYY-MM-DD',
      '3/5 amount=1e3: is not a number as the mapping describes it: decimal sign ".", no sign between thousands',
      '4/6 amount=0.1234567: has 7 decimals; at most 6 are kept, and nothing is rounded',
      '5/7 undefined=undefined: has 2 cells, but there are 4 columns; a delimiter is missing, or a text that holds one is not in quotes',
      '6/8 amount=null: amount is missing',
      '7/9 undefined=undefined: gives no id to CashMoved: a column of {id} holds no value',
    ]);
    expect(data(results)).toEqual([]);
  });

  it('counts lines as an editor does', async () => {
    const text = `${HEADER}A1,2024-03-05,1,x\n\nA2,2024-03-05,1,"two\nlines"\nA3,2024-03-05,1,"a\n\nb"\nA4,2024-03-05,1,x`;
    const lines = (results: readonly RowResult[]): readonly number[] => results.map(({ line }) => line);
    expect(lines(await planned(text))).toEqual([2, 4, 6, 9]);
    expect(lines(await planned(text.replaceAll('\n', '\r\n')))).toEqual([2, 4, 6, 9]);
  });

  it('answers any bytes with rows or a refusal', async () => {
    const formats = ['csv', 'tsv', 'jsonl'] as const;
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(`${HEADER}${text}`)),
      fc.json().map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom(...formats), async (content, format) => {
        const outcome = await planned(content, cashMapping({ format })).catch((error: unknown) => error);
        if (outcome instanceof ImportRefused) return;
        if (!Array.isArray(outcome)) throw outcome;
        for (const { facts, errors: found } of outcome as readonly RowResult[])
          expect(facts.length === 1 || found.length > 0).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('tells problems of the contract by the column of the field, also inside lists', async () => {
    const mapping: Mapping = {
      ...cashMapping(),
      files: { orders: { format: 'csv' }, lines: { format: 'csv' } },
      main: 'orders',
      joins: { lines: { on: { order: 'id' }, many: true } },
      events: [
        {
          type: 'GoodsShipped',
          id: '{id}',
          data: {
            orderId: '{id}',
            shipmentId: '{id}',
            shippedOn: { date: '{day}' },
            lines: { each: 'lines', item: { lineNo: { ordinal: 1 }, qty: { decimal: '{qty}' } } },
          },
        },
      ],
    };
    const files = {
      orders: fileOf('orders.csv', 'id,day\nA,2024-01-02\nB,2024-01-03\n'),
      lines: fileOf('lines.csv', 'order,qty\nA,2\nA,-3\n'),
    };
    const results: RowResult[] = [];
    for await (const result of planImport(files, mapping)) results.push(result);
    expect(results.flatMap((result) => result.errors)).toEqual([
      {
        file: 'lines',
        row: 2,
        line: 3,
        column: 'qty',
        value: '-3',
        reason: 'lines[1].qty must not be negative',
        event: 'GoodsShipped',
        field: 'lines[1].qty',
      },
      expect.objectContaining({ file: 'orders', row: 2, reason: 'lines must have at least 1 element' }),
    ]);
  });

  it('calculates exactly and refuses what it cannot keep', async () => {
    const mapping = cashMapping(
      { format: 'csv' },
      {
        data: {
          amount: { decimal: { product: ['{amount}', '{text}', { minus: ['1', '0.05'] }] } },
          category: 'x',
        },
      },
    );
    expect(data(await planned(`${HEADER}A1,2024-03-05,14.4,35\n`, mapping))).toMatchObject([
      { amount: '478.8' },
    ]);
    expect(errors(await planned(`${HEADER}A1,2024-03-05,0.001,0.001\n`, mapping))).toEqual([
      '1/2 amount=0.001: has 8 decimals; at most 6 are kept, and nothing is rounded',
    ]);
  });

  it('maps values, chooses, groups and takes the first of a kind', async () => {
    const mapping: Mapping = {
      ...cashMapping(),
      files: { rows: { format: 'csv', zone: 'Europe/Berlin' } },
      group: { by: ['case'], as: 'steps' },
      where: { not: { of: '{case}', in: ['test'] } },
      events: [
        {
          type: 'UnitDefined',
          id: 'unit:{unit}',
          once: '{unit}',
          data: { unitId: '{unit}', name: '{{{unit}}}', parentId: 'root', effectiveFrom: '2024-01-01' },
        },
        {
          type: 'ProcessStepPerformed',
          id: '{case}:{start}',
          each: 'steps',
          data: {
            caseId: '{case}',
            stepCode: { map: { W: 'weld', P: 'paint' }, of: '{step}' },
            department: 'shop',
            startedAt: { instant: '{start}', format: 'YYYY-MM-DD HH:mm' },
            endedAt: { instant: '{end}', format: 'YYYY-MM-DD HH:mm' },
            valueAdding: { test: { compare: ['{rework}', '=', '0'] } },
            rework: { choose: [{ when: { compare: ['{rework}', '>', '0'] }, value: true }], else: false },
          },
        },
      ],
    };
    const rows = [
      'unit,case,step,start,end,rework',
      'u,1,W,2024-03-30 10:00,2024-03-31 10:00,0',
      'u,1,P,2024-04-01 10:00,2024-04-01 11:00,1',
      'u,2,W,2024-04-01 10:00,2024-04-01 12:00,0',
      'u,test,W,2024-04-01 10:00,2024-04-01 12:00,0',
      'u,3,X,2024-04-01 10:00,2024-04-01 12:00,0',
      'u,4,W,2024-03-31 02:30,2024-04-01 12:00,0',
    ];
    const results = await planned(rows.join('\n'), mapping);
    expect(results.map(({ row, facts, skipped }) => [row, facts.length, skipped])).toEqual([
      [1, 3, false],
      [3, 1, false],
      [4, 0, true],
      [5, 0, false],
      [6, 0, false],
    ]);
    expect(data(results).slice(0, 3)).toMatchObject([
      { unitId: 'u', name: '{u}' },
      {
        stepCode: 'weld',
        startedAt: '2024-03-30T10:00:00+01:00',
        endedAt: '2024-03-31T10:00:00+02:00',
        rework: false,
      },
      { stepCode: 'paint', valueAdding: false, rework: true },
    ]);
    expect(errors(results)).toEqual([
      '5/6 step=X: is none of the values that the mapping knows: W, P',
      '6/7 start=2024-03-31 02:30: is no single instant in Europe/Berlin: the clocks were changed at 2024-03-31T02:30:00',
    ]);
    expect(await refusal(`${rows[0]}\n${rows[1]}\n${rows[3]}\n${rows[2]}`, mapping)).toMatch(
      /^not-grouped: Row 3/,
    );
  });

  it('reads no further ahead than its buffers', async () => {
    const [rows, chunk] = [30_000, 100];
    let read = 0;
    const file = {
      name: 'large.csv',
      async *bytes() {
        yield Buffer.from(HEADER);
        for (; read < rows; read += chunk) {
          const lines = Array.from({ length: chunk }, (_, i) => `A${read + i},2024-03-05,1.00,receipts\n`);
          yield Buffer.from(lines.join(''));
        }
      },
    };
    let [taken, ahead] = [0, 0];
    for await (const { facts } of planImport({ rows: file }, cashMapping())) {
      taken += facts.length;
      ahead = Math.max(ahead, read - taken);
    }
    expect(taken).toBe(rows);
    expect(ahead).toBeLessThan(5_000);
  });
});
