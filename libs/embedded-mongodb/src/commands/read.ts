import { encode } from '../bson/byte-order.ts';
import { field, type Value } from '../bson/value.ts';
import { find } from '../query/find.ts';
import { pathOf, valuesAt } from '../query/paths.ts';
import { pipelineOf } from '../query/pipeline.ts';
import { projectionOf } from '../query/projection.ts';
import { type Documents } from '../server/cursors.ts';
import { CommandError, failedToParse } from '../server/errors.ts';
import { above } from '../store/tables.ts';
import { countOf, type Reply } from './command.ts';
import { drained } from './drain.ts';
import { deadlineOf, filterOf, hintOf, sortOption } from './options.ts';
import type { Call, Row } from './row.ts';

const FIRST_BATCH = 101;
const VALUES_BYTES_MAX = 16 * 1024 * 1024;
const BATCH_SIZE = Buffer.from('batchSize');

/** Commands that read documents. */
export const READS: Readonly<Record<string, Row>> = {
  find: {
    kind: 'read',
    inTransaction: true,
    options: [
      'filter',
      'sort',
      'projection',
      'hint',
      'skip',
      'limit',
      'batchSize',
      'singleBatch',
      'allowDiskUse',
      'allowPartialResults',
    ],
    refused: [
      'collation',
      'let',
      'returnKey',
      'showRecordId',
      'tailable',
      'awaitData',
      'oplogReplay',
      'noCursorTimeout',
      'min',
      'max',
    ],
    run: runFind,
  },
  getMore: { kind: 'read', inTransaction: true, options: ['collection', 'batchSize'], run: getMore },
  killCursors: { kind: 'read', inTransaction: true, options: ['cursors'], run: killCursors },
  count: {
    kind: 'read',
    inTransaction: false,
    options: ['query', 'limit', 'skip', 'hint', 'fields'],
    refused: ['collation'],
    run: count,
  },
  distinct: {
    kind: 'read',
    inTransaction: true,
    options: ['key', 'query', 'hint'],
    refused: ['collation'],
    run: distinct,
  },
  aggregate: {
    kind: 'read',
    inTransaction: true,
    options: ['pipeline', 'cursor', 'allowDiskUse', 'hint', 'bypassDocumentValidation'],
    refused: ['collation', 'let', 'explain'],
    run: aggregate,
  },
};

async function runFind({ command, view, cursors, transaction }: Call): Promise<Reply> {
  const { namespace } = command;
  const project = projectionOf(command.document('projection'));
  const docs = find(view.collection(namespace), {
    filter: filterOf(command, 'filter'),
    sort: sortOption(command, 'sort'),
    skip: command.count('skip') ?? 0,
    limit: command.count('limit') ?? 0,
    hint: hintOf(command.get('hint')),
    deadline: deadlineOf(command),
  });
  const cursor = await cursors.open(namespace, projected(docs, project), {
    batchSize: command.count('batchSize') ?? FIRST_BATCH,
    single: command.flag('singleBatch'),
    owner: transaction,
  });
  return { cursor };
}

function projected(docs: Generator<Value | undefined>, project: (doc: Value) => Value): Documents {
  return {
    next: () => {
      const next = docs.next();
      return next.done || !next.value ? next : { done: false, value: project(next.value) };
    },
    return: () => docs.return(undefined),
  };
}

async function getMore({ command, cursors, transaction }: Call): Promise<Reply> {
  const id = command.long('getMore');
  const namespace = `${command.database}.${command.requiredText('collection')}`;
  const batchSize = command.count('batchSize') ?? 0;
  const cursor = await cursors.more(
    id,
    namespace,
    batchSize === 0 ? Number.POSITIVE_INFINITY : batchSize,
    transaction,
  );
  return { cursor };
}

function killCursors({ command, cursors }: Call): Reply {
  const ids = command.values('cursors').map((id) => BigInt(countOfCursor(id)));
  const cursorsKilled = ids.filter((id) => cursors.kill(id));
  return {
    cursorsKilled,
    cursorsNotFound: ids.filter((id) => !cursorsKilled.includes(id)),
    cursorsAlive: [],
    cursorsUnknown: [],
  };
}

function countOfCursor(id: Value): bigint {
  if (!id.isNumber || id.end - id.start !== 8) throw failedToParse('a cursor id is a long');
  return id.raw.readBigInt64LE(0);
}

async function count({ command, view }: Call): Promise<Reply> {
  const collection = view.collection(command.namespace);
  const filter = filterOf(command, 'query');
  const [skip, limit] = [command.count('skip') ?? 0, command.count('limit') ?? 0];
  const everything = filter.end - filter.start === 5;
  if (collection && everything && skip === 0 && limit === 0 && view.tables.count)
    return { n: view.tables.count(collection.prefix, above(collection.prefix)) };
  let n = 0;
  const docs = find(collection, {
    filter,
    skip,
    limit,
    hint: hintOf(command.get('hint')),
    deadline: deadlineOf(command),
  });
  await drained(docs, () => n++);
  return { n };
}

async function distinct({ command, view }: Call): Promise<Reply> {
  const path = pathOf(command.requiredText('key'));
  const docs = find(view.collection(command.namespace), {
    filter: filterOf(command, 'query'),
    hint: hintOf(command.get('hint')),
    deadline: deadlineOf(command),
  });
  const found = new Map<string, Value>();
  let bytes = 0;
  await drained(docs, (doc) => {
    for (const value of valuesAt(doc, path)) {
      const key = encode(value).toString('latin1');
      if (found.has(key)) continue;
      found.set(key, value);
      bytes += value.end - value.start + 8;
      if (bytes > VALUES_BYTES_MAX)
        throw new CommandError(17217, 'Location17217', 'distinct too big, 16mb cap');
    }
  });
  // The keys have the order of the values.
  const values = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
  return { values };
}

async function aggregate({ command, view, cursors, transaction }: Call): Promise<Reply> {
  const target = command.fields.get('aggregate');
  if (target?.isNumber)
    throw new CommandError(
      73,
      'InvalidNamespace',
      'pipelines without a collection are not supported by the embedded store',
    );
  const { namespace } = command;
  const stages = command.values('pipeline');
  const options = command.document('cursor');
  if (!options)
    throw failedToParse("The 'cursor' option is required, except for aggregate with the explain argument");
  const batchSize = field(options, BATCH_SIZE);
  const docs = pipelineOf(view.collection(namespace), stages, {
    hint: hintOf(command.get('hint')),
    deadline: deadlineOf(command),
  });
  const cursor = await cursors.open(namespace, docs, {
    batchSize: batchSize ? countOf(batchSize, 'cursor.batchSize') : FIRST_BATCH,
    owner: transaction,
  });
  return { cursor };
}
