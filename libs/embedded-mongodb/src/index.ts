export { DamagedDocument } from './server/errors.ts';
export { type EmbeddedMongoDb, type EmbeddedMongoDbOptions, startEmbeddedMongoDb } from './server/server.ts';
export { copyDocuments, type DocumentsContent } from './store/backup.ts';
