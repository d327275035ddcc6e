import { defineEvent } from '../declare.ts';
import { date, decimal, id, oneOf, optional } from '../fields.ts';

/** Technical assets. */
export const assetEvents = [
  defineEvent({
    type: 'AssetChanged',
    category: 'asset',
    stream: (data) => data.assetId,
    fields: {
      assetId: id(),
      unitId: optional(id()),
      technologyCode: optional(id()),
      change: oneOf('capitalised', 'depreciated', 'retired'),
      amount: decimal(),
      generation: oneOf('current', 'obsolete'),
      effectiveOn: date(),
    },
    businessDate: ['effectiveOn'],
    feeds: ['L5'],
    sample: {
      assetId: 'A1',
      unitId: 'root',
      technologyCode: 'conveyor',
      change: 'capitalised',
      amount: '1000',
      generation: 'current',
      effectiveOn: '2024-01-15',
    },
  }),
];
