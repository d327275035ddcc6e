import { type Journal, openJournal } from '#journal';
import {
  CATCH_UP_BATCH,
  connectMongo,
  DATABASE,
  inputsOf,
  ProjectionFenced,
  ProjectionRun,
} from '#read-models';

export interface ProjectorOptions {
  readonly eventStoreUri: string;
  readonly mongoUri: string;
  readonly signal: AbortSignal;
  readonly log: {
    info(details: object, sentence: string): void;
    warn(details: object, sentence: string): void;
  };
  /** Told once when everything recorded before the start is projected, and again after each restart of the run. */
  readonly onCaughtUp?: () => void;
}

const RETRY_FIRST_MS = 100;
const RETRY_LONGEST_MS = 5_000;
const LOOK_MS = 1_000;

/** Follows the log with all projectors until the signal comes. A store that is away is waited for, with back-off. */
export async function runProjector(options: ProjectorOptions): Promise<void> {
  const { signal, log } = options;
  const journal = openJournal({ uri: options.eventStoreUri, logger: log });
  let pause = RETRY_FIRST_MS;
  try {
    while (!signal.aborted) {
      // A client of its own for each attempt: a heartbeat that the driver (7.9) begins on a connection which closes in the
      // same moment is never answered, and that client finds its server no more.
      const mongo = connectMongo(options.mongoUri);
      try {
        await mongo.connect();
        await follow(options, journal, await ProjectionRun.open(mongo.db(DATABASE)), () => {
          pause = RETRY_FIRST_MS;
        });
      } catch (error) {
        if (signal.aborted) return;
        const why =
          error instanceof ProjectionFenced
            ? 'Another projector is at work on this read model; looking again.'
            : 'The projection stopped; it goes on from its checkpoint.';
        log.warn({ cause: String(error), pauseMs: pause }, why);
        await wait(pause, signal);
        pause = Math.min(pause * 2, RETRY_LONGEST_MS);
      } finally {
        await mongo.close();
      }
    }
  } finally {
    await journal.close();
  }
}

async function follow(
  { signal, onCaughtUp }: ProjectorOptions,
  journal: Journal,
  run: ProjectionRun,
  progressed: () => void,
): Promise<void> {
  // A dimension whose epoch was exchanged may be behind: the log is then read again from where it stands.
  const turn = new AbortController();
  const ended = AbortSignal.any([signal, turn.signal]);
  const looking = lookForExchanges(run, turn);
  await journal
    .subscribeAll({
      ...(run.from > 0n ? { from: run.from } : {}),
      signal: ended,
      batchMax: CATCH_UP_BATCH,
      onEvents: async (events) => {
        if (await run.followEpochs()) {
          turn.abort();
          return;
        }
        await run.project(await inputsOf(journal, events));
        progressed();
      },
      onCaughtUp: () => onCaughtUp?.(),
    })
    .finally(() => clearInterval(looking));
}

/** A quiet log brings no batch to notice an exchanged epoch at: it is looked for by the clock as well. */
function lookForExchanges(run: ProjectionRun, turn: AbortController): NodeJS.Timeout {
  return setInterval(() => {
    void run.epochsExchanged().then(
      (exchanged) => exchanged && turn.abort(),
      // A store that is away is noticed, and told, by the projection itself.
      () => turn.abort(),
    );
  }, LOOK_MS);
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
