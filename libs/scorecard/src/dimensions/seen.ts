import type { EventType } from '#contracts';
import type { Fact } from '../projection/change.ts';
import type { Family } from '../projection/dimension.ts';
import { dayOfText, ROOT } from '../projection/organisation.ts';

/** Counts the facts of a register as a source, where they say that they happened. */
export function seen(source: string, type: EventType, dateOf: (data: Fact['data']) => unknown): Family {
  return {
    name: source,
    single: true,
    documents: { [type]: (_data: Fact['data'], factId: string) => factId },
    *contributions(facts) {
      for (const { data, unitId } of facts)
        yield {
          unit: (data['unitId'] as string | undefined) ?? unitId ?? ROOT,
          day: dayOfText(dateOf(data) as string),
          measure: `$src:${source}`,
          amount: 1n,
        };
    },
  };
}

/** Improvement initiatives lie on the day on which they were closed, else started. */
export const SEEN_INITIATIVES = seen(
  'initiatives',
  'ImprovementMeasured',
  (data) => data['closedOn'] ?? data['startedOn'],
);
