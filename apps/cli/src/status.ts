import { openJournal } from '#journal';
import { openReadModels } from '#read-models';
import { codeVersion } from './code-version.ts';
import type { Config } from './config.ts';
import type { Outcome } from './outcome.ts';
import { runningStores } from './running.ts';

export async function statusCommand(config: Config, options: { json?: boolean }): Promise<Outcome> {
  const uris = runningStores(config);
  const journal = openJournal({ uri: uris.eventStoreUri });
  const readModels = await openReadModels({ uri: uris.mongoUri, code: codeVersion() });
  try {
    const head = await journal.head();
    const models = (await readModels.status()).map(
      ({ dimension, epoch, position, events, deltas, content }) => ({
        dimension,
        epoch,
        position: String(position),
        behind: position < head,
        events: String(events),
        deltas: String(deltas),
        content,
      }),
    );
    if (options.json) process.stdout.write(`${JSON.stringify({ head: String(head), models }, null, 2)}\n`);
    else {
      process.stdout.write(`log at ${head}\n`);
      for (const { dimension, epoch, position, behind, events, deltas } of models) {
        process.stdout.write(
          `${dimension.padEnd(10)} epoch ${epoch}  at ${position}${behind ? ' (behind)' : ''}  ${events} events  ${deltas} deltas\n`,
        );
      }
    }
    return models.some(({ behind }) => behind) ? 1 : 0;
  } finally {
    await readModels.close();
    await journal.close();
  }
}
