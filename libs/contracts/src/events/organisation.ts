import { defineEvent } from '../declare.ts';
import {
  content,
  count,
  currency,
  date,
  decimal,
  fraction,
  id,
  instant,
  list,
  object,
  oneOf,
  optional,
  period,
  sha256,
  signed,
  text,
  textMap,
  zone,
} from '../fields.ts';

/** Organisation, calendars, policies; periods, editions, corrections and imports. */
const parameters = object({
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
});
const changeClass = () => oneOf('error', 'method', 'estimate', 'organisation');

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
      data['unitId'] === data['parentId'] ? [{ field: 'parentId', message: 'must be another unit' }] : [],
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
    stream: (data) => `calendar-${data['calendarId']}`,
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
      data['kind'] === 'gregorian' && data['startMonth'] !== undefined && data['startMonth'] !== 1
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
    stream: (data) => data['kpiCode'] as string,
    fields: {
      kpiCode: id(),
      parameters,
      effectiveFrom: date(),
      changeClass: changeClass(),
      unitId: optional(id()),
    },
    businessDate: ['effectiveFrom'],
    feeds: [],
    rules: (data) => {
      const weights = (data['parameters'] as { weights?: Record<string, string> }).weights;
      return weights && sumOfMillionths(Object.values(weights)) !== 1_000_000n
        ? [{ field: 'parameters.weights', message: 'must sum to exactly 1' }]
        : [];
    },
    sample: {
      kpiCode: 'customer-retention',
      parameters: { retentionWindowDays: 180 },
      effectiveFrom: '2024-07-01',
      changeClass: 'method',
    },
  }),
];

function sumOfMillionths(fractions: readonly string[]): bigint {
  return fractions.reduce((sum, value) => {
    const [whole = '0', decimals = ''] = value.split('.');
    return sum + BigInt(whole) * 1_000_000n + BigInt(decimals.padEnd(6, '0'));
  }, 0n);
}

const kpi = object({
  kpiCode: id(),
  objectiveId: id(),
  owner: id(),
  weight: fraction(),
  direction: oneOf('up', 'down', 'band'),
  frequency: optional(oneOf('week', 'month', 'quarter', 'year')),
  baseline: optional(signed()),
  scoring: optional(
    oneOf('linear', 'progress', 'min-max', 'bands', 'best-in-range', 'yes-no', 'milestone', 'veto'),
  ),
  missingData: optional(oneOf('exclude', 'zero-score', 'last-known')),
  leading: optional(oneOf('leading', 'lagging')),
  purpose: optional(text()),
  source: optional(text()),
});
const scorecard = { category: 'scorecard' } as const;

export const scorecardEvents = [
  defineEvent({
    ...scorecard,
    type: 'TargetSet',
    stream: (data) => `target-${data['kpiCode']}`,
    fields: {
      kpiCode: id(),
      unitId: optional(id()),
      segmentCode: optional(id()),
      period: period(),
      target: signed(),
      lower: optional(signed()),
      upper: optional(signed()),
      direction: oneOf('up', 'down', 'band'),
      causeKpiCodes: list(id()),
    },
    businessDate: [],
    feeds: [],
    sample: {
      kpiCode: 'operating-margin',
      unitId: 'root',
      period: '2024',
      target: '0.15',
      lower: '0.12',
      direction: 'up',
      causeKpiCodes: ['customer-retention'],
    },
  }),
  defineEvent({
    ...scorecard,
    type: 'PeriodClosed',
    stream: (data) => `period-${data['unitId']}-${data['period']}`,
    fields: { unitId: id(), period: period(), closedAt: instant(), snapshotId: id() },
    businessDate: ['closedAt'],
    feeds: [],
    sample: { unitId: 'root', period: '2024-03', closedAt: '2024-04-05T10:00:00Z', snapshotId: 'snap-1' },
  }),
  defineEvent({
    ...scorecard,
    type: 'PeriodReopened',
    stream: (data) => `period-${data['unitId']}-${data['period']}`,
    fields: { unitId: id(), period: period(), reason: text(), requestedBy: id(), approvedBy: id() },
    businessDate: [],
    feeds: [],
    rules: (data) =>
      data['requestedBy'] === data['approvedBy']
        ? [{ field: 'approvedBy', message: 'must be another person than requestedBy' }]
        : [],
    sample: {
      unitId: 'root',
      period: '2024-03',
      reason: 'late invoice',
      requestedBy: 'mei',
      approvedBy: 'jonas',
    },
  }),
  defineEvent({
    ...scorecard,
    type: 'ScorecardRevised',
    stream: (data) => `definition-${data['scorecardId']}`,
    fields: {
      scorecardId: id(),
      revision: count(1),
      vision: optional(text()),
      objectives: list(
        object({
          objectiveId: id(),
          name: text(),
          perspective: oneOf('financial', 'customer', 'process', 'learning'),
          weight: fraction(),
        }),
      ),
      kpis: list(kpi),
      links: list(object({ from: id(), to: id(), sign: oneOf('+', '-'), lagMonths: count(0, 600) })),
      initiatives: list(
        object({
          initiativeId: id(),
          name: text(),
          kpiCode: id(),
          budget: optional(decimal()),
          milestones: optional(list(object({ name: text(), dueOn: date() }))),
        }),
      ),
      linter: content(),
      waivers: list(object({ rule: id(), reason: text(), by: id() })),
      validFrom: date(),
      changeClass: changeClass(),
      unitId: optional(id()),
    },
    businessDate: ['validFrom'],
    feeds: [],
    sample: {
      scorecardId: 'main',
      revision: 1,
      objectives: [{ objectiveId: 'o1', name: 'Grow profitably', perspective: 'financial', weight: '1' }],
      kpis: [{ kpiCode: 'operating-margin', objectiveId: 'o1', owner: 'mei', weight: '1', direction: 'up' }],
      links: [],
      initiatives: [],
      linter: { hard: [] },
      waivers: [],
      validFrom: '2024-01-01',
      changeClass: 'method',
    },
  }),
  defineEvent({
    ...scorecard,
    type: 'EditionPublished',
    stream: (data) => `edition-${data['editionId']}`,
    fields: {
      editionId: id(),
      unitId: id(),
      period: period(),
      logPosition: id(),
      rulesRevision: id(),
      digest: id(),
      signers: list(id()),
      figures: list(content()),
    },
    businessDate: [],
    feeds: [],
    sample: {
      editionId: '2024-03-root-1',
      unitId: 'root',
      period: '2024-03',
      logPosition: '73429',
      rulesRevision: '1',
      digest: `sha256:${'a'.repeat(64)}`,
      signers: ['mei'],
      figures: [],
    },
  }),
  defineEvent({
    ...scorecard,
    type: 'EditionRestated',
    stream: (data) => `edition-${data['editionId']}`,
    fields: {
      editionId: id(),
      supersedes: id(),
      causes: list(text()),
      bridge: content(),
      digest: id(),
      unitId: optional(id()),
    },
    businessDate: [],
    feeds: [],
    sample: {
      editionId: '2024-03-root-2',
      supersedes: '2024-03-root-1',
      causes: ['late facts'],
      bridge: {},
      digest: `sha256:${'b'.repeat(64)}`,
    },
  }),
];

const correction = {
  category: 'correction',
  stream: (data: Readonly<Record<string, unknown>>) => data['correctionId'] as string,
} as const;

export const correctionEvents = [
  defineEvent({
    type: 'FactCorrected',
    category: '',
    stream: () => '',
    fields: {
      targetEventId: id(),
      replacement: { schema: { anyOf: [{ type: 'object' }, { type: 'null' }] } } as ReturnType<
        typeof content
      >,
      reason: text(),
      authorisedBy: id(),
      unitId: optional(id()),
    },
    businessDate: [],
    feeds: [],
    sample: {
      targetEventId: '6f9619ff-8b86-5011-b42d-00cf4fc964ff',
      replacement: { any: 'content of the target' },
      reason: 'amount mistyped',
      authorisedBy: 'mei',
    },
  }),
  defineEvent({
    ...correction,
    type: 'CorrectionProposed',
    fields: {
      correctionId: id(),
      targets: list(
        object({
          eventId: id(),
          replacement: { schema: { anyOf: [{ type: 'object' }, { type: 'null' }] } } as ReturnType<
            typeof content
          >,
        }),
        { min: 1 },
      ),
      reasonCode: id(),
      evidence: object({ sha256: sha256(), note: text() }),
      maker: id(),
    },
    businessDate: [],
    feeds: [],
    sample: {
      correctionId: 'K1',
      targets: [{ eventId: '6f9619ff-8b86-5011-b42d-00cf4fc964ff', replacement: { any: 'content' } }],
      reasonCode: 'typo',
      evidence: { sha256: 'c'.repeat(64), note: 'scan of the invoice' },
      maker: 'mei',
    },
  }),
  defineEvent({
    ...correction,
    type: 'CorrectionApproved',
    fields: { correctionId: id(), previewDigest: id(), previewPosition: id(), checker: id() },
    businessDate: [],
    feeds: [],
    sample: {
      correctionId: 'K1',
      previewDigest: `sha256:${'d'.repeat(64)}`,
      previewPosition: '73500',
      checker: 'jonas',
    },
  }),
  defineEvent({
    ...correction,
    type: 'CorrectionRejected',
    fields: { correctionId: id(), reason: text(), checker: id() },
    businessDate: [],
    feeds: [],
    sample: { correctionId: 'K1', reason: 'evidence does not fit', checker: 'jonas' },
  }),
  defineEvent({
    ...correction,
    type: 'CorrectionWithdrawn',
    fields: { correctionId: id(), reason: text(), maker: id() },
    businessDate: [],
    feeds: [],
    sample: { correctionId: 'K1', reason: 'entered twice', maker: 'mei' },
  }),
  defineEvent({
    type: 'ImportBatchAccepted',
    category: 'import',
    stream: (data) => data['batchId'] as string,
    fields: {
      batchId: id(),
      fileSha256: sha256(),
      mapping: id(),
      rowsRead: count(),
      rowsAccepted: count(),
      rowsRejected: list(object({ row: count(), why: text() })),
      coverage: optional(object({ from: date(), to: date(), types: list(id(), { min: 1 }) })),
      unitId: optional(id()),
    },
    businessDate: [],
    feeds: [],
    sample: {
      batchId: 'B1',
      fileSha256: 'e'.repeat(64),
      mapping: 'northwind-orders',
      rowsRead: 830,
      rowsAccepted: 830,
      rowsRejected: [],
      coverage: { from: '1996-07-04', to: '1998-05-06', types: ['OrderPlaced'] },
    },
  }),
];
