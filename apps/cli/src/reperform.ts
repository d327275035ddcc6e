import { openJournal } from '#journal';
import { position } from '#kernel';
import { openReadModels } from '#read-models';
import { type LogEvent, Reperformance } from '#reperformance';
import { codeVersion } from './code-version.ts';
import type { Config } from './config.ts';
import type { ReperformOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import { runningStores } from './running.ts';

/** Computes figures from the raw log, apart from the read models, and compares digest with digest. */
export async function reperformCommand(config: Config, options: ReperformOptions): Promise<Outcome> {
  const uris = runningStores(config);
  const code = codeVersion();
  const journal = openJournal({ uri: uris.eventStoreUri });
  const readModels = await openReadModels({ uri: uris.mongoUri, code });
  try {
    const knownAt = options.at === 'head' ? await readModels.known() : position(options.at);
    const events: LogEvent[] = [];
    for await (const {
      position: at,
      stream,
      eventId,
      type,
      created,
      data,
      metadata,
      revision,
    } of journal.readAll({ upTo: knownAt })) {
      events.push({
        position: at,
        stream,
        eventId,
        type,
        created: BigInt(created),
        data,
        metadata,
        revision,
      });
    }
    const second = new Reperformance(events, { code });
    const results = [];
    for (const kpi of options.kpi ?? [...readModels.sheets.keys()]) {
      const asked = {
        kpi,
        unit: options.unit,
        period: options.period,
        ...(options.segment ? { segment: options.segment } : {}),
      };
      const projected = await readModels.figures({ ...asked, knownAt: { position: knownAt } });
      const reperformed = second.figures({ ...asked, knownAt });
      results.push({
        kpi,
        equal: projected.digest === reperformed.digest,
        projected: projected.digest,
        reperformed: reperformed.digest,
      });
    }
    const differing = results.filter(({ equal }) => !equal);
    if (options.json)
      process.stdout.write(
        `${JSON.stringify({ knownAt: String(knownAt), events: events.length, results }, null, 2)}\n`,
      );
    else {
      for (const { kpi, projected, reperformed } of differing)
        process.stdout.write(`${kpi}: projected ${projected}, reperformed ${reperformed}\n`);
      process.stdout.write(
        `${results.length - differing.length} of ${results.length} figures have the same digest, from ${events.length} events up to position ${knownAt}\n`,
      );
    }
    return differing.length === 0 ? 0 : 1;
  } finally {
    await readModels.close();
    await journal.close();
  }
}
