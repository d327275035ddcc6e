import { doubleOf, wholeOf } from '../bson/numbers.ts';
import { show } from '../bson/show.ts';
import { documentAt, elements, entries, TYPE, type Value } from '../bson/value.ts';
import { documentOf, EMPTY, Fieldset, type Writable } from '../bson/write.ts';
import { matcherOf } from '../query/matcher.ts';
import { CommandError, namespaceNotFound, notSupported, typeMismatch } from '../server/errors.ts';
import type { IndexState } from '../store/tables.ts';
import { checkedNamespace, type Reply } from './command.ts';
import { asksForNothing, filterOf } from './options.ts';
import type { Call, Row } from './row.ts';

/** Commands about collections, indexes and databases. */
export const COLLECTIONS: Readonly<Record<string, Row>> = {
  create: {
    kind: 'change',
    inTransaction: true,
    options: [],
    refused: [
      'capped',
      'size',
      'max',
      'viewOn',
      'pipeline',
      'validator',
      'validationLevel',
      'validationAction',
      'timeseries',
      'expireAfterSeconds',
      'clusteredIndex',
      'changeStreamPreAndPostImages',
      'collation',
      'storageEngine',
      'indexOptionDefaults',
      'encryptedFields',
      'autoIndexId',
    ],
    run: create,
  },
  createIndexes: {
    kind: 'change',
    inTransaction: false,
    options: ['indexes', 'ignoreUnknownIndexOptions'],
    refused: ['commitQuorum'],
    run: createIndexes,
  },
  listIndexes: { kind: 'read', inTransaction: false, options: ['cursor'], run: listIndexes },
  dropIndexes: { kind: 'change', inTransaction: false, options: ['index'], run: dropIndexes },
  drop: { kind: 'change', inTransaction: false, options: [], run: drop },
  dropDatabase: { kind: 'change', inTransaction: false, options: [], run: dropDatabase },
  renameCollection: { kind: 'change', inTransaction: false, options: ['to', 'dropTarget'], run: rename },
  listCollections: {
    kind: 'read',
    inTransaction: false,
    options: ['filter', 'nameOnly', 'authorizedCollections', 'cursor'],
    run: listCollections,
  },
  listDatabases: {
    kind: 'read',
    inTransaction: false,
    options: ['filter', 'nameOnly', 'authorizedDatabases'],
    run: listDatabases,
  },
};

function create({ command, view }: Call): Reply {
  const { namespace } = command;
  if (view.collection(namespace))
    throw new CommandError(48, 'NamespaceExists', `Collection ${namespace} already exists.`);
  view.create(namespace);
  return {};
}

function createIndexes({ command, view }: Call): Reply {
  const { namespace } = command;
  const specs = command.documents('indexes').map(specOf);
  if (specs.length === 0) throw new CommandError(2, 'BadValue', 'Must specify at least one index to create');
  const existed = view.collection(namespace) !== undefined;
  const collection = view.create(namespace);
  const before = 1 + collection.indexes.length;
  // The index on `_id` is always there; asking for it again is no error.
  for (const spec of specs) if (spec.name !== '_id_') collection.createIndex(spec);
  const after = 1 + collection.indexes.length;
  return {
    numIndexesBefore: before,
    numIndexesAfter: after,
    createdCollectionAutomatically: !existed,
    ...(after === before ? { note: 'all indexes already exist' } : {}),
  };
}

/** Options of an index that change nothing here, or only how it is built. */
export const INDEX_OPTIONS = ['key', 'name', 'unique', 'v', 'background', 'ns'] as const;
const REFUSED_INDEX_OPTIONS = [
  'sparse',
  'partialFilterExpression',
  'expireAfterSeconds',
  'hidden',
  'collation',
  'storageEngine',
  'weights',
  'default_language',
  'language_override',
  'textIndexVersion',
  '2dsphereIndexVersion',
  'bits',
  'min',
  'max',
  'wildcardProjection',
  'clustered',
  'prepareUnique',
  'dropDups',
];

function specOf(given: Value): Omit<IndexState, 'id' | 'multikey'> {
  const fields = new Map(entries(given));
  for (const [option, value] of fields) {
    if ((INDEX_OPTIONS as readonly string[]).includes(option)) continue;
    if (!REFUSED_INDEX_OPTIONS.includes(option))
      throw new CommandError(
        197,
        'InvalidIndexSpecificationOption',
        `The field '${option}' is not valid for an index specification. Specification: ${show(given)}`,
      );
    if (!asksForNothing(option, value)) throw notSupported(`the index option '${option}'`);
  }
  const [key, name, unique] = [fields.get('key'), fields.get('name'), fields.get('unique')];
  if (!key?.isObject) throw typeMismatch("The field 'key' must be an object");
  if (name?.type !== TYPE.string)
    throw new CommandError(
      9,
      'FailedToParse',
      "The 'name' field is a required property of an index specification",
    );
  const pattern = keyOf(key);
  const isId = pattern.length === 1 && pattern[0]?.[0] === '_id' && pattern[0][1] === 1;
  return {
    name: isId ? '_id_' : name.text,
    key: pattern,
    unique: unique !== undefined && !asksForNothing('unique', unique),
  };
}

function keyOf(key: Value): IndexState['key'] {
  const refuse = (message: string) => new CommandError(67, 'CannotCreateIndex', message);
  const fields = entries(key);
  if (fields.length === 0) throw refuse('Index keys cannot be an empty object');
  if (fields.length > 32) throw refuse('too many compound keys; an index has 32 fields at most');
  return fields.map(([path, direction]) => {
    if (direction.type === TYPE.string)
      throw ['text', 'hashed', '2d', '2dsphere', 'geoHaystack'].includes(direction.text)
        ? notSupported(`an index of type '${direction.text}'`)
        : refuse(`Unknown index plugin '${direction.text}'`);
    if (!direction.isNumber || doubleOf(direction) === 0 || Number.isNaN(doubleOf(direction)))
      throw refuse(
        `Values in v:2 index key pattern cannot be of type ${show(direction)}. Only numbers > 0, numbers < 0, and strings are allowed.`,
      );
    if (path.includes('$**')) throw notSupported('a wildcard index');
    if (path === '' || path.split('.').includes(''))
      throw refuse('Index keys cannot contain an empty field.');
    if (path.startsWith('$'))
      throw refuse(`Index key contains an illegal field name: field name starts with '$'.`);
    return [path, doubleOf(direction) > 0 ? 1 : -1];
  });
}

async function listed(call: Call, namespace: string, list: readonly Fieldset[]): Promise<Reply> {
  const docs = list.map((item) => documentAt(documentOf(item)));
  const options = call.command.document('cursor');
  const given = options && entries(options).find(([name]) => name === 'batchSize')?.[1];
  const batchSize = given?.isNumber ? Number(wholeOf(given) ?? 0n) : Number.POSITIVE_INFINITY;
  return { cursor: await call.cursors.open(namespace, docs.values(), { batchSize }) };
}

function listIndexes(call: Call): Promise<Reply> {
  const { namespace } = call.command;
  const collection = call.view.collection(namespace);
  if (!collection) throw namespaceNotFound(namespace);
  const index = (name: string, key: IndexState['key'], unique: boolean) =>
    new Fieldset([
      ['v', 2],
      ['key', new Fieldset(key)],
      ['name', name],
      ...(unique ? ([['unique', true]] as const) : []),
    ]);
  return listed(call, namespace, [
    index('_id_', [['_id', 1]], false),
    ...collection.indexes.map(({ name, key, unique }) => index(name, key, unique)),
  ]);
}

function dropIndexes({ command, view }: Call): Reply {
  const { namespace } = command;
  const collection = view.collection(namespace);
  if (!collection) throw namespaceNotFound(namespace);
  const wanted = command.get('index');
  const nIndexesWas = 1 + collection.indexes.length;
  const names = collection.indexes.map(({ name }) => name);
  if (!wanted)
    throw new CommandError(
      40414,
      'Location40414',
      "BSON field 'dropIndexes.index' is missing but a required field",
    );
  for (const name of namesOf(wanted)) {
    if (name === '_id_') throw new CommandError(72, 'InvalidOptions', 'cannot drop _id index');
    for (const own of name === '*' ? names : [name]) collection.dropIndex(own);
  }
  return { nIndexesWas };

  function namesOf(value: Value): string[] {
    if (value.isArray) return elements(value).flatMap(namesOf);
    if (value.type === TYPE.string) return [value.text];
    const key = value.isObject ? JSON.stringify(keyOf(value)) : undefined;
    const found = collection?.indexes.find((own) => JSON.stringify(own.key) === key);
    if (!found) throw new CommandError(27, 'IndexNotFound', `can't find index with key: ${show(value)}`);
    return [found.name];
  }
}

/** Dropping what is not there is no error. Source: MongoDB 7.0 manual, "drop". */
function drop({ command, view }: Call): Reply {
  const { namespace } = command;
  const collection = view.collection(namespace);
  if (!collection) return {};
  view.catalogue.drop(namespace);
  return { nIndexesWas: 1 + collection.indexes.length, ns: namespace };
}

function dropDatabase({ command, view }: Call): Reply {
  const { database } = command;
  const namespaces = view.catalogue.namespaces(database);
  for (const namespace of namespaces) view.catalogue.drop(namespace);
  return namespaces.length === 0 ? {} : { dropped: database };
}

function rename({ command, view }: Call): Reply {
  const [from, to] = [command.requiredText('renameCollection'), command.requiredText('to')];
  view.catalogue.rename(checkedNamespace(from), checkedNamespace(to), command.flag('dropTarget'));
  return {};
}

function listCollections(call: Call): Promise<Reply> {
  const { command, view } = call;
  const { database } = command;
  const matches = matcherOf(filterOf(command, 'filter'));
  const nameOnly = command.flag('nameOnly');
  const list = view.catalogue
    .namespaces(database)
    .map((namespace) => namespace.slice(database.length + 1))
    .map(
      (name) =>
        new Fieldset([
          ['name', name],
          ['type', 'collection'],
          ...(nameOnly
            ? []
            : ([
                ['options', EMPTY],
                ['info', new Fieldset([['readOnly', false]])],
                [
                  'idIndex',
                  new Fieldset([
                    ['v', 2],
                    ['key', new Fieldset([['_id', 1]])],
                    ['name', '_id_'],
                  ]),
                ],
              ] as readonly (readonly [string, Writable])[])),
        ]),
    )
    .filter((item) => matches(documentAt(documentOf(item))));
  return listed(call, `${database}.$cmd.listCollections`, list);
}

function listDatabases({ command, view, server }: Call): Reply {
  const names = new Set(view.catalogue.namespaces().map((name) => name.slice(0, name.indexOf('.'))));
  const matches = matcherOf(filterOf(command, 'filter'));
  const nameOnly = command.flag('nameOnly');
  const databases = [...names]
    .sort()
    .map(
      (name) =>
        new Fieldset([
          ['name', name],
          ...(nameOnly
            ? []
            : ([
                ['sizeOnDisk', 0n],
                ['empty', false],
              ] as const)),
        ]),
    )
    .filter((item) => matches(documentAt(documentOf(item))));
  return { databases, ...(nameOnly ? {} : { totalSize: BigInt(server.fileBytes) }) };
}
