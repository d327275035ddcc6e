import { request } from 'node:http';
import { ownerSocketPath } from '#owner-socket';
import type { Config } from './config.ts';
import { NotRunning, type Outcome } from './outcome.ts';

/** As apps/stores gives it under `/status`. */
interface Condition {
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly memory: { readonly resident: number; readonly anonymous?: number };
  readonly slowMs: number;
  readonly stores: Readonly<Record<string, StoreCondition>>;
}

interface StoreCondition {
  readonly health: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly operations: Readonly<Record<string, { count: number; slow: number; longestMs: number }>>;
}

/** How the embedded stores of a data directory are. 1 when one of them is not well, 3 when they do not run. */
export async function storesStatusCommand(config: Config, options: { json?: boolean }): Promise<Outcome> {
  const text = await asked(config);
  const condition = JSON.parse(text) as Condition;
  process.stdout.write(options.json ? text : shown(condition));
  return Object.values(condition.stores).every(({ health }) => health === 'ok') ? 0 : 1;
}

const ANSWER_MS = 5_000;

/** Errors: nobody listens, or nobody answers. */
function asked({ data }: Config): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(new NotRunning(`The embedded stores of ${data} do not answer (${error.message}).`));
    const socketPath = ownerSocketPath(data, 'stores.sock');
    const call = request({ socketPath, path: '/status', timeout: ANSWER_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('error', fail).on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else fail(new Error(text.trim()));
      });
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${ANSWER_MS} ms`)));
    call.on('error', fail).end();
  });
}

const MEGABYTE = 1_000_000;

function shown({ pid, uptimeSeconds, memory, slowMs, stores }: Condition): string {
  const megabytes = (bytes: number) => `${(bytes / MEGABYTE).toFixed(1)} MB`;
  const anonymous = memory.anonymous === undefined ? '' : `, ${megabytes(memory.anonymous)} of it its own`;
  const lines = [
    `process ${pid}, up ${uptimeSeconds} s, ${megabytes(memory.resident)} of memory${anonymous}`,
  ];
  for (const [name, { health, figures, operations }] of Object.entries(stores)) {
    const all = Object.entries(figures).map(([figure, value]) =>
      figure === 'fileBytes' ? `file ${megabytes(value)}` : `${figure} ${value}`,
    );
    lines.push(`${name.padEnd(11)}${health}`, `  ${all.join('  ')}`);
    for (const [operation, { count, slow, longestMs }] of Object.entries(operations)) {
      const told = `${count} in all, ${slow} of ${slowMs} ms or more, the longest ${longestMs.toFixed(1)} ms`;
      lines.push(`  ${operation.padEnd(18)}${told}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
