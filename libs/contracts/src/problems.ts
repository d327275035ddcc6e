import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Problem } from './declare.ts';
import { type Fields, patternName, type Schema } from './fields.ts';
import { formatSentence } from './formats.ts';

/** More than this many problems help nobody. */
const PROBLEMS_MAX = 100;

/** What the errors of a schema check mean: one problem per place, in the order of the data's fields. */
export function problemsIn(fields: Fields, data: unknown, errors: readonly ErrorObject[]): Problem[] {
  const byField = new Map<string, string>();
  for (const error of errors) {
    if (error.keyword === 'anyOf' || error.keyword === 'propertyNames') continue;
    if (isOtherForm(fields, data, error)) continue;
    const field = pathOf(error);
    if (!byField.has(field)) byField.set(field, sentenceOf(error));
    if (byField.size >= PROBLEMS_MAX) break;
  }
  return [...byField].map(([field, message]) => ({ field, message }));
}

/** A personal field may be sealed or plain; only what is wrong with the form that was given helps anybody. */
function isOtherForm(fields: Fields, data: unknown, { instancePath, schemaPath }: ErrorObject): boolean {
  const top = instancePath.split('/')[1];
  if (top === undefined || !fields[top]?.personal) return false;
  const value = (data as Readonly<Record<string, unknown>>)[top];
  const isSealed = typeof value === 'object' && value !== null && 'sealed' in value;
  return schemaPath.startsWith(`#/properties/${top}/anyOf/${isSealed ? 1 : 0}/`);
}

function pathOf({ instancePath, keyword, params, propertyName }: ErrorObject): string {
  const base = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : joined(path, part)), '');
  const own = params as Record<string, string>;
  switch (keyword) {
    case 'required':
      return joined(base, own['missingProperty'] as string);
    case 'additionalProperties':
      return joined(base, own['additionalProperty'] as string);
    default:
      if (propertyName !== undefined) return joined(base, propertyName);
      return base === '' ? 'data' : base;
  }
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function sentenceOf({ keyword, params, parentSchema, data }: ErrorObject): string {
  const own = params as Record<string, unknown>;
  const schema = parentSchema as Schema;
  switch (keyword) {
    case 'required':
      return 'is missing';
    case 'additionalProperties':
      return `is not a field of this event; known here: ${Object.keys(schema['properties'] ?? {}).join(', ')}`;
    case 'enum':
      return `must be one of ${(own['allowedValues'] as readonly string[]).join(', ')}`;
    case 'format':
      return formatSentence(own['format'] as string);
    case 'pattern':
      return patternSentence(schema['pattern'] as string, data);
    case 'type':
      return typeSentence(own['type'] as string, data);
    case 'minItems':
      return `must have at least ${own['limit']} element`;
    case 'maxItems':
      return `must have at most ${own['limit']} elements`;
    case 'maxProperties':
      return `must have at most ${own['limit']} entries`;
    case 'minLength':
      return 'must not be empty';
    case 'maxLength':
      return `must have at most ${own['limit']} characters`;
    case 'minimum':
      return `must be ${own['limit']} or more`;
    case 'maximum':
      return `must be ${own['limit']} or less`;
    default:
      throw new Error(`A field kind uses the keyword "${keyword}", for which there is no sentence.`);
  }
}

function patternSentence(pattern: string, data: unknown): string {
  const value = String(data);
  const name = patternName(pattern);
  switch (name) {
    case 'id':
      return 'must be an id without control characters and without blanks at its ends';
    case 'text':
      return 'must be text: not only blanks, and no half of a surrogate pair';
    case 'eventId':
      return 'must be the id of an event: a UUID in lower case';
    case 'digest':
      return 'must be "sha256:" and 64 hexadecimal digits in lower case';
    case 'sha256':
      return 'must be a SHA-256 in 64 hexadecimal digits in lower case';
    case undefined:
      return 'must be base64';
    default:
      break;
  }
  if (/^-?\d+\.\d{7,}$/.test(value)) return 'must have at most 6 decimals; more are refused, not rounded';
  if (name === 'fraction') return 'must be a fraction from 0 to 1, like "0.15"';
  if (name === 'decimal' && /^-\d/.test(value)) return 'must not be negative';
  return 'must be a decimal number in plain digits, like "1234.50"';
}

function typeSentence(type: string, data: unknown): string {
  if (type === 'string' && typeof data === 'number') {
    return `must be written as a string, like "${data}"; numbers lose digits on the way`;
  }
  if (type === 'integer') return 'must be a whole number';
  return `must be ${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
