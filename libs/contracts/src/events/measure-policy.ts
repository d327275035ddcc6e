import { formatMicros, parseMicros } from '#kernel';
import { type AnyData, atMostOne, defineEvent, type Problem } from '../declare.ts';
import { count, date, fraction, id, object, oneOf, optional, textMap } from '../fields.ts';

/** Decides between restating and going forward. */
export const changeClass = () => oneOf('error', 'method', 'estimate', 'organisation');

/** Parameters of a measure policy, a closed list. Source: kpis.md §4; only what figures.md offers is accepted. */
const parameters = {
  retentionWindowDays: optional(count(1)),
  retentionWindow: optional(oneOf('previous-period')),
  newProductWindowMonths: optional(count(1, 1200)),
  newProductWindowDays: optional(count(1, 100_000)),
  periodBasis: optional(oneOf('due', 'delivered')),
  satisfactionTopBoxes: optional(count(1, 100)),
  minimumResponses: optional(count(0)),
  segmentBasis: optional(oneOf('businessDate')),
  headcountBasis: optional(oneOf('average', 'yearEnd')),
  weights: optional(textMap(fraction())),
  cutOff: optional(oneOf('issuedOn')),
  cohortDays: optional(count(0, 100_000)),
  acquisitionBase: optional(oneOf('active', 'known')),
  revenueBasis: optional(oneOf('invoice', 'ledger')),
};
const policy = {
  kpiCode: id(),
  parameters: object(parameters),
  effectiveFrom: date(),
  changeClass: changeClass(),
  unitId: optional(id()),
};
/** Version 2: segments may be those of the period's end. */
const bySegment = { ...parameters, segmentBasis: optional(oneOf('businessDate', 'periodEnd')) };
/** Version 3: revenue may be cut off by delivery, and the cut-off is set for the KPIs that have one. */
const byDelivery = { ...bySegment, cutOff: optional(oneOf('issuedOn', 'deliveredOn')) };

/** KPIs whose cut-off may be set: profitability (F1), revenue growth (F2), and economic value, which rests on the same profit (F4). Source: kpis.md. */
export const CUT_OFF_KPIS: readonly string[] = [
  ...['net-revenue', 'gross-margin', 'operating-margin', 'net-margin', 'roce', 'customer-profitability'],
  ...['revenue-growth', 'revenue-growth-sequential', 'revenue-growth-like-for-like'],
  ...['revenue-growth-constant-currency', 'revenue-cagr', 'earnings-growth', 'eva', 'eva-sasac', 'roic'],
];

export const measurePolicySet = defineEvent({
  type: 'MeasurePolicySet',
  category: 'policy',
  stream: (data) => data.kpiCode,
  fields: { ...policy, parameters: object(byDelivery) },
  earlier: [
    { fields: policy, upcast: (data) => data },
    { fields: { ...policy, parameters: object(bySegment) }, upcast: withoutIdleCutOff },
  ],
  businessDate: ['effectiveFrom'],
  feeds: [],
  rules: ({ kpiCode, parameters: given }) => [
    ...weightProblems(given.weights),
    ...atMostOne(given, { one: 'retentionWindowDays', other: 'retentionWindow', path: 'parameters' }),
    ...atMostOne(given, {
      one: 'newProductWindowMonths',
      other: 'newProductWindowDays',
      path: 'parameters',
    }),
    ...(given.cutOff !== undefined && !CUT_OFF_KPIS.includes(kpiCode) ? [noCutOff(kpiCode)] : []),
  ],
  sample: {
    kpiCode: 'customer-retention',
    parameters: { retentionWindowDays: 180 },
    effectiveFrom: '2024-07-01',
    changeClass: 'method',
  },
});

/** A cut-off that an earlier version took for any KPI was the invoice date: it said nothing where there is none to set. */
function withoutIdleCutOff(data: AnyData): AnyData {
  if (CUT_OFF_KPIS.includes(data['kpiCode'] as string)) return data;
  const { cutOff: _, ...rest } = data['parameters'] as AnyData;
  return { ...data, parameters: rest };
}

function noCutOff(kpiCode: string): Problem {
  return {
    field: 'parameters.cutOff',
    message: `must not be given for ${kpiCode}: it can be set for ${CUT_OFF_KPIS.join(', ')}`,
  };
}

function weightProblems(weights: Readonly<Record<string, string>> | undefined): Problem[] {
  if (weights === undefined) return [];
  const sum = Object.values(weights).reduce((total, weight) => total + parseMicros(weight), 0n);
  return sum === parseMicros('1')
    ? []
    : [{ field: 'parameters.weights', message: `must sum to exactly 1, not to ${formatMicros(sum)}` }];
}
