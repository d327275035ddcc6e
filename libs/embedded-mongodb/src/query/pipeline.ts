import { wholeOf } from '../bson/numbers.ts';
import { show } from '../bson/show.ts';
import { entries, TYPE, typeName, type Value } from '../bson/value.ts';
import { EMPTY, objectOf } from '../bson/write.ts';
import { CommandError } from '../server/errors.ts';
import { row } from '../server/table.ts';
import type { Collection } from '../store/collection.ts';
import { find, type Query, sorted, sortOf } from './find.ts';
import { groupingOf } from './group.ts';
import { matcherOf } from './matcher.ts';
import { projectionOf } from './projection.ts';

/** Documents with pauses between them. */
type Stream = Iterable<Value | undefined>;

/** From what comes in to what goes out. */
type Stage = (docs: Stream) => Stream;

const location = (code: number, message: string) => new CommandError(code, `Location${code}`, message);

/** Stages of the closed subset. What a stage cannot do is refused when the pipeline is read. */
export const STAGES: Readonly<Record<string, (spec: Value) => Stage>> = {
  $match: (spec) => {
    if (!spec.isObject) throw location(15959, 'the match filter must be an expression in an object');
    const matches = matcherOf(spec);
    return (docs) => mapped(docs, (doc) => (matches(doc) ? doc : undefined));
  },
  $sort: (spec) => {
    const sort = spec.isObject ? sortOf(spec) : [];
    if (sort.length === 0) throw location(15976, '$sort stage must have at least one sort key');
    return (docs) => sorted(docs, sort, 0);
  },
  $limit: (spec) => {
    const limit = whole(spec, 5107201, '$limit');
    if (limit === 0) throw location(15958, 'the limit must be positive');
    return (docs) => sliced(docs, 0, limit);
  },
  $skip: (spec) => {
    const skip = whole(spec, 5107200, '$skip');
    return (docs) => sliced(docs, skip, Number.POSITIVE_INFINITY);
  },
  $project: (spec) => {
    if (!spec.isObject || entries(spec).length === 0)
      throw location(
        51272,
        'Invalid $project :: caused by :: projection specification must have at least one field',
      );
    const project = projectionOf(spec);
    return (docs) => mapped(docs, project);
  },
  $count: (spec) => {
    if (spec.type !== TYPE.string || spec.text === '')
      throw location(40156, 'the count field must be a non-empty string');
    if (spec.text.startsWith('$') || spec.text.includes('.'))
      throw location(40158, 'the count field cannot be a $-prefixed path or contain a dot');
    return (docs) => counted(docs, spec.text);
  },
  $group: (spec) => groupingOf(spec),
};

/** Stages of MongoDB that are outside the subset: only the message tells it from an unknown name. */
const UNSUPPORTED =
  /^\$(addFields|set|unset|replaceRoot|replaceWith|unwind|lookup|graphLookup|facet|bucket|bucketAuto|sortByCount|out|merge|sample|redact|geoNear|indexStats|collStats|currentOp|changeStream|unionWith|setWindowFields|densify|fill|documents|search|planCacheStats|listSessions|listLocalSessions)$/;

/** A pipeline over a collection. A `$match` at the beginning, and a `$sort` after it, use the indexes. */
export function pipelineOf(
  collection: Collection | undefined,
  stages: readonly Value[],
  options: Pick<Query, 'hint' | 'deadline'>,
): Iterator<Value | undefined> {
  const named = stages.map(stageName);
  const made = named.map(([name, spec]) => stageOf(name, spec));
  let used = 0;
  const leading = (name: string) => (named[used]?.[0] === name ? named[used++]?.[1] : undefined);
  const match = leading('$match');
  const sort = leading('$sort');
  const docs: Stream = find(collection, {
    ...options,
    filter: match ?? EMPTY,
    ...(sort ? { sort: sortOf(sort) } : {}),
  });
  return made
    .slice(used)
    .reduce((input, stage) => stage(input), docs)
    [Symbol.iterator]();
}

function stageName(stage: Value): [string, Value] {
  const fields = stage.isObject ? entries(stage) : [];
  const [first] = fields;
  if (!first || fields.length > 1)
    throw location(40323, 'A pipeline stage specification object must contain exactly one field.');
  return first;
}

function stageOf(name: string, spec: Value): Stage {
  const make = row(STAGES, name);
  if (make) return make(spec);
  if (UNSUPPORTED.test(name))
    throw location(40324, `The pipeline stage ${name} is not supported by the embedded store`);
  throw location(40324, `Unrecognized pipeline stage name: '${name}'`);
}

function whole(spec: Value, code: number, name: string): number {
  const number = spec.isNumber ? wholeOf(spec) : undefined;
  if (number === undefined || number < 0n)
    throw location(
      code,
      `invalid argument to ${name} stage: Expected a non-negative number in: ${name}: ${spec.isNumber ? show(spec) : typeName(spec.type)}`,
    );
  return Number(number);
}

function* mapped(docs: Stream, map: (doc: Value) => Value | undefined): Generator<Value | undefined> {
  for (const doc of docs) {
    const result = doc && map(doc);
    if (result || !doc) yield result;
  }
}

function* sliced(docs: Stream, skip: number, limit: number): Generator<Value | undefined> {
  let passed = 0;
  for (const doc of docs) {
    if (doc && passed++ < skip) continue;
    yield doc;
    if (doc && passed - skip >= limit) return;
  }
}

function* counted(docs: Stream, name: string): Generator<Value | undefined> {
  let count = 0;
  for (const doc of docs) {
    if (doc) count++;
    else yield undefined;
  }
  if (count > 0) yield objectOf([[name, count]]);
}
