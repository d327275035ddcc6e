export { copyLog, type LogContent } from './log/backup.ts';
export { DamagedRecord } from './log/record.ts';
export {
  type EmbeddedEventStore,
  type EmbeddedEventStoreOptions,
  startEmbeddedEventStore,
} from './server.ts';
