import { isRefusal } from '#kernel';
import { exampleMapping } from '../test/examples.ts';
import { type Mapping, readMapping } from './index.ts';

const right: Mapping = {
  name: 'cash',
  source: { system: 'bank' },
  files: { rows: { format: 'csv' } },
  main: 'rows',
  events: [
    {
      type: 'CashMoved',
      id: '{id}',
      data: {
        movementId: '{id}',
        valueDate: { date: '{day}' },
        amount: { decimal: '{amount}' },
        currency: 'EUR',
        activity: 'operating',
        category: 'receipts',
      },
    },
  ],
};

/** The problems of the mapping that `change` makes of a right one, as `field: detail`. */
function problems(change: (mapping: ReturnType<typeof draft>) => void): readonly string[] {
  const mapping = draft();
  change(mapping);
  const read = readMapping(JSON.stringify(mapping));
  return isRefusal(read) ? read.problems.map(({ field, detail }) => `${field}: ${detail}`) : [];
}

// biome-ignore lint/suspicious/noExplicitAny: the tests put in what a mapping cannot hold
function draft(): any {
  return structuredClone(right);
}

describe('readMapping', () => {
  it('reads what is right, as text or as a value', () => {
    expect(readMapping(right)).toEqual(right);
    expect(readMapping(JSON.stringify(right))).toEqual(right);
    expect(exampleMapping('purchasing').events).toHaveLength(8);
  });

  it('says where text is no JSON', () => {
    expect(readMapping('{"name": ')).toMatchObject({ refused: true, code: 'invalid-mapping' });
  });

  it('names the place and what would be right', () => {
    expect(problems((m) => delete m.source)).toEqual(['source: is missing']);
    expect(problems((m) => (m.files.rows.format = 'xls'))).toEqual([
      'files.rows.format: must be one of csv, tsv, jsonl',
    ]);
    expect(problems((m) => (m.files.rows.encoding = 'latin1'))[0]).toMatch(
      /^files\.rows\.encoding: must be one of utf-8, /,
    );
    expect(problems((m) => (m.colour = 'red'))[0]).toMatch(/^colour: is not known here; there may be .*name/);
    expect(problems((m) => (m.main = 'lines'))).toEqual([
      'main: must be one of the aliases in files: rows',
      'files.rows: is neither main nor joined',
    ]);
  });

  it('knows the catalogue', () => {
    expect(problems((m) => (m.events[0].type = 'CashMovd'))).toEqual([
      'events[0].type: "CashMovd" is not an event of the catalogue',
    ]);
    expect(problems((m) => (m.events[0].data.amonut = '1'))[0]).toMatch(
      /^events\[0\]\.data\.amonut: is not a field of CashMoved; it has movementId, /,
    );
    expect(problems((m) => delete m.events[0].data.currency)).toEqual([
      'events[0].data.currency: is missing: every CashMoved has it',
    ]);
  });

  it('reports the word that was meant', () => {
    expect(problems((m) => (m.events[0].data.amount = { number: '{amount}' }))[0]).toMatch(
      /^events\[0\]\.data\.amount: must hold one of these words: decimal, integer, date, /,
    );
    expect(problems((m) => (m.events[0].data.valueDate = { date: '{day}', formt: 'D.M.YYYY' }))).toEqual([
      'events[0].data.valueDate.formt: is not known here; there may be date, format',
    ]);
    expect(problems((m) => (m.events[0].data.amount = { decimal: { minus: ['{a}'] } }))).toEqual([
      'events[0].data.amount.decimal.minus: needs at least 2',
    ]);
    expect(problems((m) => (m.events[0].data.amount = 1.5))[0]).toMatch(
      /^events\[0\]\.data\.amount: must be string or integer/,
    );
  });

  it('checks templates, numbers, dates, lists and zones', () => {
    expect(problems((m) => (m.events[0].id = '{id'))[0]).toMatch(/^events\[0\]\.id: holds a single "\{"/);
    expect(problems((m) => (m.events[0].data.amount = { decimal: '{a}{b}' }))[0]).toMatch(
      /^events\[0\]\.data\.amount\.decimal: must be one column/,
    );
    expect(problems((m) => (m.events[0].data.amount = { decimal: '1,5' }))[0]).toMatch(
      /must be a column in braces, or a number/,
    );
    expect(problems((m) => (m.events[0].data.valueDate.format = 'DD.MM.YY'))).toEqual([
      'events[0].data.valueDate.format: has no year (YYYY); write a format such as DD.MM.YYYY',
    ]);
    expect(problems((m) => (m.events[0].each = 'lines'))).toEqual([
      'events[0].each: needs a list: a join with "many": true, or a group',
    ]);
    expect(problems((m) => (m.files.rows.zone = 'Berlin'))).toEqual([
      'files.rows.zone: must be an IANA time zone, like Europe/Berlin',
    ]);
    expect(problems((m) => (m.files.rows.header = false))).toEqual([
      'files.rows.columns: must name the columns of a file without a header',
    ]);
    expect(problems((m) => (m.coverage = { from: '2024-02-01', to: '2024-01-01', types: ['X'] }))).toEqual([
      'coverage.to: must not be before coverage.from',
      'coverage.types[0]: "X" is not an event of the catalogue',
    ]);
  });
});
