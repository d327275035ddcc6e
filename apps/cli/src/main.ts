#!/usr/bin/env node
import 'reflect-metadata';
import { Command, CommanderError, Option } from 'commander';
import { ROLES, type Role } from '#access';
import { readConfig } from './config.ts';
import type { FiguresOptions, ReperformOptions } from './options.ts';
import { codeOf, type Outcome } from './outcome.ts';

/** The `quadrant` command. Exit codes: 0 ok, 1 the answer is no, 2 usage, 3 a store cannot be reached. Source: api.md, "CLI". */
const program = new Command('quadrant')
  .description('A balanced scorecard over customer files that can be replayed')
  .exitOverride()
  // An option after the name of a command is that command's own: `stores` and `stores status` both have --data.
  .enablePositionalOptions()
  .showHelpAfterError();

const data = new Option('--data <dir>', 'where everything is kept (default: QUADRANT_DATA or .quadrant)');
const json = new Option('--json', 'print JSON');

program
  .command('start')
  .description('start everything on this machine')
  .addOption(data)
  .option('--port <n>', 'port of the API on 127.0.0.1 (default: PORT or 3000)')
  .option('--no-demo', 'do not load the demo company into an empty log')
  .action((options: { data?: string; port?: string; demo: boolean }) =>
    run(async () =>
      (await import('./start.ts')).start({ config: readConfig(process.env, options), demo: options.demo }),
    ),
  );

const stores = program
  .command('stores')
  .description('start the embedded stores alone, in the foreground')
  .enablePositionalOptions()
  .addOption(data)
  .option('--eventstore-port <n>', 'port of the event store (default: a free one)')
  .option('--mongodb-port <n>', 'MongoDB on a port instead of a socket of its owner')
  .addOption(new Option('--only <store>').choices(['eventstore', 'mongodb']))
  .option('--plain', 'ports without TLS and password: whoever reaches them may read and write')
  .option(
    '--slow-ms <n>',
    'from how many ms on an operation is slow and told (default: QUADRANT_SLOW_MS or 100)',
  )
  .option(
    '--status-port <n>',
    'metrics and health over HTTP on 127.0.0.1 as well (default: QUADRANT_STATUS_PORT)',
  )
  .action((options: Record<string, string>) =>
    run(async () => (await import('./stores.ts')).stores(readConfig(process.env, options), options)),
  );

stores
  .command('status')
  .description('how the running embedded stores are: health, sizes, what is open, slow operations')
  .addOption(data)
  .addOption(json)
  .action((options: { data?: string; json?: boolean }) =>
    run(async () =>
      (await import('./stores-status.ts')).storesStatusCommand(readConfig(process.env, options), options),
    ),
  );

program
  .command('token')
  .description('print a token for the API of this data directory')
  .addOption(data)
  .addOption(new Option('--role <role...>', 'roles').choices([...ROLES]).makeOptionMandatory())
  .option('--sub <name>', 'whose token it is', 'cli')
  .option('--unit <unit...>', 'units that it may see (default: all)')
  .option('--expires-in <time>', 'how long it is good', '12h')
  .action((options: { data?: string; role: Role[]; sub: string; unit?: string[]; expiresIn: string }) =>
    run(async () => (await import('./token.ts')).token(readConfig(process.env, options), options)),
  );

program
  .command('import <file>')
  .description('import a file by a mapping; further files of the mapping as --with alias=path')
  .requiredOption('--mapping <file>')
  .option('--with <alias=path...>', 'further files', [])
  .option('--dry-run', 'check everything, write nothing')
  .addOption(data)
  .addOption(json)
  .action(
    (
      file: string,
      options: { data?: string; mapping: string; with: string[]; dryRun?: boolean; json?: boolean },
    ) =>
      run(async () =>
        (await import('./import.ts')).importCommand(readConfig(process.env, options), file, options),
      ),
  );

program
  .command('figures <kpi...>')
  .description('figures of one or more KPIs')
  .requiredOption('--period <period>')
  .option('--unit <unit>', 'unit', 'root')
  .option('--segment <code>')
  .option('--known-at <position|instant|date>')
  .option('--policy <revision>')
  .option('--total', 'with a range: one more figure for the whole span')
  .addOption(data)
  .addOption(json)
  .action((kpis: string[], options: FiguresOptions) =>
    run(async () =>
      (await import('./figures.ts')).figuresCommand(readConfig(process.env, options), kpis, options),
    ),
  );

program
  .command('scorecard')
  .description('all figures of the four dimensions')
  .requiredOption('--period <period>')
  .option('--unit <unit>', 'unit', 'root')
  .option('--segment <code>')
  .option('--known-at <position|instant|date>')
  .addOption(data)
  .addOption(json)
  .action((options: FiguresOptions) =>
    run(async () =>
      (await import('./figures.ts')).figuresCommand(readConfig(process.env, options), [], options),
    ),
  );

program
  .command('reperform')
  .description('compute figures again from the raw log, independently, and compare digests')
  .requiredOption('--at <position>', 'position, or "head"')
  .requiredOption('--period <period>')
  .option('--unit <unit>', 'unit', 'root')
  .option('--segment <code>')
  .option('--kpi <kpi...>', 'KPIs (default: all)')
  .addOption(data)
  .addOption(json)
  .action((options: ReperformOptions) =>
    run(async () =>
      (await import('./reperform.ts')).reperformCommand(readConfig(process.env, options), options),
    ),
  );

program
  .command('rebuild <dimension>')
  .description('rebuild a dimension (or all) beside the live one; it takes over when it is the same')
  .addOption(data)
  .addOption(json)
  .action((dimension: string, options: { data?: string; json?: boolean }) =>
    run(async () =>
      (await import('./rebuild.ts')).rebuildCommand(readConfig(process.env, options), dimension, options),
    ),
  );

program
  .command('backup <dir>')
  .description('copy the data directory into a new one, while it is in use or not')
  .addOption(data)
  .addOption(json)
  .action((directory: string, options: { data?: string; json?: boolean }) =>
    run(async () =>
      (await import('./backup.ts')).backupCommand(readConfig(process.env, options), directory, options),
    ),
  );

program
  .command('restore <dir>')
  .description('make an empty data directory that of a backup, and prove that it is')
  .addOption(data)
  .addOption(json)
  .action((directory: string, options: { data?: string; json?: boolean }) =>
    run(async () =>
      (await import('./backup.ts')).restoreCommand(readConfig(process.env, options), directory, options),
    ),
  );

program
  .command('status')
  .description('how far each read model is')
  .addOption(data)
  .addOption(json)
  .action((options: { data?: string; json?: boolean }) =>
    run(async () => (await import('./status.ts')).statusCommand(readConfig(process.env, options), options)),
  );

program
  .command('doctor')
  .description('look at everything that has to be right: version, directory, disk, keys, stores, read models')
  .addOption(data)
  .addOption(json)
  .action((options: { data?: string; json?: boolean }) =>
    run(async () => (await import('./doctor.ts')).doctorCommand(readConfig(process.env, options), options)),
  );

async function run(work: () => Promise<Outcome>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = codeOf(error);
  }
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
