import { addDays, type LocalDate, localDate } from '#kernel';
import { inSpan, isPast, QUARTERS } from './calendar.ts';
import { amount, type DemoFact, dollars, synthetic } from './demo-fact.ts';
import type { Northwind } from './northwind.ts';
import { lotsFor } from './random.ts';

type ProjectClass = 'newToWorld' | 'newLine' | 'nextGeneration' | 'improvement';

interface Project {
  readonly projectId: string;
  readonly projectClass: ProjectClass;
  readonly approved: string;
  readonly developed?: string;
  readonly launched?: string;
  readonly stopped?: string;
  /** Northwind's products that are taken for what the project developed. */
  readonly productIds?: readonly string[];
}

/** Development projects; made up, and so is which products came of them. The launch dates of products below stay those of Northwind's orders. */
const PROJECTS: readonly Project[] = [
  {
    projectId: 'D-gift-boxes',
    projectClass: 'newLine',
    approved: '1996-07-15',
    developed: '1996-10-21',
    launched: '1996-12-02',
    productIds: ['27', '48'],
  },
  {
    projectId: 'D-cheese-club',
    projectClass: 'newLine',
    approved: '1996-09-02',
    developed: '1997-02-10',
    launched: '1997-04-14',
    productIds: ['32', '60'],
  },
  { projectId: 'D-fresh-fish', projectClass: 'newToWorld', approved: '1996-11-04', stopped: '1997-06-20' },
  {
    projectId: 'D-label-2',
    projectClass: 'improvement',
    approved: '1997-03-03',
    developed: '1997-06-16',
    launched: '1997-07-21',
    productIds: ['15'],
  },
  {
    projectId: 'D-tea-range',
    projectClass: 'nextGeneration',
    approved: '1997-05-12',
    developed: '1997-10-06',
    launched: '1997-11-24',
    productIds: ['1', '2'],
  },
  {
    projectId: 'D-web-catalogue',
    projectClass: 'newToWorld',
    approved: '1997-07-07',
    developed: '1998-01-19',
    launched: '1998-03-16',
  },
  { projectId: 'D-wine', projectClass: 'newLine', approved: '1997-10-13', stopped: '1998-02-09' },
  { projectId: 'D-spice-mix', projectClass: 'improvement', approved: '1998-01-12' },
];

export function projects(): readonly DemoFact[] {
  return PROJECTS.flatMap(({ projectId, projectClass, productIds = [], ...dates }) =>
    (['approved', 'developed', 'launched', 'stopped'] as const).flatMap((gate) => {
      const passedOn = dates[gate];
      if (passedOn === undefined) return [];
      const spend = lotsFor(`${projectId} ${gate}`).between(4, 40) * 100;
      return synthetic('DevelopmentGatePassed', `gate:${projectId}:${gate}`, {
        projectId,
        gate,
        passedOn,
        projectClass,
        productIds: gate === 'launched' ? productIds : [],
        ...(gate !== 'approved' && { spend: { amount: amount(dollars(spend)), currency: 'USD' } }),
      });
    }),
  );
}

/** Launch dates of the products. No file holds them: the first order of a product stands for its launch. */
export function launches({ orders }: Northwind): readonly DemoFact[] {
  const first = new Map<string, LocalDate>();
  for (const { orderedOn, lines } of orders) {
    for (const { productId } of lines) {
      const known = first.get(productId);
      if (known === undefined || orderedOn < known) first.set(productId, orderedOn);
    }
  }
  return [...first].map(([productId, launchedOn]) =>
    synthetic('ProductLaunched', `launch-by-first-order:${productId}`, {
      productId,
      launchedOn,
      novelty: 'new',
      countsAsNew: true,
    }),
  );
}

/** Improvements of processes with the KPI that is to show them; effort, and what one has brought, are made up. */
export function initiatives(): readonly DemoFact[] {
  const all = [
    [
      'I-picking-lists',
      'order-fulfilment',
      'order-to-ship-time',
      '1996-Q4',
      '1997-Q2',
      '1997-01-13',
      '1997-06-27',
      140,
    ],
    [
      'I-repacking-flow',
      'repacking',
      'production-lead-time',
      '1997-Q2',
      '1998-Q1',
      '1997-07-01',
      '1998-02-27',
      220,
    ],
    [
      'I-first-reply',
      'service',
      'service-first-response',
      '1997-Q1',
      '1997-Q4',
      '1997-04-07',
      '1997-11-28',
      60,
    ],
    [
      'I-packing-damage',
      'order-fulfilment',
      'quality-return-rate',
      '1997-Q1',
      '1997-Q4',
      '1997-03-10',
      '1997-12-12',
      95,
      3_400,
    ],
  ] as const;
  return all.map(
    ([
      initiativeId,
      processCode,
      kpiCode,
      baselinePeriod,
      afterPeriod,
      startedOn,
      closedOn,
      effort,
      benefit,
    ]) =>
      synthetic('ImprovementMeasured', `initiative:${initiativeId}`, {
        initiativeId,
        processCode,
        kpiCode,
        baselinePeriod,
        afterPeriod,
        startedOn,
        closedOn,
        effortHours: String(effort),
        cost: { amount: amount(dollars(effort * 22)), currency: 'USD' },
        ...(benefit !== undefined && { benefit: { amount: amount(dollars(benefit)), currency: 'USD' } }),
      }),
  );
}

const CHANNELS = ['fair', 'letter', 'telephone'] as const;

/** Prospects that were contacted: those who became customers a few weeks before their first order, and others who did not. */
export function prospects({ orders, unitOfCustomer }: Northwind): readonly DemoFact[] {
  const firstOrder = new Map<string, LocalDate>();
  for (const { customerId, orderedOn } of orders) {
    const known = firstOrder.get(customerId);
    if (known === undefined || orderedOn < known) firstOrder.set(customerId, orderedOn);
  }
  const contact = (
    id: { readonly customerId: string } | { readonly prospectId: string },
    day: LocalDate,
    unitId: string,
  ): DemoFact => {
    const name = 'customerId' in id ? id.customerId : id.prospectId;
    const lots = lotsFor(`contact ${name}`);
    return synthetic('ProspectContacted', `contact:${name}`, {
      ...id,
      unitId,
      campaignId: `campaign-${day.slice(0, 4)}`,
      channel: lots.pick(CHANNELS),
      contactedOn: day,
      cost: { amount: amount(dollars(lots.between(15, 60))), currency: 'USD' },
    });
  };
  const won = [...firstOrder].flatMap(([customerId, day]) => {
    const contactedOn = addDays(day, -lotsFor(`before ${customerId}`).between(5, 40));
    return contactedOn < localDate('1996-07-01')
      ? []
      : contact({ customerId }, contactedOn, unitOfCustomer.get(customerId) ?? 'root');
  });
  const others = QUARTERS.flatMap((quarter) =>
    Array.from({ length: 10 }, (_, i) => {
      const prospectId = `P-${quarter.name}-${i + 1}`;
      return { prospectId, day: addDays(quarter.first, lotsFor(prospectId).below(85)) };
    })
      .filter(({ day }) => isPast(day) && inSpan(day, quarter))
      .map(({ prospectId, day }) => contact({ prospectId }, day, 'root')),
  );
  return [...won, ...others];
}
