export { DamagedDocument } from './server/errors.ts';
export { type EmbeddedMongoDb, type EmbeddedMongoDbOptions, startEmbeddedMongoDb } from './server/server.ts';
