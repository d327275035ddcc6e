export type { Brand } from './brand.ts';
export {
  type Calendar,
  type CalendarDescription,
  calendarOf,
  DEFAULT_CALENDAR,
  type WeekCalendar,
} from './calendar.ts';
export { type IsoWeekday, isoWeekday } from './civil-days.ts';
export { formatMicros, isDecimalText, parseMicros } from './decimal.ts';
export { canonicalJson, type Digest, digestOf, isDigest, sha256Hex, uuidV5 } from './digest.ts';
export {
  type ActorId,
  type CaseId,
  type CorrectionId,
  type CustomerId,
  customerId,
  type EditionId,
  type EmployeeId,
  type EventId,
  eventId,
  type ImportId,
  type InitiativeId,
  type InvoiceId,
  idOf,
  isUuid,
  type KpiCode,
  type NamedId,
  type OrderId,
  type ProductId,
  type ProjectId,
  ROOT_UNIT,
  type ScorecardId,
  type SegmentId,
  type UnitId,
  unitId,
} from './ids.ts';
export {
  compareInstants,
  epochMs,
  epochNanos,
  type Instant,
  instant,
  instantOfMs,
  isZone,
  localDateAt,
  localDateAtMs,
  startOfDay,
  zoneOf,
} from './instant.ts';
export { compoundGrowth, naturalLog, root } from './irrational.ts';
export {
  addDays,
  addMonths,
  dateOfDay,
  dayNumber,
  daysBetween,
  isLocalDate,
  type LocalDate,
  localDate,
  monthsBetween,
} from './local-date.ts';
export {
  addMoney,
  type Currency,
  currencyOf,
  formatMoney,
  type Money,
  minorUnits,
  money,
  negateMoney,
} from './money.ts';
export {
  contains,
  endsOf,
  lengthInDays,
  type Period,
  parsePeriod,
  periodAt,
  periodsContaining,
  periodsOf,
  periodsWithin,
  previousPeriod,
  samePeriodOfPriorYear,
} from './period.ts';
export { monthsIn } from './period-months.ts';
export type { PeriodGrain } from './period-name.ts';
export {
  comparePositions,
  maxPosition,
  NO_POSITION,
  type Position,
  position,
  positionText,
} from './position.ts';
export {
  addRatio,
  compareRatio,
  divideRatio,
  multiplyRatio,
  powerRatio,
  type Ratio,
  ratio,
  ratioOfDecimal,
  roundRatio,
  roundToInteger,
  subtractRatio,
} from './ratio.ts';
export { isRefusal, type Refusal, refuse } from './refusal.ts';
export { STATUSES, type Status } from './status.ts';
export { compareText } from './text-order.ts';
export { inField, unreachable, ValueError } from './value-error.ts';
