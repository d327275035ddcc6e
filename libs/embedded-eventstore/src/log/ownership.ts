import { beganAt, DirectoryInUse, type Holder, lives } from '#directory-lock';
import { factOf, type Tables } from './tables.ts';

/**
 * Writes this process down as the log's owner, unless another one lives. LMDB lets one write transaction run at a time in
 * all processes together, so of two starts at once one sees the other. A killed owner is taken over from.
 *
 * Errors: DirectoryInUse; DamagedFile.
 */
export function claimLog(tables: Tables, directory: string): void {
  const refusal = tables.root.transactionSync(() => {
    const owner = factOf(tables, 'owner') as Holder | null | undefined;
    if (owner && owner.pid !== process.pid && lives(owner)) return new DirectoryInUse(directory, owner.pid);
    const own: Holder = { pid: process.pid, began: beganAt(process.pid) ?? '' };
    tables.facts.put('owner', own);
    return undefined;
  });
  if (refusal) throw refusal;
}

export function releaseLog(tables: Tables): void {
  tables.facts.putSync('owner', null);
}
