import type { EventDeclaration } from './declare.ts';
import { defineEvent } from './declare.ts';
import { count, date, decimal, id, optional } from './fields.ts';
import { readBy, upcastBy } from './recorded.ts';
import { schemaOf } from './schema.ts';
import { problemsOf } from './validate.ts';

/**
 * Goal: facts in old schema versions stay readable after an event has changed.
 * Method: an event that exists only here, with three versions: weight in whole grams, in kilograms, with a scale.
 */
const goodsWeighed = defineEvent({
  type: 'GoodsWeighed',
  category: 'weighing',
  stream: ({ weighingId }) => weighingId,
  fields: { weighingId: id(), kilograms: decimal(), weighedOn: date(), scaleId: id() },
  earlier: [
    {
      fields: { weighingId: id(), grams: count(), weighedOn: optional(date()) },
      upcast: ({ grams, ...rest }) => {
        const text = String(grams).padStart(4, '0');
        return { ...rest, kilograms: `${text.slice(0, -3)}.${text.slice(-3)}` };
      },
    },
    {
      fields: { weighingId: id(), kilograms: decimal(), weighedOn: optional(date()) },
      upcast: (data) => ({ ...data, scaleId: 'unknown' }),
    },
  ],
  businessDate: ['weighedOn'],
  feeds: [],
  rules: ({ kilograms }) =>
    kilograms === '0' ? [{ field: 'kilograms', message: 'must be greater than 0' }] : [],
  sample: { weighingId: 'W1', kilograms: '1.250', weighedOn: '2024-03-01', scaleId: 'S1' },
}) as unknown as EventDeclaration;

const first = { weighingId: 'W1', grams: 1250, weighedOn: '2024-03-01' };
const today = { weighingId: 'W1', kilograms: '1.250', weighedOn: '2024-03-01', scaleId: 'unknown' };

it('counts its versions', () => {
  expect(goodsWeighed.version).toBe(3);
});

it('goes the whole chain from the first version, and the rest of it from a later one', () => {
  expect(upcastBy(goodsWeighed, 1, first)).toEqual(today);
  const second = { weighingId: 'W1', kilograms: '1.250', weighedOn: '2024-03-01' };
  expect(upcastBy(goodsWeighed, 2, second)).toEqual(today);
  expect(upcastBy(goodsWeighed, 3, today)).toBe(today);
});

it.each([0, 4, 1.5, Number.NaN])('refuses to upcast from version %s', (version) => {
  expect(() => upcastBy(goodsWeighed, version, first)).toThrow(/from 1 to 3/);
});

it('reads what an earlier release has written', () => {
  expect(readBy(goodsWeighed, first, { schemaVersion: 1 })).toEqual({ ok: true, data: today });
  expect(readBy(goodsWeighed, first, {})).toEqual({ ok: true, data: today });
});

it.each<[string, object, unknown, RegExp]>([
  ['a version of the future', today, { schemaVersion: 4 }, /schemaVersion is 4; it must be .* from 1 to 3/],
  ['a version in a text', first, { schemaVersion: '1' }, /schemaVersion must be a whole number/],
  ['data that does not fit its own version', today, { schemaVersion: 1 }, /grams is missing/],
  ['old data that no upcaster can complete', { weighingId: 'W1', grams: 1 }, {}, /weighedOn is missing/],
  ['data that breaks a rule', { ...today, kilograms: '0' }, { schemaVersion: 3 }, /greater than 0/],
])('says why it cannot read %s, and does not throw', (_what, data, metadata, reason) => {
  const read = readBy(goodsWeighed, data, metadata);
  expect(read.ok ? '' : read.reason).toMatch(reason);
});

it('has a schema for each version, and none for others', () => {
  expect(schemaOf(goodsWeighed, 1, 'sent')).toMatchObject({
    title: 'GoodsWeighed v1',
    required: ['weighingId', 'grams'],
  });
  expect(problemsOf(goodsWeighed, 1, first)).toEqual([]);
  expect(() => schemaOf(goodsWeighed, 4, 'sent')).toThrow(/versions 1 to 3, not 4/);
});
