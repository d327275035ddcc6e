import type { Cursors } from '../server/cursors.ts';
import type { ServerFigures } from '../server/operations.ts';
import type { Sessions } from '../server/sessions.ts';
import type { Transaction } from '../server/transactions.ts';
import type { View } from '../store/view.ts';
import type { Command, Reply } from './command.ts';

/** What a command has at hand. */
export interface Call {
  readonly command: Command;
  readonly view: View;
  readonly cursors: Cursors;
  readonly sessions: Sessions;
  readonly transaction: Transaction | undefined;
  readonly server: ServerFigures;
}

/** A command of the closed subset. */
export interface Row {
  /** Its own options, beside those that every command has; the first field is the command's name. */
  readonly options: readonly string[];
  /** Options that MongoDB has and the embedded store refuses unless they ask for what it does anyway. */
  readonly refused?: readonly string[];
  /** write: may be repeated with the reply of the first time · change: of collections and indexes · read, service: change nothing. */
  readonly kind: 'write' | 'change' | 'read' | 'service';
  readonly inTransaction: boolean;
  /** Writes and changes are synchronous: they run inside the store's own transaction. */
  run(call: Call): Reply | Promise<Reply>;
}

/** Options of every command. */
export const COMMON_OPTIONS = [
  '$db',
  'lsid',
  'txnNumber',
  'autocommit',
  'startTransaction',
  '$clusterTime',
  '$readPreference',
  'readConcern',
  'writeConcern',
  'maxTimeMS',
  'comment',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
] as const;
