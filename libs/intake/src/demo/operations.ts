import { addDays, daysBetween } from '#kernel';
import { FIRST_DAY, instantOn, isPast, LAST_DAY, MONTHS } from './calendar.ts';
import { type DemoFact, REGIONS, synthetic } from './demo-fact.ts';
import { deliveryDay, type Northwind } from './northwind.ts';
import { lotsFor } from './random.ts';

const MORNING = 8 * 60;
const DAY = 24 * 60;

/** Repacking of bulk goods: made-up production cases across four departments, eleven a month. */
export function productionCases({ productIds }: Northwind): readonly DemoFact[] {
  return MONTHS.flatMap(({ name, first, last }, m) =>
    Array.from({ length: 11 }, (_, i) => {
      const caseId = `REPACK-${name}-${String(i + 1).padStart(2, '0')}`;
      const lots = lotsFor(caseId);
      const day = addDays(first, lots.below(daysBetween(first, last) + 1));
      return productionCase({
        caseId,
        day,
        // The initiative of autumn 1997 shortens the waiting.
        waits: m >= 15 ? 300 : 900,
        unitId: REGIONS[i % REGIONS.length] ?? 'europe',
        productId: productIds[lots.below(productIds.length)] ?? '1',
      });
    }).flat(),
  );
}

const STEPS = [
  { stepCode: 'release', department: 'planning', low: 20, high: 60, valueAdding: false },
  { stepCode: 'repack', department: 'production', low: 120, high: 420, valueAdding: true },
  { stepCode: 'inspect', department: 'quality', low: 20, high: 70, valueAdding: false },
  { stepCode: 'store', department: 'warehouse', low: 30, high: 80, valueAdding: true },
] as const;

function productionCase(given: {
  readonly caseId: string;
  readonly day: Parameters<typeof addDays>[0];
  readonly waits: number;
  readonly unitId: string;
  readonly productId: string;
}): readonly DemoFact[] {
  const { caseId, day, unitId, productId } = given;
  const lots = lotsFor(`course ${caseId}`);
  const plannedQty = lots.between(10, 60) * 10;
  const rework = lots.chance(14);
  const opened = MORNING + lots.below(120);
  let at = opened;
  const happened: { readonly fact: DemoFact; readonly minutes: number }[] = [];
  const steps = rework ? [...STEPS.slice(0, 3), STEPS[1], STEPS[2], STEPS[3]] : STEPS;
  for (const [i, { stepCode, department, low, high, valueAdding }] of steps.entries()) {
    const startsAt = at + lots.between(10, given.waits);
    at = startsAt + lots.between(low, high);
    const again = rework && (i === 3 || i === 4);
    happened.push({
      minutes: at,
      fact: synthetic('ProcessStepPerformed', `step:${caseId}:${i + 1}`, {
        caseId,
        stepCode,
        department,
        startedAt: instantOn(day, startsAt),
        endedAt: instantOn(day, at),
        valueAdding: valueAdding && !again,
        rework: again,
      }),
    });
  }
  const scrapped = lots.chance(30) ? lots.between(1, 9) : 0;
  happened.push({
    minutes: at + 5,
    fact: synthetic('ProcessCaseClosed', `case-closed:${caseId}`, {
      caseId,
      closedAt: instantOn(day, at + 5),
      outcome: 'done',
      goodQty: String(plannedQty - scrapped),
      scrappedQty: String(scrapped),
      reworkedQty: String(rework ? lots.between(5, 10) : 0),
      firstPass: !rework && scrapped === 0,
    }),
  });
  const done = happened.filter(({ minutes }) => isPast(addDays(day, Math.floor(minutes / DAY))));
  return [
    synthetic('ProcessCaseOpened', `case:${caseId}`, {
      caseId,
      processCode: 'repacking',
      unitId,
      productId,
      plannedQty: String(plannedQty),
      openedAt: instantOn(day, opened),
      dueAt: instantOn(day, opened + 3 * DAY),
    }),
    ...done.map(({ fact }) => fact),
  ];
}

/** Questions and complaints after some deliveries, made up: answered, sometimes handed over, resolved, reopened. */
export function serviceCases({ orders }: Northwind): readonly DemoFact[] {
  return orders.flatMap((order) => {
    const lots = lotsFor(`service ${order.orderId}`);
    const from = deliveryDay(order) ?? order.orderedOn;
    if (!lots.chance(20) || !isPast(from)) return [];
    const day = addDays(from, lots.between(0, 6));
    const caseId = `T-${order.orderId}`;
    const start = MORNING + lots.below(480);
    const course: (readonly [string, number, object])[] = [
      ['ServiceCaseOpened', start, { customerId: order.customerId, department: 'support', slaMinutes: 480 }],
      ['ServiceCaseAnswered', start + lots.between(15, 700), { department: 'support' }],
    ];
    let at = (course[1]?.[1] ?? start) + lots.between(30, 2_400);
    if (lots.chance(35)) {
      course.push(['ServiceCaseHandedOver', at, { department: 'support', toDepartment: 'logistics' }]);
      at += lots.between(60, 2_000);
    }
    if (!lots.chance(6)) course.push(['ServiceCaseResolved', at, { department: 'support' }]);
    if (lots.chance(8) && course.at(-1)?.[0] === 'ServiceCaseResolved') {
      course.push(['ServiceCaseReopened', at + 1_500, { department: 'support' }]);
      course.push(['ServiceCaseResolved', at + 3_200, { department: 'support' }]);
    }
    return course
      .filter(([, minutes]) => addDays(day, Math.floor(minutes / DAY)) <= LAST_DAY && day >= FIRST_DAY)
      .map(([type, minutes, data], i) =>
        synthetic(type, `service:${caseId}:${i + 1}`, {
          caseId,
          at: instantOn(day, minutes),
          unitId: order.unitId,
          ...data,
        }),
      );
  });
}
