import { openJournal } from '#journal';
import { keepHeapLean, logFeed, openReadModels, rebuildEach } from '#read-models';
import { type ProjectionName, projections } from '#scorecard';
import { codeVersion } from './code-version.ts';
import type { Config } from './config.ts';
import type { Outcome } from './outcome.ts';
import { Progress } from './progress.ts';
import { runningStores } from './running.ts';

export async function rebuildCommand(
  config: Config,
  dimension: string,
  options: { json?: boolean },
): Promise<Outcome> {
  const names =
    dimension === 'all' ? (Object.keys(projections) as ProjectionName[]) : [dimension as ProjectionName];
  if (!names.every((name) => name in projections)) {
    process.stderr.write(
      `There is no dimension "${dimension}"; there are ${Object.keys(projections).join(', ')}, or all.\n`,
    );
    return 2;
  }
  keepHeapLean();
  const uris = runningStores(config);
  const journal = openJournal({ uri: uris.eventStoreUri });
  const readModels = await openReadModels({ uri: uris.mongoUri, code: codeVersion() });
  try {
    const progress = new Progress(`Rebuilding ${names.join(', ')}`, 'of the log');
    const reports = await rebuildEach(
      readModels.db,
      names.map((name) => projections[name]),
      logFeed(journal),
      ({ position, target }) => progress.share(Number(position) / Number(target)),
    );
    progress.end();
    for (const report of reports) {
      const name = report.dimension;
      const sentence = report.equal
        ? `${name}: ${report.events} events, content ${report.rebuilt}: the same as the live one, and has taken over`
        : `${name}: DIFFERENT from the live one at position ${report.position} (live ${report.live}, rebuilt ${report.rebuilt}); the live one stays`;
      process.stdout.write(
        `${options.json ? JSON.stringify({ ...report, position: String(report.position) }) : sentence}\n`,
      );
    }
    return reports.every(({ equal }) => equal) ? 0 : 1;
  } finally {
    await readModels.close();
    await journal.close();
  }
}
