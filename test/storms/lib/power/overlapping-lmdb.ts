import { open as openAsAsked, type RootDatabase, type RootDatabaseOptionsWithPath } from 'lmdb';

/** As lmdb opens by default: a commit is told before it is synced. */
export function open(options: RootDatabaseOptionsWithPath): RootDatabase {
  return openAsAsked({ ...options, overlappingSync: true });
}
