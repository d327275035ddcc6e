import { compare } from '../bson/byte-order.ts';
import { show } from '../bson/show.ts';
import { entries, field, firstName, TYPE, typeName, Value } from '../bson/value.ts';
import { badValue, CommandError, failedToParse } from '../server/errors.ts';
import { row } from '../server/table.ts';
import { Draft, indexIn, type Node, valueOfNode } from './draft.ts';
import { type Apply, MODIFIERS, type Place } from './modifiers.ts';

const ID = Buffer.from('_id');
const BACKFILL_MAX = 1_500_000;

/** An update, read once and applied to any number of documents. */
export interface Update {
  readonly isReplacement: boolean;
  /** The changed document. `inserting`: the document is an upsert's, so `$setOnInsert` takes effect. Errors: as MongoDB has them. */
  apply(doc: Value, inserting: boolean): Value;
}

interface Step {
  readonly path: string;
  readonly parts: readonly string[];
  readonly onlyInserting: boolean;
  readonly creates: boolean;
  readonly apply: Apply;
  /** `$rename`: where the value is taken from. */
  readonly from?: readonly string[];
}

export function updateOf(given: Value): Update {
  if (given.isArray) throw failedToParse('pipeline-style updates are not supported by the embedded store');
  if (!given.isObject)
    throw failedToParse(
      `Update argument must be either an object or an array but was ${typeName(given.type)}`,
    );
  return firstName(given)?.startsWith('$') ? operators(given) : replacement(given);
}

function replacement(given: Value): Update {
  for (const [name] of entries(given))
    if (name.startsWith('$'))
      throw new CommandError(
        52,
        'DollarPrefixedFieldName',
        `The dollar ($) prefixed field '${name}' in '${name}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
      );
  const own = field(given, ID);
  return {
    isReplacement: true,
    apply: (doc) => {
      const id = field(doc, ID);
      if (id && own && compare(id, own) !== 0)
        throw immutable(
          `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${show(own)}`,
        );
      const draft = Draft.of(given);
      const kept = id ?? own;
      if (kept) {
        draft.set('_id', kept);
        draft.moveToFront('_id');
      }
      return draft.value();
    },
  };
}

function immutable(message: string): CommandError {
  return new CommandError(66, 'ImmutableField', message);
}

function operators(given: Value): Update {
  const steps = entries(given).flatMap(([operator, fields]) => stepsOf(operator, fields));
  steps.sort(byPath);
  checkConflicts(steps);
  return {
    isReplacement: false,
    apply: (doc, inserting) => {
      const id = field(doc, ID);
      const draft = Draft.of(doc);
      const shown = id ? show(id) : 'no id';
      for (const step of steps) {
        if (step.onlyInserting && !inserting) continue;
        if (step.from) rename(draft, step, step.from, shown);
        else applyAt(draft, step, { path: step.path, id: shown });
      }
      const at = draft.names.indexOf('_id');
      const after = at < 0 ? undefined : valueOfNode(draft.nodes[at] as Node);
      if (id && (!after || compare(id, after) !== 0))
        throw immutable("Performing an update on the path '_id' would modify the immutable field '_id'");
      return draft.value();
    },
  };
}

function stepsOf(operator: string, fields: Value): Step[] {
  const modifier = row(MODIFIERS, operator);
  if (!modifier && operator !== '$rename')
    throw failedToParse(
      `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
    );
  if (!fields.isObject)
    throw failedToParse(
      `Modifiers operate on fields but we found type ${typeName(fields.type)} instead. For example: {$mod: {<field>: ...}} not {${operator}: ${show(fields)}}`,
    );
  return entries(fields).map(([path, operand]): Step => {
    const parts = partsOf(path);
    if (!modifier) return renaming(path, parts, operand);
    return {
      path,
      parts,
      onlyInserting: modifier.onlyInserting ?? false,
      creates: modifier.creates,
      apply: modifier.parse(operand, path),
    };
  });
}

function renaming(path: string, parts: readonly string[], operand: Value): Step {
  if (operand.type !== TYPE.string)
    throw badValue(`The 'to' field for $rename must be a string: ${path}: ${show(operand)}`);
  const target = operand.text;
  const to = partsOf(target);
  if (path === target)
    throw badValue(`The source and target field for $rename must differ: ${path}: "${target}"`);
  if (isPrefix(parts, to) || isPrefix(to, parts))
    throw badValue(
      `The source and target field for $rename must not be on the same path: ${path}: "${target}"`,
    );
  return {
    path: target,
    parts: to,
    from: parts,
    onlyInserting: false,
    creates: true,
    apply: () => undefined,
  };
}

/** Parts of a path, each byte for byte as the draft has its names. */
function partsOf(path: string): string[] {
  const parts = path.split('.');
  for (const part of parts) {
    if (part === '')
      throw new CommandError(
        56,
        'EmptyFieldName',
        `The update path '${path}' contains an empty field name, which is not allowed.`,
      );
    if (part === '$' || part.startsWith('$['))
      throw badValue(`positional updates are not supported by the embedded store: '${path}'`);
    if (part.startsWith('$'))
      throw new CommandError(
        52,
        'DollarPrefixedFieldName',
        `The dollar ($) prefixed field '${part}' in '${path}' is not valid for storage.`,
      );
  }
  return parts.map((part) => Buffer.from(part).toString('latin1'));
}

/** Fields in text order, elements in the order of their numbers: new fields come in this order. */
function byPath(a: Step, b: Step): number {
  for (let i = 0; i < Math.min(a.parts.length, b.parts.length); i++) {
    const [x, y] = [a.parts[i] as string, b.parts[i] as string];
    const difference = indexIn(x) - indexIn(y);
    const order = Number.isNaN(difference) ? (x < y ? -1 : x > y ? 1 : 0) : difference;
    if (order !== 0) return order;
  }
  return a.parts.length - b.parts.length;
}

function isPrefix(a: readonly string[], b: readonly string[]): boolean {
  return a.length <= b.length && a.every((part, i) => part === b[i]);
}

/** No two modifiers may touch one path, or a path and what lies below it. */
function checkConflicts(steps: readonly Step[]): void {
  const seen = new Map<string, boolean>();
  const conflict = (path: string) =>
    new CommandError(
      40,
      'ConflictingUpdateOperators',
      `Updating the path '${path}' would create a conflict at '${path}'`,
    );
  for (const { parts, from } of steps) {
    for (const path of from ? [parts, from] : [parts]) {
      for (let i = 1; i <= path.length; i++) {
        const text = path.slice(0, i).join('.');
        const whole = seen.get(text);
        if (whole === true || (whole === false && i === path.length)) throw conflict(path.join('.'));
        seen.set(text, i === path.length);
      }
    }
  }
}

function childDraft(parent: Draft, at: number): Draft | undefined {
  const node = parent.nodes[at] as Node;
  if (node instanceof Draft) return node;
  if (!node.isObject && !node.isArray) return undefined;
  const draft = Draft.of(node);
  parent.nodes[at] = draft;
  return draft;
}

function applyAt(root: Draft, { parts, creates, apply }: Step, place: Place): void {
  let at = root;
  for (let i = 0; ; i++) {
    const part = parts[i] as string;
    const index = at.indexOf(part);
    if (i === parts.length - 1 || index < 0) {
      if (index >= 0) replaceNode(at, index, apply(valueOfNode(at.nodes[index] as Node), place));
      else if (creates) create(at, parts.slice(i), apply(undefined, place), parts[i - 1]);
      return;
    }
    const child = childDraft(at, index);
    if (!child) {
      if (!creates) return;
      throw notViable(parts[i + 1] as string, part, valueOfNode(at.nodes[index] as Node));
    }
    at = child;
  }
}

function replaceNode(at: Draft, index: number, value: Value | undefined): void {
  if (value === undefined) at.remove(index);
  else at.nodes[index] = value;
}

function create(
  at: Draft,
  parts: readonly string[],
  leaf: Value | undefined,
  name: string | undefined,
): void {
  if (leaf === undefined) return;
  let node: Node = leaf;
  for (const part of parts.slice(1).toReversed()) {
    const made = new Draft(false);
    made.set(part, node);
    node = made;
  }
  const [first] = parts as [string];
  if (at.isArray) {
    const index = indexIn(first);
    if (Number.isNaN(index)) throw notViable(first, name ?? '', at.value());
    if (index - at.nodes.length > BACKFILL_MAX)
      throw new CommandError(34, 'CannotBackfillArray', `can't backfill more than ${BACKFILL_MAX} elements`);
    while (at.nodes.length < index) at.nodes.push(new Value(TYPE.null, leaf.bytes, 0, 0));
  }
  at.set(first, node);
}

function notViable(part: string, name: string, value: Value): CommandError {
  return new CommandError(
    28,
    'PathNotViable',
    `Cannot create field '${part}' in element {${name}: ${show(value)}}`,
  );
}

function rename(root: Draft, step: Step, from: readonly string[], id: string): void {
  let at: Draft = root;
  for (const part of from.slice(0, -1)) {
    const index = at.indexOf(part);
    const child = index < 0 ? undefined : childDraft(at, index);
    if (!child) return;
    if (child.isArray)
      throw badValue(
        `The source field cannot be an array element, '${from.join('.')}' in doc with _id: ${id} has an array field called '${part}'`,
      );
    at = child;
  }
  const index = at.indexOf(from.at(-1) as string);
  if (index < 0) return;
  const value = valueOfNode(at.nodes[index] as Node);
  at.remove(index);
  applyAt(root, { ...step, apply: () => value }, { path: step.path, id });
}
