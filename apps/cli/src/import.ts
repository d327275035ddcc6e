import { readFile, stat } from 'node:fs/promises';
import { fileAt, importFile, readMapping } from '#intake';
import { isRefusal } from '#kernel';
import { openCommands } from './commands.ts';
import type { Config } from './config.ts';
import { type Outcome, UsageError } from './outcome.ts';
import { Progress } from './progress.ts';
import { runningStores } from './running.ts';

const ERRORS_SHOWN = 20;

export async function importCommand(
  config: Config,
  file: string,
  options: { mapping: string; with: string[]; dryRun?: boolean; json?: boolean },
): Promise<Outcome> {
  for (const path of [file, options.mapping, ...options.with.map(pathOf)]) await mustBeFile(path);
  const mapping = readMapping(await readFile(options.mapping, 'utf8'));
  if (isRefusal(mapping)) {
    process.stderr.write(`${options.mapping}: ${mapping.detail}\n`);
    return 2;
  }
  const others = options.with.map(
    (pair) => [pair.slice(0, pair.indexOf('=')), fileAt(pathOf(pair))] as const,
  );
  const files = {
    [mapping.main ?? Object.keys(mapping.files)[0] ?? 'main']: fileAt(file),
    ...Object.fromEntries(others),
  };
  const commands = await openCommands(config, runningStores(config));
  const progress = new Progress('Importing', 'rows');
  try {
    const report = await importFile({
      files,
      mapping,
      dryRun: options.dryRun === true,
      recorder: commands.recorder,
      known: commands.references,
      context: commands.context(),
      onProgress: ({ rows, phase }) => progress.at(rows, phase),
    });
    progress.end();
    if (isRefusal(report)) {
      process.stderr.write(`${report.detail}\n`);
      return 1;
    }
    if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else {
      for (const { row, column, reason } of report.rowsRejected.slice(0, ERRORS_SHOWN))
        process.stderr.write(`row ${row}${column ? `, ${column}` : ''}: ${reason}\n`);
      for (const { row, detail } of report.refused.slice(0, ERRORS_SHOWN))
        process.stderr.write(`row ${row}: ${detail}\n`);
      process.stdout.write(
        `${report.status}: ${report.rowsRead} rows read, ${report.rowsAccepted} accepted, ${report.rowsRejectedTotal} rejected; ${report.factsAppended} facts appended, ${report.duplicates} were there already (batch ${report.batchId})\n`,
      );
    }
    return report.status === 'accepted' || report.status === 'checked' ? 0 : 1;
  } finally {
    await commands.close();
  }
}

function pathOf(pair: string): string {
  if (!/^[^=]+=./.test(pair)) throw new UsageError(`--with needs alias=path, not "${pair}".`);
  return pair.slice(pair.indexOf('=') + 1);
}

async function mustBeFile(path: string): Promise<void> {
  try {
    if ((await stat(path)).isFile()) return;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ENAMETOOLONG') throw error;
  }
  throw new UsageError(`There is no file ${path}.`);
}
