import { formatMicros, parseMicros } from '#kernel';
import { atMostOne, defineEvent, type Problem } from '../declare.ts';
import {
  count,
  currency,
  date,
  fraction,
  id,
  object,
  oneOf,
  optional,
  text,
  textMap,
  zone,
} from '../fields.ts';

/** Units, calendars and measure policies. */

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
const wider = object({ ...parameters, segmentBasis: optional(oneOf('businessDate', 'periodEnd')) });
export const organisationEvents = [
  defineEvent({
    type: 'UnitDefined',
    category: 'organisation',
    stream: () => 'units',
    fields: {
      unitId: id(),
      name: text(),
      parentId: optional(id()),
      effectiveFrom: date(),
      currency: optional(currency()),
      calendarId: optional(id()),
      zone: optional(zone()),
      marketCode: optional(id()),
    },
    businessDate: ['effectiveFrom'],
    feeds: [],
    rules: (data) =>
      data.unitId === data.parentId ? [{ field: 'parentId', message: 'must be another unit' }] : [],
    sample: {
      unitId: 'north',
      name: 'North',
      parentId: 'root',
      effectiveFrom: '2024-01-01',
      currency: 'EUR',
    },
  }),
  defineEvent({
    type: 'CalendarDefined',
    category: 'policy',
    stream: (data) => `calendar-${data.calendarId}`,
    fields: {
      calendarId: id(),
      kind: oneOf('gregorian', 'fiscal', '4-4-5'),
      startMonth: optional(count(1, 12)),
      zone: zone(),
      effectiveFrom: date(),
      lastWeekday: optional(count(1, 7)),
      yearEnd: optional(oneOf('last', 'nearest')),
      pattern: optional(oneOf('4-4-5', '4-5-4', '5-4-4')),
      unitId: optional(id()),
    },
    businessDate: ['effectiveFrom'],
    feeds: [],
    rules: (data) =>
      data.kind === 'gregorian' && data.startMonth !== undefined && data.startMonth !== 1
        ? [{ field: 'startMonth', message: 'must be 1 or absent in a Gregorian calendar' }]
        : [],
    sample: {
      calendarId: 'fiscal-april',
      kind: 'fiscal',
      startMonth: 4,
      zone: 'Europe/Berlin',
      effectiveFrom: '2024-01-01',
    },
  }),
  defineEvent({
    type: 'MeasurePolicySet',
    category: 'policy',
    stream: (data) => data.kpiCode,
    fields: { ...policy, parameters: wider },
    earlier: [{ fields: policy, upcast: (data) => data }],
    businessDate: ['effectiveFrom'],
    feeds: [],
    rules: ({ parameters: given }) => [
      ...weightProblems(given.weights),
      ...atMostOne(given, { one: 'retentionWindowDays', other: 'retentionWindow', path: 'parameters' }),
      ...atMostOne(given, {
        one: 'newProductWindowMonths',
        other: 'newProductWindowDays',
        path: 'parameters',
      }),
    ],
    sample: {
      kpiCode: 'customer-retention',
      parameters: { retentionWindowDays: 180 },
      effectiveFrom: '2024-07-01',
      changeClass: 'method',
    },
  }),
];

function weightProblems(weights: Readonly<Record<string, string>> | undefined): Problem[] {
  if (weights === undefined) return [];
  const sum = Object.values(weights).reduce((total, weight) => total + parseMicros(weight), 0n);
  return sum === parseMicros('1')
    ? []
    : [{ field: 'parameters.weights', message: `must sum to exactly 1, not to ${formatMicros(sum)}` }];
}
