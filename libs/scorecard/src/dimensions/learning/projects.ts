import { distribution } from '../../figures/distribution.ts';
import type { Ask, KpiSheet } from '../../figures/kpi.ts';
import { countRatio, excludedPart } from '../../figures/shown.ts';
import { dayOfText } from '../../projection/organisation.ts';
import { byDocument, unitOfProject } from './places.ts';

/** Development projects 新产品开发. Source: IRI TVP metric 6; kpis.md L1; docs/figures.md §8. */

interface Project {
  readonly unit: string;
  readonly approved: number | undefined;
  readonly launched: number | undefined;
  readonly stopped: number | undefined;
}

async function projectsOf(ask: Ask): Promise<Project[]> {
  return [...byDocument(await ask.register('gates'), 'projectId').values()].map((facts) => {
    const first = (gate: string) => {
      const days = facts
        .filter(({ data }) => data['gate'] === gate)
        .map(({ data }) => dayOfText(data['passedOn'] as string));
      return days.length === 0 ? undefined : Math.min(...days);
    };
    return {
      unit: unitOfProject(facts),
      approved: first('approved'),
      launched: first('launched'),
      stopped: first('stopped'),
    };
  });
}

function inScope(ask: Ask, unit: string, day: number | undefined): day is number {
  return (
    day !== undefined &&
    day >= ask.span.start &&
    day < ask.span.end &&
    ask.organisation.contains(ask.scope.unit, unit, day)
  );
}

const sheet = { dimension: 'learning', direction: 'down', leading: true, main: ['gates'] } as const;

export const projectKpis: readonly KpiSheet[] = [
  {
    ...sheet,
    code: 'npd-cycle',
    name: { en: 'New-product development cycle', zh: '新产品开发周期' },
    unit: 'days',
    formula: 'mean days from approval to launch, of projects launched',
    async evaluate(ask) {
      const projects = await projectsOf(ask);
      const launched = projects.filter(({ unit, launched: day }) => inScope(ask, unit, day));
      const durations = launched.flatMap(({ approved, launched: day }) =>
        approved === undefined ? [] : [(day as number) - approved],
      );
      const negative = durations.filter((days) => days < 0).length;
      const counts = new Map<bigint, bigint>();
      for (const days of durations)
        if (days >= 0) counts.set(BigInt(days), (counts.get(BigInt(days)) ?? 0n) + 1n);
      const stopped = projects.filter(({ unit, stopped: day }) => inScope(ask, unit, day)).length;
      const excluded = excludedPart([
        ['no-approval', BigInt(launched.length - durations.length)],
        ['negative-duration', BigInt(negative)],
      ]);
      return distribution(
        { values: [...counts].sort(([a], [b]) => (a < b ? -1 : 1)), scale: 1n },
        { stopped: String(stopped), ...excluded },
      );
    },
  },
  {
    ...sheet,
    code: 'npd-stopped-share',
    name: { en: 'Share of projects stopped', zh: '开发终止比例' },
    unit: 'fraction',
    formula: 'projects stopped / (stopped + launched)',
    async evaluate(ask) {
      const projects = await projectsOf(ask);
      const stopped = BigInt(projects.filter(({ unit, stopped: day }) => inScope(ask, unit, day)).length);
      const launched = BigInt(projects.filter(({ unit, launched: day }) => inScope(ask, unit, day)).length);
      return countRatio(stopped, stopped + launched, stopped + launched);
    },
  },
];
