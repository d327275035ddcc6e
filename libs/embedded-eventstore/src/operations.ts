/** Something that the store has done for somebody, when it is over. Nothing in it tells what an event says. */
export interface StoreOperation {
  /** `commit`: a group of changes on its way to the disk, which all that are in it wait for. */
  readonly operation: 'append' | 'delete' | 'tombstone' | 'read' | 'commit';
  /** Whose it was; absent for a commit. */
  readonly stream?: string;
  /** Events that a commit wrote. */
  readonly events?: number;
  /** From the request to the answer. What a read waited for its consumer is not in it. */
  readonly ms: number;
}

/** Told of every operation; has to be quick, and must not throw. */
export type ObserveOperation = (operation: StoreOperation) => void;
