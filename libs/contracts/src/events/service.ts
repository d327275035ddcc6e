import { defineEvent } from '../declare.ts';
import { count, id, instant, optional } from '../fields.ts';

/** Service cases of a customer, from opening to resolution. */
const serviceCase = {
  category: 'service-case',
  stream: ({ caseId }: { readonly caseId: string }) => caseId,
  document: { category: 'service-case', field: 'caseId' },
} as const;
const follow = {
  caseId: id(),
  customerId: optional(id()),
  department: optional(id()),
  at: instant(),
  unitId: optional(id()),
};

export const serviceEvents = [
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
