import { defineEvent } from '../declare.ts';
import { count, date, decimal, flag, id, list, money, oneOf, optional, period } from '../fields.ts';

/** What version 1 of an initiative says. */
const initiative = {
  initiativeId: id(),
  processCode: id(),
  kpiCode: id(),
  baselinePeriod: period(),
  afterPeriod: period(),
  startedOn: date(),
  closedOn: optional(date()),
  effortHours: decimal(),
  cost: optional(money()),
  unitId: optional(id()),
};

/** Improvement initiatives, development projects and the products they launch. */
export const improvementDevelopmentEvents = [
  defineEvent({
    type: 'ImprovementMeasured',
    category: 'improvement',
    stream: (data) => data.initiativeId,
    // Version 2: what it has brought in money, as stated by whoever closes it.
    fields: { ...initiative, benefit: optional(money()) },
    earlier: [{ fields: initiative, upcast: (data) => data }],
    businessDate: ['closedOn', 'startedOn'],
    feeds: ['L3'],
    sample: {
      initiativeId: 'I1',
      processCode: 'picking',
      kpiCode: 'order-to-ship-time',
      baselinePeriod: '2024-Q1',
      afterPeriod: '2024-Q2',
      startedOn: '2024-03-01',
      closedOn: '2024-06-30',
      effortHours: '120',
    },
  }),
  defineEvent({
    type: 'DevelopmentGatePassed',
    category: 'development',
    stream: (data) => data.projectId,
    document: { category: 'development', field: 'projectId' },
    fields: {
      projectId: id(),
      gate: oneOf('approved', 'developed', 'launched', 'stopped'),
      passedOn: date(),
      projectClass: oneOf('newToWorld', 'newLine', 'nextGeneration', 'improvement'),
      productIds: list(id()),
      spend: optional(money()),
      unitId: optional(id()),
    },
    businessDate: ['passedOn'],
    feeds: ['L1'],
    sample: {
      projectId: 'D1',
      gate: 'approved',
      passedOn: '2023-02-28',
      projectClass: 'newLine',
      productIds: [],
    },
  }),
  defineEvent({
    type: 'ProductLaunched',
    category: 'product',
    stream: (data) => data.productId,
    document: { category: 'development', field: 'projectId' },
    fields: {
      productId: id(),
      projectId: optional(id()),
      launchedOn: date(),
      novelty: oneOf('new', 'variant', 'relaunch'),
      countsAsNew: flag(),
      windowMonths: optional(count(1, 1200)),
      unitId: optional(id()),
    },
    businessDate: ['launchedOn'],
    feeds: ['L2'],
    sample: { productId: '11', projectId: 'D1', launchedOn: '2024-02-29', novelty: 'new', countsAsNew: true },
  }),
];
