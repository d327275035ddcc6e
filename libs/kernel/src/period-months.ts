import { civilParts, daysInMonth, monthOrdinal } from './civil-days.ts';
import { dayNumber } from './local-date.ts';
import type { Period } from './period.ts';
import { type PeriodName, parseName } from './period-name.ts';
import { addRatio, type Ratio, ratio } from './ratio.ts';

/**
 * The length in months, for a charge of so many twelfths of a year (EVA: capital × WACC × m/12; kpis.md F4).
 * A month counts 1, a quarter 3 and a year 12 in every calendar, also where a 4-4-5 year has 53 weeks; ranges of them
 * add up. A day counts 1 / (days of its civil month), so that days, weeks and other ranges add up exactly as well.
 */
export function monthsIn(period: Period): Ratio {
  const [first, last = first] = period.text.split('..').map((text) => parseName(text));
  const whole = first === undefined || last === undefined ? undefined : namedMonths(first, last);
  return whole === undefined ? monthsByDays(period) : ratio(BigInt(whole));
}

/** The months from one name to another of one family; undefined where one of them is a day or a week. */
function namedMonths(first: PeriodName, last: PeriodName): number | undefined {
  const from = monthsNamed(first);
  const to = monthsNamed(last);
  if (from === undefined || to === undefined || from.fiscal !== to.fiscal) return undefined;
  return to.last - from.first + 1;
}

function monthsNamed(
  name: PeriodName,
): { readonly fiscal: boolean; readonly first: number; readonly last: number } | undefined {
  switch (name.grain) {
    case 'year':
      return { fiscal: name.fiscal, first: monthOrdinal(name.year, 1), last: monthOrdinal(name.year, 12) };
    case 'quarter': {
      const first = monthOrdinal(name.year, name.index * 3 - 2);
      return { fiscal: name.fiscal, first, last: first + 2 };
    }
    case 'month': {
      const only = monthOrdinal(name.year, name.index);
      return { fiscal: name.fiscal, first: only, last: only };
    }
    default:
      return undefined;
  }
}

function monthsByDays({ start, end }: Period): Ratio {
  let months = ratio(0n);
  for (let day = dayNumber(start); day < dayNumber(end); ) {
    const { year, month, day: ofMonth } = civilParts(day);
    const length = daysInMonth(year, month);
    const taken = Math.min(length - ofMonth + 1, dayNumber(end) - day);
    months = addRatio(months, ratio(BigInt(taken), BigInt(length)));
    day += taken;
  }
  return months;
}
