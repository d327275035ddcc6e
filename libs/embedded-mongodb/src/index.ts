export { DamagedDocument } from './server/errors.ts';
export type { CommandDone } from './server/operations.ts';
export {
  type EmbeddedMongoDb,
  type EmbeddedMongoDbOptions,
  type MongoDbStats,
  startEmbeddedMongoDb,
} from './server/server.ts';
export { copyDocuments, type DocumentsContent } from './store/backup.ts';
