import { Double, Int32, Long } from 'bson';
import { compareValues, encode, numberOf } from './byte-order.ts';
import { type Cursors } from './cursors.ts';
import {
  badValue,
  CommandError,
  commandNotFound,
  failedToParse,
  typeMismatch,
  unknownStage,
} from './errors.ts';
import { matcherOf } from './matcher.ts';
import { type Doc, isDoc, reach } from './paths.ts';
import { find, projected, type Query } from './query.ts';
import { DocumentStore, type IndexSpec } from './store.ts';
import { applyUpdate } from './update.ts';

/** The commands of the closed subset. Each takes the command document and gives the reply's own fields. */
export class Commands {
  readonly #store: DocumentStore;
  readonly #cursors: Cursors;

  constructor(store: DocumentStore, cursors: Cursors) {
    this.#store = store;
    this.#cursors = cursors;
  }

  async run(name: string, command: Doc): Promise<Doc> {
    const work = this.#table[name];
    if (!work) throw commandNotFound(name);
    if (command['startTransaction'] === true || command['autocommit'] === false) {
      throw new CommandError(
        263,
        'OperationNotSupportedInTransaction',
        'multi-document transactions are not supported by the embedded store',
      );
    }
    return work(command);
  }

  get names(): readonly string[] {
    return Object.keys(this.#table).sort();
  }

  readonly #table: Readonly<Record<string, (command: Doc) => Promise<Doc> | Doc>> = {
    ping: () => ({}),
    buildInfo: () => ({
      version: '7.0.0',
      versionArray: [7, 0, 0, 0],
      maxBsonObjectSize: 16_777_216,
      storageEngines: ['lmdb'],
    }),
    endSessions: (command) => this.#endSessions(command, 'endSessions'),
    killSessions: (command) => this.#endSessions(command, 'killSessions'),
    insert: (command) => this.#write(command, () => this.#insert(command)),
    update: (command) => this.#write(command, () => this.#update(command)),
    delete: (command) => this.#write(command, () => this.#delete(command)),
    findAndModify: (command) => this.#write(command, () => this.#findAndModify(command)),
    find: (command) => this.#find(command),
    getMore: (command) => this.#getMore(command),
    killCursors: (command) => ({
      cursorsKilled: (command['cursors'] as Long[]).filter((id) => this.#cursors.kill(id.toBigInt())),
    }),
    count: (command) => this.#count(command),
    distinct: (command) => this.#distinct(command),
    aggregate: (command) => this.#aggregate(command),
    create: (command) =>
      this.#store.commit(() => {
        const namespace = namespaceOf(command, 'create');
        if (this.#store.collection(namespace))
          throw new CommandError(48, 'NamespaceExists', `Collection ${namespace} already exists.`);
        this.#store.create(namespace);
        return {};
      }),
    createIndexes: (command) => this.#createIndexes(command),
    listIndexes: (command) => this.#listIndexes(command),
    dropIndexes: (command) => this.#dropIndexes(command),
    drop: (command) =>
      this.#store.commit(() => {
        const namespace = namespaceOf(command, 'drop');
        if (!this.#store.drop(namespace)) throw new CommandError(26, 'NamespaceNotFound', 'ns not found');
        return { ns: namespace };
      }),
    dropDatabase: (command) =>
      this.#store.commit(() => {
        for (const namespace of this.#store.namespaces(command['$db'] as string)) this.#store.drop(namespace);
        return { dropped: command['$db'] };
      }),
    renameCollection: (command) =>
      this.#store.commit(() => {
        this.#store.rename(
          command['renameCollection'] as string,
          command['to'] as string,
          command['dropTarget'] === true,
        );
        return {};
      }),
    listCollections: (command) => this.#listCollections(command),
    listDatabases: () => {
      const names = [
        ...new Set(this.#store.namespaces().map((name) => name.slice(0, name.indexOf('.')))),
      ].sort();
      return { databases: names.map((name) => ({ name, sizeOnDisk: 0, empty: false })), totalSize: 0 };
    },
    serverStatus: () => ({
      host: '127.0.0.1',
      process: 'embedded-mongodb',
      uptime: new Double(process.uptime()),
    }),
  };

  #endSessions(command: Doc, name: string): Promise<Doc> {
    const sessions = (command[name] as Doc[] | undefined) ?? [];
    return this.#store.commit(() => {
      for (const session of sessions) this.#store.forgetSession(sessionKey(session));
      return {};
    });
  }

  /** A write; one that is repeated with the same session and number gets the reply of the first time. */
  #write(command: Doc, work: () => Doc): Promise<Doc> {
    const session = command['lsid'] as Doc | undefined;
    const txn = command['txnNumber'];
    if (!session || !Long.isLong(txn)) return this.#store.commit(work);
    return this.#store.commit(() => {
      const key = sessionKey(session);
      const kept = this.#store.reply(key);
      if (kept?.txn.equals(txn)) return kept.reply;
      const reply = work();
      this.#store.keepReply(key, txn, reply);
      return reply;
    });
  }

  #insert(command: Doc): Doc {
    const namespace = namespaceOf(command, 'insert');
    return each(command['documents'] as Doc[], command['ordered'] !== false, (doc) => {
      this.#store.insert(namespace, this.#store.create(namespace), doc);
      return { n: 1 };
    });
  }

  #update(command: Doc): Doc {
    const namespace = namespaceOf(command, 'update');
    const upserted: Doc[] = [];
    const result = each(command['updates'] as Doc[], command['ordered'] !== false, (statement, index) => {
      only(
        statement,
        ['q', 'u', 'multi', 'upsert', 'hint', 'collation', 'arrayFilters'],
        ['collation', 'arrayFilters'],
      );
      const done = this.#updateOne(namespace, statement);
      if (done.upserted !== undefined) upserted.push({ index: new Int32(index), _id: done.upserted });
      return { n: done.matched + (done.upserted === undefined ? 0 : 1), nModified: done.modified };
    });
    return { nModified: 0, ...result, ...(upserted.length > 0 ? { upserted } : {}) };
  }

  #updateOne(
    namespace: string,
    { q, u, multi, upsert }: Doc,
  ): { matched: number; modified: number; upserted?: unknown } {
    if (Array.isArray(u))
      throw failedToParse('pipeline-style updates are not supported by the embedded store');
    const state = this.#store.create(namespace);
    const found = [...find(this.#store, state, { filter: q as Doc, limit: multi === true ? 0 : 1 })];
    let modified = 0;
    for (const before of found) {
      const after = applyUpdate(structuredCopy(before), u as Doc, false);
      if (compareValues(before, after) === 0) continue;
      this.#store.replace(namespace, state, before, after);
      modified++;
    }
    if (found.length > 0 || upsert !== true) return { matched: found.length, modified };
    const made = applyUpdate(equalities(q as Doc), u as Doc, true);
    const doc = made['_id'] === undefined ? { _id: newId(), ...made } : { _id: made['_id'], ...made };
    this.#store.insert(namespace, state, doc);
    return { matched: 0, modified: 0, upserted: doc['_id'] };
  }

  #delete(command: Doc): Doc {
    const namespace = namespaceOf(command, 'delete');
    return each(command['deletes'] as Doc[], command['ordered'] !== false, ({ q, limit }) => {
      const state = this.#store.collection(namespace);
      if (!state) return { n: 0 };
      const found = [...find(this.#store, state, { filter: q as Doc, limit: integer(limit, 0) })];
      for (const doc of found) this.#store.remove(state, doc);
      return { n: found.length };
    });
  }

  #findAndModify(command: Doc): Doc {
    const namespace = namespaceOf(command, 'findAndModify');
    const state = this.#store.create(namespace);
    const filter = (command['query'] ?? {}) as Doc;
    const [before] = [
      ...find(this.#store, state, { filter, sort: (command['sort'] ?? {}) as Doc, limit: 1 }),
    ];
    const fields = command['fields'] as Doc | undefined;
    if (command['remove'] === true) {
      if (before) this.#store.remove(state, before);
      return {
        lastErrorObject: { n: new Int32(before ? 1 : 0) },
        value: before ? projected(before, fields) : null,
      };
    }
    const update = command['update'];
    if (Array.isArray(update))
      throw failedToParse('pipeline-style updates are not supported by the embedded store');
    if (before) {
      const after = applyUpdate(structuredCopy(before), update as Doc, false);
      this.#store.replace(namespace, state, before, after);
      return {
        lastErrorObject: { n: new Int32(1), updatedExisting: true },
        value: projected(command['new'] === true ? after : before, fields),
      };
    }
    if (command['upsert'] !== true)
      return { lastErrorObject: { n: new Int32(0), updatedExisting: false }, value: null };
    const made = applyUpdate(equalities(filter), update as Doc, true);
    const doc = { _id: made['_id'] ?? newId(), ...made };
    this.#store.insert(namespace, state, doc);
    return {
      lastErrorObject: { n: new Int32(1), updatedExisting: false, upserted: doc._id },
      value: command['new'] === true ? projected(doc, fields) : null,
    };
  }

  #query(command: Doc): Query {
    return {
      filter: (command['filter'] ?? command['query'] ?? {}) as Doc,
      sort: (command['sort'] ?? {}) as Doc,
      skip: integer(command['skip'], 0),
      limit: Math.abs(integer(command['limit'], 0)),
    };
  }

  #find(command: Doc): Doc {
    const namespace = namespaceOf(command, 'find');
    const state = this.#store.collection(namespace);
    const query = this.#query(command);
    matcherOf(query.filter);
    const projection = command['projection'] as Doc | undefined;
    const docs = state
      ? mapped(find(this.#store, state, query), (doc) => projected(doc, projection))
      : [].values();
    const single = command['singleBatch'] === true || integer(command['limit'], 0) < 0;
    return this.#cursors.open(namespace, docs as Iterator<Doc>, integer(command['batchSize'], 101), single);
  }

  #getMore(command: Doc): Doc {
    return this.#cursors.more((command['getMore'] as Long).toBigInt(), integer(command['batchSize'], 0));
  }

  #matching(command: Doc, name: string): Doc[] {
    const state = this.#store.collection(namespaceOf(command, name));
    return state ? [...find(this.#store, state, this.#query(command))] : [];
  }

  #count(command: Doc): Doc {
    return { n: new Int32(this.#matching(command, 'count').length) };
  }

  #distinct(command: Doc): Doc {
    const path = (command['key'] as string).split('.');
    const values = this.#matching(command, 'distinct')
      .flatMap((doc) => reach(doc, path))
      .flatMap((value) => (Array.isArray(value) ? value : [value]));
    const unique = new Map(values.map((value) => [encode(value).toString('latin1'), value]));
    return { values: [...unique.values()].sort(compareValues) };
  }

  #aggregate(command: Doc): Doc {
    const namespace = namespaceOf(command, 'aggregate');
    const state = this.#store.collection(namespace);
    let docs: Doc[] = state
      ? [...find(this.#store, state, { filter: firstMatch(command['pipeline'] as Doc[]) })]
      : [];
    for (const stage of command['pipeline'] as Doc[]) docs = this.#stage(docs, stage);
    return this.#cursors.open(
      namespace,
      docs.values(),
      integer((command['cursor'] as Doc | undefined)?.['batchSize'], 101),
      false,
    );
  }

  #stage(docs: Doc[], stage: Doc): Doc[] {
    const [name, spec] = Object.entries(stage)[0] ?? ['', undefined];
    switch (name) {
      case '$match':
        return docs.filter(matcherOf(spec as Doc));
      case '$skip':
        return docs.slice(integer(spec, 0));
      case '$limit':
        return docs.slice(0, integer(spec, 0));
      case '$sort':
        return sortedBy(docs, spec as Doc);
      case '$project':
        return docs.map((doc) => projected(doc, spec as Doc));
      case '$count':
        return docs.length === 0 ? [] : [{ [spec as string]: new Int32(docs.length) }];
      case '$group':
        return groupCount(docs, spec as Doc);
      default:
        throw unknownStage(name);
    }
  }

  #createIndexes(command: Doc): Promise<Doc> {
    const namespace = namespaceOf(command, 'createIndexes');
    return this.#store.commit(() => {
      const before = this.#store.collection(namespace);
      let made = 0;
      for (const given of command['indexes'] as Doc[])
        if (this.#store.createIndex(namespace, indexSpec(given))) made++;
      const count = 1 + (before?.indexes.length ?? 0);
      return {
        numIndexesBefore: new Int32(count),
        numIndexesAfter: new Int32(count + made),
        createdCollectionAutomatically: before === undefined,
      };
    });
  }

  #listIndexes(command: Doc): Doc {
    const namespace = namespaceOf(command, 'listIndexes');
    const state = this.#store.collection(namespace);
    if (!state) throw new CommandError(26, 'NamespaceNotFound', `ns does not exist: ${namespace}`);
    const list: Doc[] = [
      { v: 2, key: { _id: 1 }, name: '_id_' },
      ...state.indexes.map(({ name, key, unique }) => ({ v: 2, key, name, ...(unique ? { unique } : {}) })),
    ];
    return this.#cursors.open(namespace, list.values(), 1_000, false);
  }

  #dropIndexes(command: Doc): Promise<Doc> {
    const namespace = namespaceOf(command, 'dropIndexes');
    return this.#store.commit(() => {
      const state = this.#store.collection(namespace);
      const index = command['index'];
      const names = index === '*' ? (state?.indexes ?? []).map(({ name }) => name) : [index as string];
      for (const name of names) this.#store.dropIndex(namespace, name);
      return { nIndexesWas: new Int32(1 + (state?.indexes.length ?? 0)) };
    });
  }

  #listCollections(command: Doc): Doc {
    const database = command['$db'] as string;
    const matches = matcherOf((command['filter'] ?? {}) as Doc);
    const list = this.#store
      .namespaces(database)
      .map(
        (namespace): Doc => ({
          name: namespace.slice(database.length + 1),
          type: 'collection',
          options: {},
          info: { readOnly: false },
        }),
      )
      .filter(matches);
    return this.#cursors.open(`${database}.$cmd.listCollections`, list.values(), 1_000, false);
  }
}

function namespaceOf(command: Doc, name: string): string {
  const collection = command[name] ?? command[Object.keys(command)[0] as string];
  if (typeof collection !== 'string' || collection === '')
    throw new CommandError(73, 'InvalidNamespace', `${name}: the collection must be named`);
  return `${command['$db']}.${collection}`;
}

function sessionKey(session: Doc): string {
  return encode(session['id']).toString('hex').slice(0, 80);
}

/** Statements one by one; the first error ends an ordered batch, an unordered one goes on. */
function each(
  statements: readonly Doc[],
  ordered: boolean,
  work: (statement: Doc, index: number) => { n: number; nModified?: number },
): Doc {
  let n = 0;
  let modified = 0;
  const writeErrors: Doc[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      const done = work(statement, index);
      n += done.n;
      modified += done.nModified ?? 0;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      writeErrors.push({
        index: new Int32(index),
        code: new Int32(error.code),
        errmsg: error.message,
        ...error.extra,
      });
      if (ordered) break;
    }
  }
  return {
    n: new Int32(n),
    ...(modified > 0 ? { nModified: new Int32(modified) } : {}),
    ...(writeErrors.length > 0 ? { writeErrors } : {}),
  };
}

function only(statement: Doc, known: readonly string[], refused: readonly string[]): void {
  for (const field of Object.keys(statement)) {
    if (!known.includes(field) || refused.includes(field))
      throw failedToParse(`the field '${field}' of a statement is not supported by the embedded store`);
  }
}

function integer(value: unknown, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  const number = Number(numberOf(value));
  if (!Number.isInteger(number)) throw typeMismatch(`expected a whole number, not ${number}`);
  return number;
}

function structuredCopy(doc: Doc): Doc {
  return Object.fromEntries(Object.entries(doc).map(([field, value]) => [field, copied(value)]));
}

function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  return isDoc(value) ? structuredCopy(value) : value;
}

/** What an upsert takes over from its filter: equalities only. */
function equalities(filter: Doc): Doc {
  const out: Doc = {};
  for (const [field, condition] of Object.entries(filter)) {
    if (field === '$and') for (const part of condition as Doc[]) Object.assign(out, equalities(part));
    if (field.startsWith('$')) continue;
    if (!isDoc(condition)) out[field] = condition;
    else if ('$eq' in condition) out[field] = condition['$eq'];
    else if (!Object.keys(condition).some((key) => key.startsWith('$'))) out[field] = condition;
  }
  return out;
}

function indexSpec(given: Doc): IndexSpec {
  for (const option of Object.keys(given)) {
    if (!['key', 'name', 'unique', 'v', 'background'].includes(option))
      throw new CommandError(
        197,
        'InvalidIndexSpecificationOption',
        `the index option '${option}' is not supported by the embedded store`,
      );
  }
  const key: Record<string, 1 | -1> = {};
  for (const [field, direction] of Object.entries(given['key'] as Doc)) {
    const number = typeof direction === 'string' ? Number.NaN : Number(numberOf(direction));
    if (number !== 1 && number !== -1)
      throw new CommandError(
        67,
        'CannotCreateIndex',
        `an index on ${field} can be ascending (1) or descending (-1), not ${String(direction)}`,
      );
    key[field] = number;
  }
  return { name: given['name'] as string, key, unique: given['unique'] === true };
}

function firstMatch(pipeline: readonly Doc[]): Doc {
  return ((pipeline[0]?.['$match'] as Doc | undefined) ?? {}) as Doc;
}

function sortedBy(docs: readonly Doc[], spec: Doc): Doc[] {
  const fields = Object.entries(spec);
  return docs.toSorted((a, b) => {
    for (const [field, direction] of fields) {
      const order =
        compareValues(reach(a, field.split('.'))[0] ?? null, reach(b, field.split('.'))[0] ?? null) *
        Number(direction);
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** `$group` by one value with `$sum` of a constant or a field: what counting documents needs. */
function groupCount(docs: readonly Doc[], spec: Doc): Doc[] {
  const { _id: by, ...accumulators } = spec;
  const groups = new Map<string, Doc>();
  for (const doc of docs) {
    const id =
      typeof by === 'string' && by.startsWith('$') ? (reach(doc, by.slice(1).split('.'))[0] ?? null) : by;
    const key = encode(id).toString('latin1');
    const group = groups.get(key) ?? { _id: id };
    groups.set(key, group);
    for (const [field, accumulator] of Object.entries(accumulators)) {
      const operand = isDoc(accumulator) ? accumulator['$sum'] : undefined;
      if (operand === undefined)
        throw badValue(`$group: only $sum is supported, not ${JSON.stringify(accumulator)}`);
      const value = typeof operand === 'string' ? reach(doc, operand.slice(1).split('.'))[0] : operand;
      group[field] = applyUpdate(
        { _id: 0, v: group[field] ?? new Int32(0) },
        { $inc: { v: value ?? new Int32(0) } },
        false,
      )['v'];
    }
  }
  return [...groups.values()];
}

function* mapped<T, R>(items: Iterable<T>, map: (item: T) => R): Generator<R> {
  for (const item of items) yield map(item);
}

function newId(): unknown {
  return DocumentStore.newId();
}
