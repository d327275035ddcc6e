import { appendBare, recordCommands, recordHttp, recordIntake } from './commands.ts';
import { awaitConsumers, closeConsumers, openConsumers } from './consumers.ts';
import { steadyLoad } from './lag.ts';
import { drainLog, loadLog } from './log.ts';
import { compareSample, projectLog, rebuildAll, statusOf } from './projection.ts';
import { busyPages, preparePages, readFigures, readPages } from './reading.ts';
import { appendSingly, appendTogether, deliverLive, drainAll, holdStuck, letStuckGo } from './stores.ts';

/** Everything a worker can be asked to do; an order is plain data, and so is an answer. */
export const tasks: Readonly<Record<string, (order: never) => Promise<unknown>>> = {
  appendBare,
  appendSingly,
  appendTogether,
  awaitConsumers,
  busyPages,
  closeConsumers,
  compareSample,
  deliverLive,
  drainAll,
  drainLog,
  holdStuck,
  letStuckGo,
  loadLog,
  openConsumers,
  preparePages,
  projectLog,
  readFigures,
  readPages,
  rebuildAll,
  recordCommands,
  recordHttp,
  recordIntake,
  statusOf,
  steadyLoad,
};
