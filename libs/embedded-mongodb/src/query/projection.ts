import { doubleOf } from '../bson/numbers.ts';
import { entries, Fields, TYPE, type Value } from '../bson/value.ts';
import { badValue, CommandError } from '../server/errors.ts';
import { Draft, type Node } from '../update/draft.ts';

/** What to do with a field: take it as a whole, or go on below it. */
type Tree = Map<string, Tree | undefined>;

export type Projection = (doc: Value) => Value;

/** Inclusion or exclusion of fields; `_id` is included unless it is excluded by name. Fields keep the order of the document. */
export function projectionOf(given: Value | undefined): Projection {
  const fields = given ? entries(given).map(([path, value]) => [path, wanted(path, value)] as const) : [];
  if (fields.length === 0) return (doc) => doc;
  const other = fields.find(([path]) => path !== '_id');
  const including = other ? other[1] : (fields[0]?.[1] ?? true);
  const id = fields.find(([path]) => path === '_id')?.[1];
  const tree: Tree = new Map();
  for (const [path, include] of fields) {
    if (path === '_id') continue;
    if (include !== including)
      throw include
        ? new CommandError(
            31253,
            'Location31253',
            `Cannot do inclusion on field ${path} in exclusion projection`,
          )
        : new CommandError(
            31254,
            'Location31254',
            `Cannot do exclusion on field ${path} in inclusion projection`,
          );
    plant(tree, path);
  }
  if (including ? id !== false : id === false) tree.set('_id', undefined);
  return (doc) => (including ? included(doc, tree) : excluded(doc, tree)).value();
}

function wanted(path: string, value: Value): boolean {
  if (value.type === TYPE.bool) return value.bytes[value.start] === 1;
  if (value.isNumber) return doubleOf(value) !== 0;
  throw badValue(
    `projection of ${path}: the embedded store takes fields to include or to exclude, no expressions`,
  );
}

function plant(tree: Tree, path: string): void {
  const parts = path.split('.').map((part) => Buffer.from(part).toString('latin1'));
  let at = tree;
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1;
    const below = at.get(part);
    if (at.has(part) && (last || below === undefined))
      throw new CommandError(31249, 'Location31249', `Path collision at ${path}`);
    if (last) at.set(part, undefined);
    else {
      const next: Tree = below ?? new Map();
      at.set(part, next);
      at = next;
    }
  }
}

function included(of: Value, tree: Tree): Draft {
  const draft = new Draft(of.isArray);
  const fields = new Fields(of);
  while (fields.next()) {
    const name = fields.bytes.toString('latin1', fields.nameStart, fields.nameEnd);
    const value = fields.value;
    if (of.isArray) {
      if (value.isObject || value.isArray) draft.nodes.push(included(value, tree));
    } else if (tree.has(name)) {
      const below = tree.get(name);
      if (!below) keep(draft, name, value);
      else if (value.isObject || value.isArray) keep(draft, name, included(value, below));
    }
  }
  return draft;
}

function excluded(of: Value, tree: Tree): Draft {
  const draft = new Draft(of.isArray);
  const fields = new Fields(of);
  while (fields.next()) {
    const name = fields.bytes.toString('latin1', fields.nameStart, fields.nameEnd);
    const value = fields.value;
    const container = value.isObject || value.isArray;
    if (of.isArray) draft.nodes.push(container ? excluded(value, tree) : value);
    else if (!tree.has(name)) keep(draft, name, value);
    else {
      const below = tree.get(name);
      if (below) keep(draft, name, container ? excluded(value, below) : value);
    }
  }
  return draft;
}

function keep(draft: Draft, name: string, node: Node): void {
  draft.names.push(name);
  draft.nodes.push(node);
}
