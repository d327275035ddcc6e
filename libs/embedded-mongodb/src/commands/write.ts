import type { Value } from '../bson/value.ts';
import type { Writable } from '../bson/write.ts';
import { foundNow } from '../query/find.ts';
import { projectionOf } from '../query/projection.ts';
import { CommandError, failedToParse } from '../server/errors.ts';
import type { Collection } from '../store/collection.ts';
import { crashPoint } from '../store/crash-point.ts';
import { type Update, updateOf } from '../update/update.ts';
import { upsertOf } from '../update/upsert.ts';
import { type Command, countOf, type Reply } from './command.ts';
import { filterOf, hintOf, sortOption, statement, writeConcernError } from './options.ts';
import type { Call, Row } from './row.ts';

const BATCH_MAX = 100_000;

/** Commands that change documents. */
export const WRITES: Readonly<Record<string, Row>> = {
  insert: {
    kind: 'write',
    inTransaction: true,
    options: ['documents', 'ordered', 'bypassDocumentValidation'],
    run: insert,
  },
  update: {
    kind: 'write',
    inTransaction: true,
    options: ['updates', 'ordered', 'bypassDocumentValidation'],
    refused: ['let'],
    run: update,
  },
  delete: {
    kind: 'write',
    inTransaction: true,
    options: ['deletes', 'ordered'],
    refused: ['let'],
    run: remove,
  },
  findAndModify: {
    kind: 'write',
    inTransaction: true,
    options: [
      'query',
      'sort',
      'remove',
      'update',
      'new',
      'fields',
      'upsert',
      'hint',
      'bypassDocumentValidation',
    ],
    refused: ['collation', 'arrayFilters', 'let'],
    run: findAndModify,
  },
};

interface Done {
  readonly n: number;
  readonly modified?: number;
}

/** Statements one by one; the first error ends an ordered batch, an unordered one goes on. */
function each(command: Command, name: string, work: (statement: Value, index: number) => Done): Reply {
  const statements = command.documents(name);
  const ordered = command.get('ordered') === undefined || command.flag('ordered');
  if (statements.length === 0 || statements.length > BATCH_MAX)
    throw new CommandError(
      16,
      'InvalidLength',
      `Write batch sizes must be between 1 and ${BATCH_MAX}. Got ${statements.length} operations.`,
    );
  let n = 0;
  let modified: number | undefined;
  const writeErrors: Writable[] = [];
  for (const [index, own] of statements.entries()) {
    if (index > 0) crashPoint('mongodb.between-statements');
    try {
      const done = work(own, index);
      n += done.n;
      if (done.modified !== undefined) modified = (modified ?? 0) + done.modified;
    } catch (error) {
      if (!(error instanceof CommandError) || endsAll(error)) throw error;
      writeErrors.push({ index, code: error.code, ...error.extra, errmsg: error.message });
      if (ordered) break;
    }
  }
  return {
    n,
    ...(name === 'updates' ? { nModified: modified ?? 0 } : {}),
    ...(writeErrors.length > 0 ? { writeErrors } : {}),
    writeConcernError: writeConcernError(command),
  };
}

/** A conflict of transactions and damage on disk concern the command, not a statement. */
function endsAll({ code }: CommandError): boolean {
  return code === 112 || code === 301;
}

function insert({ command, view }: Call): Reply {
  const { namespace } = command;
  let collection: Collection | undefined;
  return each(command, 'documents', (doc) => {
    collection ??= view.create(namespace);
    collection.insert(doc);
    return { n: 1 };
  });
}

function update({ command, view }: Call): Reply {
  const { namespace } = command;
  let collection = view.collection(namespace);
  const upserted: Writable[] = [];
  const reply = each(command, 'updates', (given, index) => {
    const { fields, required, document, flag } = statement(
      given,
      'update.updates',
      ['q', 'u', 'multi', 'upsert', 'hint'],
      ['collation', 'arrayFilters', 'c', 'sort'],
    );
    const filter = document('q');
    const change = updateOf(required('u'));
    const multi = flag('multi');
    if (multi && change.isReplacement)
      throw failedToParse('multi update is not supported for replacement-style update');
    const found = foundNow(collection, { filter, limit: multi ? 0 : 1, hint: hintOf(fields.get('hint')) });
    let modified = 0;
    for (const before of found) if (changed(collection as Collection, before, change) !== before) modified++;
    if (found.length > 0 || !flag('upsert')) return { n: found.length, modified };
    collection ??= view.create(namespace);
    upserted.push({ index, _id: collection.insert(upsertOf(filter, change)) });
    return { n: 1, modified };
  });
  return { ...reply, ...(upserted.length > 0 ? { upserted } : {}) };
}

/** The document as it is now; the same as before where the update changes no byte of it. */
function changed(collection: Collection, before: Value, change: Update): Value {
  const after = change.apply(before, false);
  if (before.equals(after)) return before;
  collection.replace(before, after);
  return after;
}

function remove({ command, view }: Call): Reply {
  const collection = view.collection(command.namespace);
  return each(command, 'deletes', (given) => {
    const { fields, required, document } = statement(
      given,
      'delete.deletes',
      ['q', 'limit', 'hint'],
      ['collation'],
    );
    const limit = countOf(required('limit'), 'delete.deletes.limit');
    if (limit > 1) throw failedToParse(`The limit field in delete objects must be 0 or 1. Got ${limit}`);
    const found = foundNow(collection, { filter: document('q'), limit, hint: hintOf(fields.get('hint')) });
    for (const doc of found) (collection as Collection).remove(doc);
    return { n: found.length };
  });
}

function findAndModify({ command, view }: Call): Reply {
  const { namespace } = command;
  const filter = filterOf(command, 'query');
  const removing = command.flag('remove');
  const given = command.get('update');
  const [fresh, upserting] = [command.flag('new'), command.flag('upsert')];
  if (removing && given) throw failedToParse('Cannot specify both an update and remove=true');
  if (!removing && !given) throw failedToParse('Either an update or remove=true must be specified');
  if (removing && upserting) throw failedToParse('Cannot specify both upsert=true and remove=true');
  if (removing && fresh)
    throw failedToParse(
      "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
    );
  const project = projectionOf(command.document('fields'));
  const change = given && updateOf(given);
  const collection = view.collection(namespace);
  const [before] = foundNow(collection, {
    filter,
    sort: sortOption(command, 'sort'),
    limit: 1,
    hint: hintOf(command.get('hint')),
  });
  const concern = { writeConcernError: writeConcernError(command) };
  if (!change) {
    if (before) (collection as Collection).remove(before);
    return { lastErrorObject: { n: before ? 1 : 0 }, value: before ? project(before) : null, ...concern };
  }
  if (before) {
    const after = changed(collection as Collection, before, change);
    return {
      lastErrorObject: { n: 1, updatedExisting: true },
      value: project(fresh ? after : before),
      ...concern,
    };
  }
  if (!upserting) return { lastErrorObject: { n: 0, updatedExisting: false }, value: null, ...concern };
  const doc = upsertOf(filter, change);
  const id = view.create(namespace).insert(doc);
  return {
    lastErrorObject: { n: 1, updatedExisting: false, upserted: id },
    value: fresh ? project(doc) : null,
    ...concern,
  };
}
