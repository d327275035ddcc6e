export { copyLog, type LogContent } from './log/backup.ts';
export { DamagedRecord } from './log/record.ts';
export type { StoreOperation } from './operations.ts';
export {
  type EmbeddedEventStore,
  type EmbeddedEventStoreOptions,
  type EventStoreStats,
  startEmbeddedEventStore,
} from './server.ts';
