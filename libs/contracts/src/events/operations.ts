import { defineEvent } from '../declare.ts';
import { count, date, decimal, flag, id, instant, oneOf, optional } from '../fields.ts';

/** Process cases across departments, and service cases. */
const processCase = {
  category: 'process-case',
  stream: (data: Readonly<Record<string, unknown>>) => data['caseId'] as string,
  document: { category: 'process-case', field: 'caseId' },
} as const;
const serviceCase = {
  category: 'service-case',
  stream: (data: Readonly<Record<string, unknown>>) => data['caseId'] as string,
  document: { category: 'service-case', field: 'caseId' },
} as const;
const follow = {
  caseId: id(),
  customerId: optional(id()),
  department: optional(id()),
  at: instant(),
  unitId: optional(id()),
};

export const operationsEvents = [
  defineEvent({
    ...processCase,
    type: 'ProcessCaseOpened',
    fields: {
      caseId: id(),
      processCode: id(),
      unitId: optional(id()),
      productId: optional(id()),
      plannedQty: optional(decimal()),
      openedOn: optional(date()),
      openedAt: optional(instant()),
      dueAt: optional(instant()),
      relatedId: optional(id()),
    },
    businessDate: ['openedAt', 'openedOn'],
    feeds: ['P1', 'P3'],
    rules: (data) =>
      (data['openedOn'] === undefined) === (data['openedAt'] === undefined)
        ? [
            {
              field: 'openedAt',
              message: 'exactly one of openedAt (an instant) and openedOn (a date) must be given',
            },
          ]
        : [],
    sample: {
      caseId: 'W1',
      processCode: 'bottling',
      unitId: 'root',
      plannedQty: '100',
      openedAt: '2024-03-01T08:00:00+01:00',
      dueAt: '2024-03-02T18:00:00+01:00',
    },
  }),
  defineEvent({
    ...processCase,
    type: 'ProcessStepPerformed',
    fields: {
      caseId: id(),
      stepCode: id(),
      department: id(),
      startedAt: instant(),
      endedAt: instant(),
      valueAdding: flag(),
      rework: optional(flag()),
      unitId: optional(id()),
    },
    businessDate: ['startedAt'],
    feeds: ['P3'],
    sample: {
      caseId: 'W1',
      stepCode: 'fill',
      department: 'production',
      startedAt: '2024-03-01T09:00:00+01:00',
      endedAt: '2024-03-01T11:00:00+01:00',
      valueAdding: true,
      rework: false,
    },
  }),
  defineEvent({
    ...processCase,
    type: 'ProcessCaseClosed',
    fields: {
      caseId: id(),
      closedAt: instant(),
      outcome: oneOf('done', 'abandoned'),
      goodQty: optional(decimal()),
      scrappedQty: optional(decimal()),
      reworkedQty: optional(decimal()),
      firstPass: flag(),
      unitId: optional(id()),
    },
    businessDate: ['closedAt'],
    feeds: ['P1', 'P2'],
    sample: {
      caseId: 'W1',
      closedAt: '2024-03-02T16:00:00+01:00',
      outcome: 'done',
      goodQty: '98',
      scrappedQty: '2',
      firstPass: true,
    },
  }),
  defineEvent({
    ...serviceCase,
    type: 'ServiceCaseOpened',
    customer: 'customerId',
    fields: { ...follow, customerId: id(), slaMinutes: optional(count(1)) },
    businessDate: ['at'],
    feeds: ['P3'],
    sample: {
      caseId: 'T1',
      customerId: 'C042',
      department: 'support',
      at: '2024-03-04T09:00:00Z',
      slaMinutes: 240,
    },
  }),
  defineEvent({
    ...serviceCase,
    type: 'ServiceCaseAnswered',
    fields: follow,
    businessDate: ['at'],
    feeds: ['P3'],
    sample: { caseId: 'T1', at: '2024-03-04T10:30:00Z', department: 'support' },
  }),
  defineEvent({
    ...serviceCase,
    type: 'ServiceCaseHandedOver',
    fields: { ...follow, toDepartment: optional(id()) },
    businessDate: ['at'],
    feeds: ['P3'],
    sample: { caseId: 'T1', at: '2024-03-04T11:00:00Z', department: 'support', toDepartment: 'logistics' },
  }),
  defineEvent({
    ...serviceCase,
    type: 'ServiceCaseResolved',
    fields: follow,
    businessDate: ['at'],
    feeds: ['P3'],
    sample: { caseId: 'T1', at: '2024-03-05T09:00:00Z', department: 'logistics' },
  }),
  defineEvent({
    ...serviceCase,
    type: 'ServiceCaseReopened',
    fields: follow,
    businessDate: ['at'],
    feeds: ['P3'],
    sample: { caseId: 'T1', at: '2024-03-06T09:00:00Z', department: 'support' },
  }),
];
