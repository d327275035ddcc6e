import { excludedBy, verdictOn } from '#commands';
import { accountRules, calendarRules, organisationRules } from './decider.ts';

type UnitFact = Parameters<typeof organisationRules.evolve>[1];

const unit = (unitId: string, parentId?: string, effectiveFrom = '2020-01-01'): UnitFact =>
  ({
    type: 'UnitDefined',
    data: { unitId, name: unitId, effectiveFrom, ...(parentId === undefined ? {} : { parentId }) },
  }) as unknown as UnitFact;
const root = unit('root');
const sales = unit('sales', 'root');
const north = unit('north', 'sales');

describe('the organisation', () => {
  it.each<[string, UnitFact[], UnitFact, string]>([
    ['has a root', [], root, 'recorded'],
    ['root may be given another name', [root], root, 'recorded'],
    ['root hangs below nothing', [root, sales], unit('root', 'sales'), 'root-has-parent'],
    ['has one root', [root], unit('other'), 'second-root'],
    ['units hang below root', [root], sales, 'recorded'],
    ['units hang below known units', [root], north, 'unknown-parent'],
    ['a unit moves', [root, sales, north], unit('north', 'root', '2021-01-01'), 'recorded'],
    ['a unit does not hang below itself', [root, sales], unit('sales', 'sales'), 'parent-cycle'],
    [
      'a unit does not move below its own',
      [root, sales, north],
      unit('sales', 'north', '2021-01-01'),
      'parent-cycle',
    ],
    [
      'units may change places when the lower one moves up first',
      [root, sales, north, unit('north', 'root', '2021-01-01')],
      unit('sales', 'north', '2021-01-01'),
      'recorded',
    ],
    [
      'a move today does not close a cycle with one that is dated for next year',
      [root, sales, unit('east', 'root'), unit('sales', 'east', '2022-01-01')],
      unit('east', 'sales', '2021-01-01'),
      'parent-cycle',
    ],
    [
      'a unit does not hang, before its first date, below one that hangs below it then',
      [root, unit('a', 'root', '2024-01-01'), unit('b', 'a', '2024-01-01')],
      unit('a', 'b', '2023-01-01'),
      'parent-cycle',
    ],
    [
      'a unit that moves up first may take the other below it later',
      [root, unit('a', 'root', '2020-01-01'), unit('b', 'a', '2020-01-01'), unit('b', 'root', '2021-01-01')],
      unit('a', 'b', '2022-01-01'),
      'recorded',
    ],
  ])('%s', (_sentence, given, when, verdict) => {
    expect(verdictOn(organisationRules, { given, when })).toBe(verdict);
  });

  it('accounts and calendars may be defined again', () => {
    const account = { type: 'AccountDefined', data: { accountCode: '4000' } };
    const calendar = { type: 'CalendarDefined', data: { calendarId: 'fiscal' } };
    expect(verdictOn(accountRules, { given: [account], when: account })).toBe('recorded');
    expect(verdictOn(calendarRules, { given: [calendar], when: calendar })).toBe('recorded');
  });
});

describe('a correction of the organisation', () => {
  it.each<[string, UnitFact[], UnitFact | null, string]>([
    [
      'closes no cycle with a later move',
      [root, unit('south', 'root'), sales, unit('sales', 'south', '2021-01-01')],
      unit('south', 'sales'),
      'parent-cycle',
    ],
    [
      'takes no move back that a later one rests on',
      [root, unit('south', 'sales'), unit('south', 'root'), unit('sales', 'south')],
      null,
      'parent-cycle',
    ],
    ['may rename a unit', [root, sales, north], unit('sales', 'root', '2019-01-01'), 'nothing'],
  ])('%s', (_sentence, given, to, code) => {
    const corrected = to === null ? 2 : 1;
    expect(excludedBy(organisationRules, { given, corrected, to })).toBe(code);
  });
});
