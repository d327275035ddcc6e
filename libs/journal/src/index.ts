/** The room that knows EventStoreDB: append, load, read, subscribe, and the keys of personal data. */
export {
  type Change,
  type ChangeResolution,
  type Content,
  currentFacts,
  type FactChain,
  factChains,
  type UnresolvedChange,
} from './change.ts';
export {
  AppendTooLarge,
  ConcurrencyConflict,
  JournalFault,
  type JournalFaultCode,
  StoreRefused,
  StoreUnavailable,
  StreamGone,
  UnreadableEvent,
} from './faults.ts';
export {
  type AnsweredAppend,
  type AppendBatch,
  type BatchOutcome,
  type EventPlace,
  type ExpectedRevision,
  type Journal,
  type JournalLogger,
  type JournalOptions,
  type LoadedStream,
  type NewEvent,
  type OwnPlaces,
  openJournal,
  type ReadAllOptions,
  type Receipt,
  type SubscribeAllOptions,
} from './journal.ts';
export {
  copyKeys,
  type KeyStore,
  type KeysContent,
  openKeyStore,
  type Sealed,
  SubjectErased,
} from './keys/key-store.ts';
export { customerSubject, erasedField, isSealed, openPersonal, sealPersonal } from './keys/personal-data.ts';
export type { ReadableFact, RecordedEvent } from './recorded.ts';
