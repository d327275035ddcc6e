import type { Ajv2020 } from 'ajv/dist/2020.js';
import { currencyOf, instant, isLocalDate, isZone, parsePeriod, ValueError } from '#kernel';

/** The first and last business date for which weeks and years can be named in every calendar and zone. */
const FIRST_DAY = '1584-01-01';
const LAST_DAY = '9998-12-31';
const YEARS = '1584 to 9998';

/** Formats of the schemas beyond draft 2020-12: what fits, read by the kernel, and what would be right. */
const FORMATS: Readonly<
  Record<string, { readonly fits: (value: string) => boolean; readonly sentence: string }>
> = {
  date: {
    fits: (value) => isLocalDate(value) && countable(value),
    sentence: `must be a date that exists, written YYYY-MM-DD (${YEARS})`,
  },
  instant: {
    fits: (value) => countable(value.slice(0, 10)) && reads(() => instant(value)),
    sentence: `must be an instant with its offset, like 2024-03-31T09:30:00+02:00 (${YEARS})`,
  },
  currency: {
    fits: (value) => reads(() => currencyOf(value)),
    sentence: 'must be an ISO 4217 currency code, like EUR',
  },
  zone: { fits: isZone, sentence: 'must be an IANA time zone, like Europe/Berlin' },
  period: {
    fits: isPeriod,
    sentence: 'must be a period, like 2024, 2024-Q1, 2024-03, 2024-W15 or FY2024',
  },
};

export function addFormats(ajv: Ajv2020): void {
  for (const [name, { fits }] of Object.entries(FORMATS)) ajv.addFormat(name, fits);
}

export function formatSentence(name: string): string {
  const format = FORMATS[name];
  if (format === undefined) throw new Error(`No format "${name}" is declared.`);
  return format.sentence;
}

/** Dates are ordered as texts. */
function countable(date: string): boolean {
  return date >= FIRST_DAY && date <= LAST_DAY;
}

/** Whether a fiscal period exists is for its unit's calendar to say; here only its name can be judged. */
function isPeriod(value: string): boolean {
  const fiscal = /^FY(\d{4})(-(Q[1-4]|P(0[1-9]|1[0-2])|W(0[1-9]|[1-4]\d|5[0-3])))?$/.exec(value);
  if (fiscal === null) return reads(() => parsePeriod(value));
  // A fiscal year begins up to a year before the year it is named after.
  return countable(`${Number(fiscal[1]) - 1}-01-01`) && countable(`${fiscal[1]}-12-31`);
}

function reads(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof ValueError) return false;
    throw error;
  }
}
