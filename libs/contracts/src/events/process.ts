import { defineEvent, exactlyOne } from '../declare.ts';
import { date, decimal, flag, id, instant, oneOf, optional } from '../fields.ts';

/** Process cases across departments. */
const processCase = {
  category: 'process-case',
  stream: ({ caseId }: { readonly caseId: string }) => caseId,
  document: { category: 'process-case', field: 'caseId' },
} as const;

export const processEvents = [
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
    rules: (data) => exactlyOne(data, 'openedAt', 'openedOn'),
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
];
