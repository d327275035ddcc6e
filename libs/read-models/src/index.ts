export { DATABASE, connectMongo } from './collections.ts';
export { type Input, ProjectionFenced, Projector, type ProjectorStatus } from './projector.ts';
export { type AskedFigures, type DimensionStatus, type KnownAt, NotYetKnown, openReadModels, type ReadModels } from './read-models.ts';
export { type LogFeed, rebuild, type RebuildProgress, type RebuildReport } from './rebuild.ts';
export { EpochReader } from './reader.ts';
export { Timeline } from './timeline.ts';
export { ProjectionRun } from './projection-run.ts';
export { inputOf, inputsOf, logFeed } from './log-feed.ts';
export type { CustomerFileReader } from './customer-files.ts';
