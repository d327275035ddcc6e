import { addDays, epochMs, instant, isLocalDate, localDate, position, startOfDay } from '#kernel';
import { type KnownAt, openReadModels } from '#read-models';
import type { Figure } from '#scorecard';
import { codeVersion } from './code-version.ts';
import type { Config } from './config.ts';
import type { FiguresOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import { runningStores } from './running.ts';

/** Figures of the named KPIs, or (none named) of all: the card. */
export async function figuresCommand(
  config: Config,
  kpis: readonly string[],
  options: FiguresOptions,
): Promise<Outcome> {
  const asked = knownAtOf(options.knownAt);
  const readModels = await openReadModels({ uri: runningStores(config).mongoUri, code: codeVersion() });
  try {
    const known = asked ?? { position: await readModels.known() };
    const { unit, segment, period, policy, total } = options;
    const answers = [];
    for (const kpi of kpis.length > 0 ? kpis : readModels.sheets.keys()) {
      const question = {
        kpi,
        unit,
        period,
        knownAt: known,
        ...(segment ? { segment } : {}),
        ...(policy ? { policy } : {}),
        ...(total ? { total } : {}),
      };
      answers.push(await readModels.figures(question));
    }
    if (options.json)
      process.stdout.write(`${JSON.stringify(kpis.length === 1 ? answers[0] : answers, null, 2)}\n`);
    else
      for (const figure of answers.flatMap(({ figures }) => figures))
        process.stdout.write(`${lineOf(figure)}\n`);
    return 0;
  } finally {
    await readModels.close();
  }
}

export function knownAtOf(text: string | undefined): KnownAt {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return { position: position(text) };
  if (isLocalDate(text)) return { timeMs: epochMs(startOfDay(addDays(localDate(text), 1), 'UTC')) - 1n };
  return { timeMs: epochMs(instant(text)) };
}

function lineOf({ kpi, period, value, unit, status, n, parts, flags }: Figure): string {
  const shown = value === null ? status : `${value} ${unit === 'money' ? (parts['currency'] ?? '') : unit}`;
  const marks = [
    ...(value !== null && status !== 'ok' ? [status] : []),
    ...flags.filter((flag) => flag !== status),
  ];
  return `${kpi.padEnd(30)} ${period.padEnd(10)} ${shown.padEnd(26)} n=${n}${marks.length > 0 ? `  [${marks.join(', ')}]` : ''}`;
}
