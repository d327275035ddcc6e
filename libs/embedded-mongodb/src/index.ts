export { type EmbeddedMongoDb, type EmbeddedMongoDbOptions, startEmbeddedMongoDb } from './server.ts';
export { DamagedDocument } from './store.ts';
