import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import {
  currencyOf,
  dayNumber,
  instant,
  isLocalDate,
  isZone,
  localDate,
  parsePeriod,
  ValueError,
} from '#kernel';
import { declarationOf, type EventType, isEventType } from './catalogue.ts';
import type { AnyData } from './declare.ts';
import { objectSchema, type Schema } from './fields.ts';

/** What is wrong with which field, and what would be right. `path` is a JSON path, e.g. `lines[0].qty`. */
export interface ContractProblem {
  readonly path: string;
  readonly message: string;
}

export type Checked =
  | { readonly ok: true }
  | { readonly ok: false; readonly problems: readonly ContractProblem[] };

const PROBLEMS_MAX = 100;

/** The first and last business date for which weeks and years can be named in every calendar. */
const FIRST_DAY = dayNumber(localDate('1584-01-01'));
const LAST_DAY = dayNumber(localDate('9998-12-31'));

const ajv = new Ajv2020({ allErrors: true, strict: true, verbose: true, validateSchema: false });
ajv.addFormat(
  'local-date',
  (value: string) => isLocalDate(value) && dayNumber(value) >= FIRST_DAY && dayNumber(value) <= LAST_DAY,
);
ajv.addFormat('instant', (value: string) => reads(() => instant(value)));
ajv.addFormat('currency', (value: string) => reads(() => currencyOf(value)));
ajv.addFormat('zone', (value: string) => isZone(value));
ajv.addFormat(
  'period',
  (value: string) =>
    reads(() => parsePeriod(value)) || /^FY\d{4}(-(Q[1-4]|P(0[1-9]|1[0-2])|W\d{2}))?$/.test(value),
);

function reads(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof ValueError) return false;
    throw error;
  }
}

const SEALED: Schema = {
  type: 'object',
  properties: {
    sealed: {
      type: 'object',
      properties: Object.fromEntries(
        ['keyId', 'iv', 'tag', 'ciphertext'].map((name) => [name, { type: 'string' }]),
      ),
      required: ['keyId', 'iv', 'tag', 'ciphertext'],
      additionalProperties: false,
    },
  },
  required: ['sealed'],
  additionalProperties: false,
};

/** JSON Schema (draft 2020-12) of an event's data: as it is sent, or as it is recorded with personal fields sealed. */
export function jsonSchemaOf(type: EventType, form: 'sent' | 'recorded' = 'sent'): Schema {
  const { fields, version } = declarationOf(type);
  const schema = objectSchema(fields) as { properties: Record<string, Schema> };
  if (form === 'recorded') {
    for (const [name, field] of Object.entries(fields)) {
      if (field.personal) schema.properties[name] = { anyOf: [SEALED, field.schema] };
    }
  }
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: `${type} v${version}`, ...schema };
}

const compiled = new Map<string, ValidateFunction>();

function validator(type: EventType, form: 'sent' | 'recorded'): ValidateFunction {
  const key = `${type} ${form}`;
  let found = compiled.get(key);
  if (!found) {
    found = ajv.compile(jsonSchemaOf(type, form));
    compiled.set(key, found);
  }
  return found;
}

/** Checks data that is to be recorded, personal fields in plain text or sealed. Every problem names its field. */
export function validate(type: string, data: unknown): Checked {
  if (!isEventType(type))
    return { ok: false, problems: [{ path: 'type', message: `"${type}" is not an event of the catalogue` }] };
  const check = validator(type, 'recorded');
  if (!check(data)) return { ok: false, problems: problemsOf(type, check.errors ?? [], data) };
  const problems = declarationOf(type).rules?.(data as AnyData) ?? [];
  return problems.length === 0
    ? { ok: true }
    : { ok: false, problems: problems.map(({ field, message }) => ({ path: field, message })) };
}

function problemsOf(type: EventType, errors: readonly ErrorObject[], data: unknown): ContractProblem[] {
  const { fields } = declarationOf(type);
  const byPath = new Map<string, string>();
  for (const error of errors) {
    const path = pathOf(error);
    const top = error.instancePath.split('/')[1];
    // Of the alternatives of a personal field only what is wrong with the plain form helps anybody.
    if (top !== undefined && fields[top]?.personal && /anyOf\/0\//.test(error.schemaPath)) continue;
    if (error.keyword === 'anyOf') continue;
    if (!byPath.has(path)) byPath.set(path, sentenceOf(error, data));
    if (byPath.size >= PROBLEMS_MAX) break;
  }
  return [...byPath].map(([path, message]) => ({ path, message }));
}

function pathOf({ instancePath, keyword, params }: ErrorObject): string {
  const base = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(
      (path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`),
      '',
    );
  const own = params as Record<string, string>;
  const more =
    keyword === 'required'
      ? own['missingProperty']
      : keyword === 'additionalProperties'
        ? own['additionalProperty']
        : undefined;
  if (more === undefined) return base === '' ? 'data' : base;
  return base === '' ? more : `${base}.${more}`;
}

const FORMATS: Readonly<Record<string, string>> = {
  'local-date': 'must be a date that exists, written YYYY-MM-DD (1584 to 9998)',
  instant: 'must be an instant with its offset, like 2024-03-31T09:30:00+02:00',
  currency: 'must be an ISO 4217 currency code, like EUR',
  zone: 'must be an IANA time zone, like Europe/Berlin',
  period: 'must be a period, like 2024, 2024-Q1, 2024-03, 2024-W15 or FY2024',
};

function sentenceOf({ keyword, params, parentSchema, data }: ErrorObject, _whole: unknown): string {
  const own = params as Record<string, unknown>;
  switch (keyword) {
    case 'required':
      return 'is missing';
    case 'additionalProperties':
      return 'is not a field of this event';
    case 'enum':
      return `must be one of ${(own['allowedValues'] as readonly string[]).join(', ')}`;
    case 'format':
      return FORMATS[own['format'] as string] ?? `must have the format ${own['format']}`;
    case 'pattern':
      return patternSentence(parentSchema as Schema, data);
    case 'type':
      return typeSentence(parentSchema as Schema, own['type'] as string, data);
    case 'minItems':
      return `must have at least ${own['limit']} element`;
    case 'maxItems':
      return `must have at most ${own['limit']} elements`;
    case 'minLength':
      return 'must not be empty';
    case 'maxLength':
      return `must have at most ${own['limit']} characters`;
    case 'minimum':
      return `must be ${own['limit']} or more`;
    case 'maximum':
      return `must be ${own['limit']} or less`;
    default:
      return `is not right (${keyword})`;
  }
}

function patternSentence(schema: Schema, data: unknown): string {
  const pattern = schema['pattern'] as string;
  if (pattern.startsWith('^[0-9a-f]{64}')) return 'must be a SHA-256 in 64 hexadecimal digits';
  if (pattern.startsWith('^\\S')) return 'must not be blank or begin or end with a blank';
  const value = String(data);
  if (/^-?\d+\.\d{7,}$/.test(value)) return 'must have at most 6 decimals; it is refused, not rounded';
  if (pattern.startsWith('^(0(')) return 'must be a fraction from 0 to 1, like "0.15"';
  if (/^-\d/.test(value) && !pattern.startsWith('^-?')) return 'must not be negative';
  return 'must be a decimal number in plain digits, like "1234.50"';
}

function typeSentence(schema: Schema, type: string, data: unknown): string {
  if (type === 'string' && typeof data === 'number')
    return `must be written as a string, like "${data}"; numbers lose digits on the way`;
  if (type === 'integer') return 'must be a whole number';
  if (schema['anyOf']) return 'has none of the allowed forms';
  return `must be ${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
