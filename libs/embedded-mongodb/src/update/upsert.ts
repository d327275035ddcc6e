import { newObjectId } from '../bson/object-id.ts';
import { field, type Value } from '../bson/value.ts';
import { bsonOf, EMPTY } from '../bson/write.ts';
import { equalitiesOf } from '../query/matcher.ts';
import { CommandError } from '../server/errors.ts';
import { Draft } from './draft.ts';
import type { Update } from './update.ts';

const ID = Buffer.from('_id');

/** The document that an upsert inserts: what the filter fixes, then the update, `_id` first. */
export function upsertOf(filter: Value, update: Update): Value {
  const fixed = equalitiesOf(filter);
  const base = update.isReplacement ? fixed.filter(([path]) => path === '_id') : fixed;
  const made = update.apply(fixedDocument(base), true);
  const draft = Draft.of(made);
  if (!field(made, ID)) draft.set('_id', newObjectId());
  draft.moveToFront('_id');
  return draft.value();
}

function fixedDocument(fixed: readonly (readonly [string, Value])[]): Value {
  const root = Draft.of(EMPTY);
  const paths: string[] = [];
  for (const [path, value] of fixed) {
    const other = paths.find(
      (own) => own === path || own.startsWith(`${path}.`) || path.startsWith(`${own}.`),
    );
    if (other !== undefined)
      throw new CommandError(
        54,
        'NotSingleValueField',
        other === path
          ? `cannot infer query fields to set, path '${path}' is matched twice`
          : `cannot infer query fields to set, both paths '${path}' and '${other}' are matched`,
      );
    paths.push(path);
    const parts = path.split('.').map((part) => Buffer.from(part).toString('latin1'));
    let at = root;
    for (const part of parts.slice(0, -1)) {
      const index = at.indexOf(part);
      const next = index < 0 ? new Draft(false) : at.nodes[index];
      if (!(next instanceof Draft)) break;
      at.set(part, next);
      at = next;
    }
    at.set(parts.at(-1) as string, value);
  }
  return root.nodes.length === 0 ? bsonOf({}) : root.value();
}
