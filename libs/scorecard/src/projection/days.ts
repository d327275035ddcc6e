/** Day numbers (days since 1970-01-01) and the proleptic Gregorian calendar in plain integers; the projector's inner loop. */

export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil. */
export function dayOfCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** H. Hinnant, civil_from_days. */
export function civilOfDay(dayNumber: number): CivilDate {
  const z = dayNumber + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted + (shifted < 10 ? 3 : -9);
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
  };
}

/** A period for which distinct customers are counted ahead of the question: `[start, end)` in day numbers, named as in the API. */
export interface CountedPeriod {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The Gregorian month, quarter and year and the ISO 8601 week that contain a day. Other periods are counted when asked. */
export function countedPeriods(day: number): readonly CountedPeriod[] {
  const { year, month } = civilOfDay(day);
  const quarter = Math.ceil(month / 3);
  const monday = day - ((((day + 3) % 7) + 7) % 7);
  const weekYear = civilOfDay(monday + 3).year;
  const week = 1 + Math.floor((monday + 3 - dayOfCivil(weekYear, 1, 1)) / 7);
  return [
    { text: `${digits(year, 4)}-${digits(month, 2)}`, ...months(year, month, 1) },
    { text: `${digits(year, 4)}-Q${quarter}`, ...months(year, 3 * quarter - 2, 3) },
    { text: digits(year, 4), ...months(year, 1, 12) },
    { text: `${digits(weekYear, 4)}-W${digits(week, 2)}`, start: monday, end: monday + 7 },
  ];
}

function months(year: number, first: number, count: number): { start: number; end: number } {
  const after = first + count;
  return {
    start: dayOfCivil(year, first, 1),
    end: after > 12 ? dayOfCivil(year + 1, after - 12, 1) : dayOfCivil(year, after, 1),
  };
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
