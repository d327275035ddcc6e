import type { Contents, Draw } from './draw.ts';

/** Cases of processes and of service. */
export const caseContents = {
  ProcessCaseOpened: (draw) => ({
    caseId: draw.document('caseId', 'w'),
    processCode: 'x',
    ...draw.ofUnit(),
    ...(draw.chance(60) ? { openedAt: draw.instant() } : { openedOn: draw.day() }),
    ...draw.maybe(50, () => ({ dueAt: draw.instant() })),
  }),
  ProcessStepPerformed: (draw) => ({
    caseId: draw.reference('w'),
    stepCode: 's',
    department: draw.pick(['a', 'b']),
    startedAt: draw.instant(),
    endedAt: draw.instant(),
    valueAdding: draw.chance(50),
    rework: false,
    ...draw.ofUnit(),
  }),
  ProcessCaseClosed: (draw) => ({
    caseId: draw.reference('w'),
    closedAt: draw.instant(),
    outcome: draw.pick(['done', 'done', 'abandoned']),
    ...draw.maybe(50, () => ({
      goodQty: draw.pick(['9', '0']),
      scrappedQty: draw.pick(['1', '0']),
      ...draw.maybe(50, () => ({ reworkedQty: '3' })),
    })),
    firstPass: draw.chance(60),
    ...draw.ofUnit(),
  }),
  ServiceCaseOpened: (draw) => ({
    caseId: draw.document('caseId', 'v'),
    customerId: draw.customer(),
    at: draw.instant(),
    ...draw.ofUnit(),
  }),
  ServiceCaseAnswered: serviceStep,
  ServiceCaseResolved: serviceStep,
  ServiceCaseReopened: serviceStep,
  ServiceCaseHandedOver: (draw) => ({
    caseId: draw.reference('v'),
    at: draw.instant(),
    toDepartment: 'b',
    ...draw.ofCustomer(),
  }),
} satisfies Contents;

function serviceStep(draw: Draw) {
  return { caseId: draw.reference('v'), at: draw.instant(), ...draw.ofUnit() };
}
