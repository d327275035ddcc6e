import { declarationOf } from './catalogue.ts';
import { metadataProblems } from './metadata.ts';
import { parseRecorded } from './recorded.ts';

const whole = {
  schemaVersion: 1,
  actor: 'steward',
  unitId: 'north',
  source: { system: 'erp', id: 'SO-1', batchId: 'B1', row: 12 },
  $correlationId: 'corr-1',
  $causationId: 'cause-1',
};

it('takes what the commands write, and names of others beside it', () => {
  expect(metadataProblems(whole)).toEqual([]);
  expect(metadataProblems({ ...whole, traceparent: '00-1' })).toEqual([]);
});

it.each<[string, unknown, string]>([
  ['nothing', null, 'data'],
  ['no actor', { schemaVersion: 1 }, 'actor'],
  ['no version', { actor: 'a' }, 'schemaVersion'],
  ['a version in a text', { ...whole, schemaVersion: '1' }, 'schemaVersion'],
  ['a unit that is no text', { ...whole, unitId: 7 }, 'unitId'],
  ['a source without its id', { ...whole, source: { system: 'erp' } }, 'source.id'],
  ['a row before the first', { ...whole, source: { ...whole.source, row: -1 } }, 'source.row'],
  ['more about the source', { ...whole, source: { ...whole.source, file: 'x' } }, 'source.file'],
])('refuses %s', (_what, metadata, field) => {
  expect(metadataProblems(metadata).map((problem) => problem.field)).toEqual([field]);
});

describe('when reading', () => {
  const { sample } = declarationOf('CashMoved');

  it.each([[undefined], [null], [{}], [{ schemaVersion: 1 }], [{ actor: 'a' }]])(
    '%j will do: the fact is a fact without it',
    (metadata) => {
      expect(parseRecorded('CashMoved', sample, metadata)).toMatchObject({ ok: true });
    },
  );

  it('a unit in the wrong form is not taken for no unit: the figure would be wrong', () => {
    expect(parseRecorded('CashMoved', sample, { unitId: 7 })).toEqual({
      ok: false,
      reason: expect.stringMatching(/unitId must be written as a string/),
    });
  });

  it.each([[null], [[]], ['text'], [7]])('data that is %j is not read', (data) => {
    expect(parseRecorded('CashMoved', data, whole)).toEqual({
      ok: false,
      reason: 'CashMoved: data must be an object',
    });
  });

  it('an event of nobody is not read', () => {
    expect(parseRecorded('OrderDreamed', {}, whole)).toEqual({
      ok: false,
      reason: '"OrderDreamed" is not an event of the catalogue',
    });
  });
});
