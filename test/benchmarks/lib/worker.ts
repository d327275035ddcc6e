import { tasks } from './tasks/index.ts';

/** Entry of a worker process: carries out one task after the other and says what each cost. */
interface Call {
  readonly call: number;
  readonly task: string;
  readonly order: object;
}

async function answer({ call, task, order }: Call): Promise<void> {
  const before = process.cpuUsage();
  const cost = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  try {
    const run = tasks[task];
    if (run === undefined) throw new Error(`there is no task ${task}`);
    const result = await run(order as never);
    process.send?.({ call, result, cpuSeconds: cost() });
  } catch (error) {
    const sentence = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.send?.({ call, error: sentence, cpuSeconds: cost() });
  }
}

process.on('message', (call: Call) => void answer(call));
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
process.on('disconnect', () => process.exit(0));
