import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { declarationOf, isEventType } from '#contracts';
import { isLocalDate, isZone, type Refusal } from '#kernel';
import { formatProblem } from './dates.ts';
import { numberReader, PLAIN } from './exact.ts';
import { mentions } from './inspect.ts';
import type { Mapping } from './mapping.ts';
import { mappingSchema } from './mapping-schema.ts';
import { CellError } from './refused.ts';
import { templateOf } from './template.ts';

/** One thing wrong with a mapping. */
export interface MappingProblem {
  /** JSON path, such as `events[0].data.orderedOn.date`. */
  readonly field: string;
  readonly detail: string;
}

export interface InvalidMapping extends Refusal<'invalid-mapping'> {
  readonly problems: readonly MappingProblem[];
}

const PROBLEMS_MAX = 50;
const PLAIN_NUMBER = numberReader(PLAIN);
const check = new Ajv2020({ allErrors: true, strict: false, verbose: true }).compile<Mapping>(mappingSchema);

/** Reads a mapping: JSON text or the value it stands for. Every problem names its place and what would be right. */
export function readMapping(input: unknown): Mapping | InvalidMapping {
  let value = input;
  if (typeof input === 'string') {
    try {
      value = JSON.parse(input);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return invalid([{ field: '', detail: `The mapping is not JSON: ${error.message}.` }]);
    }
  }
  if (!check(value)) return invalid(shapeProblems(check.errors ?? []));
  const problems = [...aliasProblems(value), ...mentionProblems(value), ...eventProblems(value)];
  return problems.length === 0 ? value : invalid(problems);
}

function invalid(problems: readonly MappingProblem[]): InvalidMapping {
  const shown = problems.slice(0, PROBLEMS_MAX);
  const [first] = shown;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return {
    refused: true,
    code: 'invalid-mapping',
    detail: first === undefined ? 'The mapping is not valid.' : `${first.field}: ${first.detail}${more}`,
    ...(first !== undefined && first.field !== '' && { field: first.field }),
    problems: shown,
  };
}

function* aliasProblems({ files, main, joins = {}, group, coverage }: Mapping): Generator<MappingProblem> {
  const aliases = Object.keys(files);
  const known = `one of the aliases in files: ${aliases.join(', ')}`;
  if (files[main] === undefined) yield { field: 'main', detail: `must be ${known}` };
  for (const alias of Object.keys(joins)) {
    if (files[alias] === undefined) yield { field: `joins.${alias}`, detail: `must be ${known}` };
    if (alias === main) yield { field: `joins.${alias}`, detail: 'must be another file than main' };
  }
  for (const alias of aliases) {
    if (alias !== main && joins[alias] === undefined)
      yield { field: `files.${alias}`, detail: 'is neither main nor joined' };
  }
  for (const [alias, format] of Object.entries(files)) {
    if (format.format === 'jsonl' ? false : format.header === false && format.columns === undefined)
      yield { field: `files.${alias}.columns`, detail: 'must name the columns of a file without a header' };
    if (format.header !== false && format.columns !== undefined)
      yield { field: `files.${alias}.columns`, detail: 'is only for a file with "header": false' };
    if (format.thousands !== undefined && format.thousands === (format.decimal ?? '.'))
      yield { field: `files.${alias}.thousands`, detail: 'must be another sign than decimal' };
    const problem = format.dateFormat === undefined ? undefined : formatProblem(format.dateFormat);
    if (problem !== undefined) yield { field: `files.${alias}.dateFormat`, detail: problem };
    if (format.zone !== undefined && !isZone(format.zone))
      yield { field: `files.${alias}.zone`, detail: 'must be an IANA time zone, like Europe/Berlin' };
  }
  if (group !== undefined && files[group.as] !== undefined)
    yield { field: 'group.as', detail: 'must be another name than the aliases in files' };
  if (coverage !== undefined) {
    for (const end of ['from', 'to'] as const) {
      if (!isLocalDate(coverage[end]))
        yield { field: `coverage.${end}`, detail: 'must be a date, written YYYY-MM-DD' };
    }
    if (coverage.from > coverage.to)
      yield { field: 'coverage.to', detail: 'must not be before coverage.from' };
    for (const [i, type] of coverage.types.entries()) {
      if (!isEventType(type)) yield { field: `coverage.types[${i}]`, detail: unknownType(type) };
    }
  }
}

function* mentionProblems(mapping: Mapping): Generator<MappingProblem> {
  const lists = [
    ...Object.entries(mapping.joins ?? {}).flatMap(([alias, { many }]) => (many === true ? [alias] : [])),
    ...(mapping.group === undefined ? [] : [mapping.group.as]),
  ];
  for (const { path, kind, text } of mentions(mapping)) {
    const detail = problemOf(kind, text, lists);
    if (detail !== undefined) yield { field: path, detail };
  }
}

function problemOf(
  kind: 'template' | 'number' | 'list' | 'date-format' | 'zone',
  text: string,
  lists: readonly string[],
): string | undefined {
  switch (kind) {
    case 'list':
      if (lists.includes(text)) return undefined;
      return lists.length === 0
        ? 'needs a list: a join with "many": true, or a group'
        : `must be one of the lists: ${lists.join(', ')}`;
    case 'date-format':
      return formatProblem(text);
    case 'zone':
      return isZone(text) ? undefined : 'must be an IANA time zone, like Europe/Berlin';
    case 'template':
    case 'number': {
      const template = templateOf(text);
      if ('problem' in template) return template.problem;
      if (kind === 'template' || template.only !== undefined) return undefined;
      if (template.columns.length > 0)
        return 'must be one column, such as "{quantity}", or a number; arithmetic is written with product, sum, minus';
      return isPlainNumber(text) ? undefined : 'must be a column in braces, or a number such as "1.5"';
    }
  }
}

function isPlainNumber(text: string): boolean {
  try {
    PLAIN_NUMBER(text);
    return true;
  } catch (error) {
    if (error instanceof CellError) return false;
    throw error;
  }
}

function* eventProblems({ events }: Mapping): Generator<MappingProblem> {
  for (const [i, { type, data }] of events.entries()) {
    if (!isEventType(type)) {
      yield { field: `events[${i}].type`, detail: unknownType(type) };
      continue;
    }
    const { fields } = declarationOf(type);
    for (const field of Object.keys(data)) {
      if (!Object.hasOwn(fields, field))
        yield {
          field: `events[${i}].data.${field}`,
          detail: `is not a field of ${type}; it has ${Object.keys(fields).join(', ')}`,
        };
    }
    for (const [field, { optional }] of Object.entries(fields)) {
      if (optional !== true && !Object.hasOwn(data, field))
        yield { field: `events[${i}].data.${field}`, detail: `is missing: every ${type} has it` };
    }
  }
}

function unknownType(type: string): string {
  return `"${type}" is not an event of the catalogue`;
}

function shapeProblems(errors: readonly ErrorObject[]): readonly MappingProblem[] {
  const byField = new Map<string, string>();
  for (const error of errors) {
    // The alternatives of "one of these words" are told by the anyOf itself, a failed branch by what failed in it.
    if (/\/anyOf\/\d+\/required$/.test(error.schemaPath) || error.keyword === 'if') continue;
    const field = fieldOf(error);
    if (!byField.has(field)) byField.set(field, detailOf(error));
  }
  return [...byField].map(([field, detail]) => ({ field, detail }));
}

function fieldOf({ instancePath, keyword, params }: ErrorObject): string {
  const base = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(
      (path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`),
      '',
    );
  const named: Readonly<Record<string, unknown>> = params;
  const more = { required: 'missingProperty', additionalProperties: 'additionalProperty' }[keyword];
  if (more === undefined) return base;
  return base === '' ? String(named[more]) : `${base}.${String(named[more])}`;
}

function detailOf({ keyword, params, schema, parentSchema }: ErrorObject): string {
  const own: Readonly<Record<string, unknown>> = params;
  switch (keyword) {
    case 'required':
      return 'is missing';
    case 'additionalProperties':
      return `is not known here; there may be ${Object.keys(propertiesOf(parentSchema)).join(', ')}`;
    case 'enum':
      return `must be one of ${(own['allowedValues'] as readonly unknown[]).join(', ')}`;
    case 'type':
      return `must be ${[own['type']].flat().join(' or ')}`;
    case 'anyOf':
      return `must hold one of these words: ${wordsOf(schema).join(', ')}`;
    case 'minItems':
    case 'minProperties':
      return `needs at least ${String(own['limit'])}`;
    case 'maxItems':
      return `takes at most ${String(own['limit'])}`;
    case 'minLength':
      return 'must not be empty';
    case 'pattern':
      return 'must be a short name of small letters, digits and hyphens, such as northwind-orders';
    default:
      return `is not right (${keyword})`;
  }
}

function propertiesOf(schema: unknown): object {
  return typeof schema === 'object' && schema !== null && 'properties' in schema && schema.properties
    ? schema.properties
    : {};
}

function wordsOf(alternatives: unknown): readonly string[] {
  return (alternatives as readonly { readonly required: readonly string[] }[]).flatMap(
    ({ required }) => required,
  );
}
