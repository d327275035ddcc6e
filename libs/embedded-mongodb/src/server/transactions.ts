import type { LmdbTables, Snapshot } from '../store/lmdb-tables.ts';
import { Overlay } from '../store/overlay.ts';
import type { Tables } from '../store/tables.ts';
import { CommandError } from './errors.ts';

/** The keys that open transactions have written, each by one of them: the first writer of a document has it. */
export class Claims {
  readonly #holders = new Map<string, Transaction>();

  get size(): number {
    return this.#holders.size;
  }

  holder(key: Buffer): Transaction | undefined {
    return this.#holders.size === 0 ? undefined : this.#holders.get(key.toString('latin1'));
  }

  take(key: Buffer, transaction: Transaction): void {
    this.#holders.set(key.toString('latin1'), transaction);
  }

  release(transaction: Transaction): void {
    for (const [key, holder] of this.#holders) if (holder === transaction) this.#holders.delete(key);
  }
}

/** A plain write has met what a transaction has written: it waits for its end and begins again. */
export class Blocked extends Error {
  readonly by: Transaction;
  constructor(by: Transaction) {
    super('written by an open transaction');
    this.by = by;
  }
}

/** The changes of one plain command while transactions are open: made when all of it could be. */
export class GuardedChanges extends Overlay {
  readonly #claims: Claims;

  constructor(below: Tables, claims: Claims) {
    super(below);
    this.#claims = claims;
  }

  claim(key: Buffer): void {
    const holder = this.#claims.holder(key);
    if (holder) throw new Blocked(holder);
  }

  override put(key: Buffer, value: Buffer): void {
    this.claim(key);
    super.put(key, value);
  }

  override remove(key: Buffer): void {
    this.claim(key);
    super.remove(key);
  }
}

export type TransactionState = 'open' | 'committed' | 'aborted';

const WRITE_CONFLICT =
  'Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your operation or multi-document transaction.';

export const writeConflict = () => new CommandError(112, 'WriteConflict', WRITE_CONFLICT);

/** A multi-document transaction: reads the moment of its beginning and its own changes, which nobody else sees. */
export class Transaction extends Overlay {
  readonly number: bigint;
  readonly startedAt = Date.now();
  readonly #snapshot: Snapshot;
  readonly #committed: LmdbTables;
  readonly #claims: Claims;
  state: TransactionState = 'open';
  #end: () => void = () => undefined;
  /** Resolves when it is committed or aborted. */
  readonly ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  constructor(number: bigint, committed: LmdbTables, claims: Claims) {
    const snapshot = committed.snapshot();
    super(snapshot);
    this.number = number;
    this.#snapshot = snapshot;
    this.#committed = committed;
    this.#claims = claims;
  }

  /** Error: another transaction has written it, or it has changed since this one began. */
  claim(key: Buffer): void {
    const holder = this.#claims.holder(key);
    if (holder === this) return;
    if (holder) throw writeConflict();
    const [then, now] = [this.#snapshot.get(key), this.#committed.get(key)];
    if (then === undefined ? now !== undefined : now === undefined || !then.equals(now))
      throw writeConflict();
    this.#claims.take(key, this);
  }

  override put(key: Buffer, value: Buffer): void {
    this.claim(key);
    super.put(key, value);
  }

  override remove(key: Buffer): void {
    this.claim(key);
    super.remove(key);
  }

  /** Frees what it has written and read. After a commit: when it is on disk. */
  release(): void {
    this.#claims.release(this);
    this.#snapshot.release();
    this.#end();
  }
}
