import type { EventType } from '#contracts';
import type { Content } from '../../projection/change.ts';
import { facts, told } from '../company.testkit.ts';
import { caseContributions, serviceContributions } from './cases.ts';

type Row = readonly [EventType, Content];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const at = (text: string) => `2024-03-${text.replace(' ', 'T')}:00Z`;
const opened = (text: string, more: Content = {}): Row => [
  'ProcessCaseOpened',
  { caseId: 'w', processCode: 'bottling', openedAt: at(text), ...more },
];
const closed = (text: string, more: Content = {}): Row => [
  'ProcessCaseClosed',
  { caseId: 'w', closedAt: at(text), outcome: 'done', firstPass: true, ...more },
];
const step = (from: string, to: string, department: string, valueAdding = true): Row => [
  'ProcessStepPerformed',
  {
    caseId: 'w',
    stepCode: `${department}-${from}`,
    department,
    startedAt: at(from),
    endedAt: at(to),
    valueAdding,
  },
];
/** Flows without the quarter of an hour: `measure amount`. */
const flows = (rows: readonly string[]) =>
  rows
    .filter((row) => !row.includes('$'))
    .map((row) => row.replace(/^\S+ @\d+\|/, ''))
    .sort();
const contributed = (...rows: readonly Row[]) => flows(told(caseContributions(facts(...rows))));

/** Goal: the contributions of one case, worked by hand from docs/figures.md §7. Durations in milliseconds. */
describe('what a process case contributes', () => {
  it('opened and closed: one duration, open in between, at its quarters of an hour', () => {
    expect(told(caseContributions(facts(opened('01 08:00'), closed('02 16:20'))), { sources: true })).toEqual(
      [
        '2024-03-01 @32|$open:case 1',
        '2024-03-01 @32|$opensum:case 19783',
        '2024-03-01 @32|$src:cases 1',
        '2024-03-02 @65|$open:case -1',
        '2024-03-02 @65|$opensum:case -19783',
        '2024-03-02 @65|$src:cases 1',
        `2024-03-02 @65|case:${32 * HOUR + 20 * MINUTE} 1`,
        '2024-03-02 @65|fp:1 1',
      ].sort(),
    );
  });

  it('overlapping steps: touch time is their union, value only that of steps that add it', () => {
    expect(
      contributed(
        opened('01 08:00'),
        step('01 09:00', '01 12:00', 'filling'),
        step('01 11:00', '01 13:00', 'packing', false),
        step('01 11:30', '01 11:45', 'filling'),
        step('01 15:00', '01 16:00', 'packing'),
        closed('01 18:00'),
      ),
    ).toEqual(
      [
        `case:${10 * HOUR} 1`,
        `keycase:${10 * HOUR} 1`,
        'fp:1 1',
        // filling, packing (11:00), filling (11:30), packing (15:00)
        'handoffs 3',
        'stepped 1',
        'stepcases 1',
        `lead ${10 * HOUR}`,
        `touch ${5 * HOUR}`,
        `value ${4 * HOUR}`,
      ].sort(),
    );
  });

  it('steps in the order of start, then end, whatever the order of record', () => {
    const steps = [
      step('01 09:00', '01 10:00', 'a'),
      step('01 09:00', '01 11:00', 'b'),
      step('01 12:00', '01 13:00', 'b'),
      step('01 14:00', '01 15:00', 'a'),
    ];
    const rows = contributed(closed('02 08:00'), ...steps.toReversed(), opened('01 08:00'));
    expect(rows).toEqual(contributed(opened('01 08:00'), ...steps, closed('02 08:00')));
    expect(rows).toContain('handoffs 2');
  });

  it('a step that ends before it starts is left out and counted', () => {
    const rows = contributed(
      opened('01 08:00'),
      step('01 09:00', '01 10:00', 'a'),
      step('01 12:00', '01 11:00', 'b'),
      closed('01 18:00'),
    );
    expect(rows).toEqual(
      [
        `case:${10 * HOUR} 1`,
        'fp:1 1',
        'negstep 1',
        'stepped 1',
        'stepcases 1',
        `lead ${10 * HOUR}`,
        `touch ${HOUR}`,
        `value ${HOUR}`,
      ].sort(),
    );
    expect(
      contributed(opened('01 08:00'), step('01 12:00', '01 11:00', 'b'), closed('01 18:00')).sort(),
    ).toEqual([`case:${10 * HOUR} 1`, 'fp:1 1', 'negstep 1']);
  });

  it('closed before it was opened: no duration, yet its hand-offs', () => {
    const steps = [step('01 09:00', '01 10:00', 'a'), step('01 10:00', '01 11:00', 'b')];
    expect(contributed(opened('03 08:00'), ...steps, closed('02 08:00'))).toEqual(
      ['casex 1', 'keycasex 1', 'stepx 1', 'fp:1 1', 'handoffs 1', 'stepped 1'].sort(),
    );
    expect(
      told(caseContributions(facts(opened('03 08:00'), closed('02 08:00')))).filter((row) =>
        row.includes('$open'),
      ),
    ).toEqual([]);
  });

  it('closed without a known opening: what closing says, no duration', () => {
    expect(contributed(step('01 09:00', '01 10:00', 'a'), closed('01 18:00', { firstPass: false }))).toEqual([
      'fp:0 1',
      'stepped 1',
    ]);
  });

  it('abandoned: its quantities, nothing of its time, and open no longer', () => {
    const rows = told(
      caseContributions(
        facts(opened('01 08:00'), closed('01 12:00', { outcome: 'abandoned', scrappedQty: '3' })),
      ),
    );
    expect(flows(rows)).toEqual(['qtycases 1', 'scrap 3000000']);
    expect(rows).toContain('2024-03-01 @48|$open:case -1');
  });

  it.each([
    [
      'good, some of it reworked',
      { goodQty: '98', reworkedQty: '8' },
      ['good 98000000', 'firstgood 90000000'],
    ],
    ['more rework than good', { goodQty: '2', reworkedQty: '8' }, ['good 2000000']],
    ['scrapped', { goodQty: '0.5', scrappedQty: '2' }, ['good 500000', 'firstgood 500000', 'scrap 2000000']],
  ])('quantities: %s', (_name, quantities, expected) => {
    const rows = contributed(closed('01 12:00', quantities)).filter((row) => !row.startsWith('fp:'));
    expect(rows).toEqual([...expected, 'qtycases 1'].sort());
  });

  it('opened by a date: whole days from that date to the UTC date of closing', () => {
    const byDate: Row = [
      'ProcessCaseOpened',
      { caseId: 'w', processCode: 'bottling', openedOn: '2024-03-01' },
    ];
    expect(contributed(byDate, closed('04 23:59'))).toContain(`case:${3 * 24 * HOUR} 1`);
    expect(
      told(caseContributions(facts(byDate, closed('04 23:59')))).filter((row) => row.includes('$open:')),
    ).toEqual(['2024-03-01 $open:case 1', '2024-03-04 @95|$open:case -1']);
  });

  it.each([
    ['at its due time', '02 18:00', 'timely:1 1'],
    ['a minute later', '02 18:01', 'timely:0 1'],
  ])('closed %s', (_name, when, expected) => {
    expect(contributed(opened('01 08:00', { dueAt: at('02 18:00') }), closed(when))).toContain(expected);
  });

  it('lies where it was opened, else where the first of its facts says', () => {
    const unitsOf = (...rows: readonly Row[]) =>
      new Set([...caseContributions(facts(...rows))].map(({ unit }) => unit));
    const elsewhere = closed('02 08:00', { unitId: 'south' });
    expect(unitsOf(elsewhere, opened('01 08:00', { unitId: 'north' }))).toEqual(new Set(['north']));
    expect(unitsOf(step('01 09:00', '01 10:00', 'a'), elsewhere)).toEqual(new Set(['south']));
    expect(unitsOf(closed('02 08:00'))).toEqual(new Set(['root']));
  });
});

describe('what a service case contributes', () => {
  const service = (what: string, text: string, more: Content = {}): Row => [
    `ServiceCase${what}` as EventType,
    { caseId: 't', at: at(text), ...(what === 'Opened' ? { customerId: 'c' } : {}), ...more },
  ];
  const rowsOf = (...rows: readonly Row[]) => told(serviceContributions(facts(...rows)));

  it('answered and resolved', () => {
    expect(
      rowsOf(
        service('Opened', '04 09:00'),
        service('Answered', '04 10:30'),
        service('Answered', '04 12:00'),
        service('HandedOver', '04 13:00'),
        service('Resolved', '05 09:00'),
      ),
    ).toEqual(
      [
        '2024-03-04 @36|$open:answer 1',
        '2024-03-04 @36|$opensum:answer 19786',
        '2024-03-04 @42|$open:answer -1',
        '2024-03-04 @42|$opensum:answer -19786',
        `2024-03-04 @42|answer:${90 * MINUTE} 1`,
        '2024-03-04 @36|$open:resolve 1',
        '2024-03-04 @36|$opensum:resolve 19786',
        '2024-03-05 @36|$open:resolve -1',
        '2024-03-05 @36|$opensum:resolve -19786',
        `2024-03-05 @36|resolve:${24 * HOUR} 1`,
      ].sort(),
    );
  });

  it('reopened: not resolved until it is resolved again, and then from the opening', () => {
    const reopened = [
      service('Opened', '04 09:00'),
      service('Resolved', '05 09:00'),
      service('Reopened', '06 09:00'),
    ];
    expect(flows(rowsOf(...reopened))).toEqual([]);
    expect(rowsOf(...reopened).filter((row) => row.includes('$open:resolve'))).toEqual([
      '2024-03-04 @36|$open:resolve 1',
    ]);
    expect(flows(rowsOf(...reopened, service('Resolved', '07 09:00')))).toEqual([`resolve:${72 * HOUR} 1`]);
    // A resolution recorded late does not undo the reopening.
    expect(
      flows(
        rowsOf(
          service('Opened', '04 09:00'),
          service('Reopened', '06 09:00'),
          service('Resolved', '05 09:00'),
        ),
      ),
    ).toEqual([]);
  });

  it('answered before it was opened: negative', () => {
    expect(flows(rowsOf(service('Opened', '04 09:00'), service('Answered', '04 08:00')))).toEqual([
      'answerx 1',
    ]);
  });

  it('belongs to its customer; while its opening is not known, to the one that another fact names', () => {
    const customersOf = (...rows: readonly Row[]) =>
      new Set([...serviceContributions(facts(...rows))].map(({ customer }) => customer));
    const answer = service('Answered', '04 10:00', { customerId: 'other' });
    expect(customersOf(answer, service('Opened', '04 09:00'))).toEqual(new Set(['c']));
    expect(customersOf(service('Resolved', '04 11:00'), answer)).toEqual(new Set(['other']));
  });
});
