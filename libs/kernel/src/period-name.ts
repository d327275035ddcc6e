import type { LocalDate } from './local-date.ts';
import { isLocalDate } from './local-date.ts';

/** The lengths a period can have by name. */
export type PeriodGrain = 'day' | 'week' | 'month' | 'quarter' | 'year';

/** A period's name taken apart; `index` is its number in the year, from 1. */
export type PeriodName =
  | { readonly grain: 'day'; readonly date: LocalDate }
  | {
      readonly grain: 'week' | 'month' | 'quarter';
      readonly fiscal: boolean;
      readonly year: number;
      readonly index: number;
    }
  | { readonly grain: 'year'; readonly fiscal: boolean; readonly year: number };

export const NAME_FORMS =
  '1997, 1997-Q2, 1997-04, 1997-W15, 1997-04-15, FY1997, FY1997-Q1, FY1997-P03 or a range such as 1996-07..1998-05';

const SHAPE = /^(FY)?(\d{4})(?:-(?:Q([1-4])|W(\d\d)|(P?)(\d\d)))?$/;

/** Takes a name apart; undefined when it is none. Whether the calendar has it is for the calendar to say. */
export function parseName(text: string): PeriodName | undefined {
  if (isLocalDate(text)) return { grain: 'day', date: text };
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const fiscal = match[1] !== undefined;
  const year = Number(match[2]);
  const [quarter, week, p, month] = [match[3], match[4], match[5], match[6]];
  if (quarter !== undefined) return { grain: 'quarter', fiscal, year, index: Number(quarter) };
  if (week !== undefined) return within(53, { grain: 'week', fiscal, year, index: Number(week) } as const);
  if (month === undefined) return { grain: 'year', fiscal, year };
  // Fiscal months are marked with P, civil ones are not: FY1997-P03, 1997-03.
  if ((p === 'P') !== fiscal) return undefined;
  return within(12, { grain: 'month', fiscal, year, index: Number(month) } as const);
}

export function nameText(name: PeriodName): string {
  if (name.grain === 'day') return name.date;
  const year = `${name.fiscal ? 'FY' : ''}${String(name.year).padStart(4, '0')}`;
  if (name.grain === 'year') return year;
  if (name.grain === 'quarter') return `${year}-Q${name.index}`;
  const index = String(name.index).padStart(2, '0');
  if (name.grain === 'week') return `${year}-W${index}`;
  return name.fiscal ? `${year}-P${index}` : `${year}-${index}`;
}

function within<Name extends { readonly index: number }>(last: number, name: Name): Name | undefined {
  return name.index >= 1 && name.index <= last ? name : undefined;
}
