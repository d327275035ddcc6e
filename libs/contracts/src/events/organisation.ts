import { defineEvent } from '../declare.ts';
import { count, currency, date, id, oneOf, optional, text, zone } from '../fields.ts';
import { measurePolicySet } from './measure-policy.ts';

/** Units, calendars and measure policies. */
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
  measurePolicySet,
];
