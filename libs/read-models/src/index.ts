export { saysStoreIsAway } from './away.ts';
export { connectMongo, DATABASE } from './collections.ts';
export type { CustomerFileReader } from './customer-files.ts';
export { keepHeapLean } from './lean-heap.ts';
export { CATCH_UP_BATCH, inputOf, inputsOf, logFeed } from './log-feed.ts';
export { ProjectionRun } from './projection-run.ts';
export { type Input, ProjectionFenced, Projector, type ProjectorStatus } from './projector.ts';
export {
  type AskedFigures,
  type AskedVintages,
  type DimensionStatus,
  type KnownAt,
  NotYetKnown,
  openReadModels,
  type ReadModels,
} from './read-models.ts';
export { EpochReader } from './reader.ts';
export { type LogFeed, type RebuildProgress, type RebuildReport, rebuild, rebuildEach } from './rebuild.ts';
export { Timeline } from './timeline.ts';
