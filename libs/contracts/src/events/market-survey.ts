import { defineEvent, unique } from '../declare.ts';
import {
  count,
  currency,
  date,
  decimal,
  flag,
  fraction,
  id,
  list,
  nullable,
  object,
  oneOf,
  optional,
  period,
  text,
} from '../fields.ts';

/** What the market and the customers say; segments and what is promised to them. */
export const marketSurveyEvents = [
  defineEvent({
    type: 'SegmentDefined',
    category: 'segment',
    stream: (data) => data.segmentCode,
    fields: {
      segmentCode: id(),
      name: text(),
      isTarget: flag(),
      valueProposition: list(
        object({ attribute: id(), weight: fraction(), targetScore: optional(decimal()) }),
      ),
      effectiveFrom: date(),
      unitId: optional(id()),
    },
    businessDate: ['effectiveFrom'],
    feeds: ['C0'],
    rules: ({ valueProposition }) => unique('valueProposition', valueProposition, 'attribute'),
    sample: {
      segmentCode: 'gold',
      name: 'Gourmet shops',
      isTarget: true,
      valueProposition: [
        { attribute: 'freshness', weight: '0.6', targetScore: '4.5' },
        { attribute: 'punctuality', weight: '0.4' },
      ],
      effectiveFrom: '2024-01-01',
    },
  }),
  defineEvent({
    type: 'MarketSizeReported',
    category: 'market',
    stream: (data) => data.marketCode,
    fields: {
      marketCode: id(),
      segmentCode: optional(id()),
      period: period(),
      basis: oneOf('revenue', 'units'),
      amount: decimal(),
      currency: optional(currency()),
      uom: optional(id()),
      largestCompetitorAmount: optional(decimal()),
      source: text(),
      publishedOn: date(),
      unitId: optional(id()),
    },
    businessDate: ['publishedOn'],
    feeds: ['C1'],
    rules: (data) => {
      const wanted = data.basis === 'revenue' ? 'currency' : 'uom';
      return data[wanted] === undefined
        ? [{ field: wanted, message: `must be given for a market measured by ${data.basis}` }]
        : [];
    },
    sample: {
      marketCode: 'delicatessen-eu',
      period: '2024-Q1',
      basis: 'revenue',
      amount: '130000000',
      currency: 'EUR',
      source: 'trade association',
      publishedOn: '2024-05-02',
    },
  }),
  defineEvent({
    type: 'SurveyResponseRecorded',
    category: 'survey',
    stream: (data) => [data.surveyId, data.responseId],
    customer: 'customerId',
    fields: {
      surveyId: id(),
      responseId: id(),
      customerId: optional(id()),
      unitId: optional(id()),
      segmentCode: optional(id()),
      answeredOn: date(),
      instrument: oneOf('NPS', 'CSAT', 'ACSI', 'ATTRIBUTE'),
      attribute: optional(id()),
      scaleMin: count(-1000, 1000),
      scaleMax: count(-1000, 1000),
      score: nullable(count(-1000, 1000)),
      reason: optional(text()),
    },
    businessDate: ['answeredOn'],
    feeds: ['C4'],
    rules: (data) => [
      ...(data.scaleMin < data.scaleMax
        ? []
        : [{ field: 'scaleMax', message: 'must be greater than scaleMin' }]),
      ...(data.score === null && data.reason === undefined
        ? [{ field: 'reason', message: 'must say why there is no score' }]
        : []),
      ...((data.instrument === 'ATTRIBUTE' || data.instrument === 'ACSI') && data.attribute === undefined
        ? [{ field: 'attribute', message: `must be given for ${data.instrument}` }]
        : []),
    ],
    sample: {
      surveyId: 'S-2024',
      responseId: '1',
      customerId: 'C042',
      unitId: 'root',
      answeredOn: '2024-03-03',
      instrument: 'NPS',
      scaleMin: 0,
      scaleMax: 10,
      score: 9,
    },
  }),
];
