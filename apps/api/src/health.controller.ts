import { Controller, Get } from '@nestjs/common';
import { positionText } from '#kernel';
import { Open } from './guard.ts';
import { Answers } from './openapi/operation.ts';
import { ProblemError, problem } from './problems.ts';
import { Questions } from './questions.ts';

const READY_MS = 3_000;

/** Whether the process lives, and whether it can answer. */
@Controller({ path: 'health' })
export class HealthController {
  constructor(private readonly questions: Questions) {}

  @Get('live')
  @Open()
  @Answers('Live', 'Whether the process lives')
  live() {
    return { status: 'live' };
  }

  @Get('ready')
  @Open()
  @Answers('Ready', 'Whether both stores answer, and how far the read models are')
  async ready() {
    const [head, known] = await within(
      READY_MS,
      Promise.all([this.questions.journal.head(), this.questions.readModels.known()]),
    );
    return { status: 'ready', head: positionText(head), known: positionText(known), lag: known < head };
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ProblemError(problem('store-away', `A store did not answer within ${ms} ms.`))),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
