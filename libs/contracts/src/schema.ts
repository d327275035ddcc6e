import type { EventDeclaration } from './declare.ts';
import { type Fields, objectSchema, type Schema } from './fields.ts';

/** `sent`: as a client sends it; `recorded`: as it stands in the log, personal fields sealed or plain. */
export type Form = 'sent' | 'recorded';

const base64 = { type: 'string', minLength: 1, pattern: '^[A-Za-z0-9+/_-]+={0,2}$' };

/** A sealed value, as `KeyStore.seal` of the journal writes it. */
const SEALED: Schema = {
  type: 'object',
  properties: { sealed: sealedParts() },
  required: ['sealed'],
  additionalProperties: false,
};

function sealedParts(): Schema {
  const names = ['keyId', 'iv', 'tag', 'ciphertext'];
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, base64])),
    required: names,
    additionalProperties: false,
  };
}

/** JSON Schema (draft 2020-12) of one version of an event's data. */
export function schemaOf(declaration: EventDeclaration, version: number, form: Form): Schema {
  const fields = fieldsOf(declaration, version);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `${declaration.type} v${version}`,
    ...objectSchema(form === 'sent' ? fields : recordedFields(fields)),
  };
}

/** The fields of a version; a version that was never declared is a mistake of the caller. */
export function fieldsOf({ type, version, fields, earlier }: EventDeclaration, asked: number): Fields {
  const found = asked === version ? fields : earlier[asked - 1]?.fields;
  if (found === undefined) throw new Error(`${type} has the versions 1 to ${version}, not ${asked}`);
  return found;
}

function recordedFields(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      field.personal ? { ...field, schema: { anyOf: [SEALED, field.schema] } } : field,
    ]),
  );
}
