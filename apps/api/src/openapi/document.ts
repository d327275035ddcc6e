import type { Type } from '@nestjs/common';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import { declarationOf, isEventType, jsonSchemaOf } from '#contracts';
import { mappingSchema } from '#intake';
import { LIMITS } from '../limits.ts';
import { ANSWERS } from './answers.ts';
import { type Route, routesOf } from './routes.ts';

type Schema = Readonly<Record<string, unknown>>;
type ObjectSchema = Schema & {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
};

/** What the document is made of. */
export interface DocumentParts {
  readonly controllers: readonly Type[];
  /** Event types that may be sent as facts. */
  readonly factTypes: readonly string[];
  readonly version: string;
}

const OPERATIONS = new Set(['/openapi.json', '/metrics', '/health/live', '/health/ready']);
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/**
 * OpenAPI 3.1 of the routes as they are: parameters and bodies from the classes that validate them, facts from the
 * event contracts, mappings from the schema that checks them. Nothing here is written down a second time.
 */
export function openApiDocument({ controllers, factTypes, version }: DocumentParts): Schema {
  const inputs = inputSchemas();
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of routesOf(controllers)) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route, inputs) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Quadrant',
      version,
      summary: 'A balanced scorecard over customer files that can be replayed',
      description: limitsSentence(),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'roles in `roles`, units in `units`',
        },
      },
      schemas: {
        ...ANSWERS,
        ...bodySchemas(inputs),
        ...mappingSchemas(),
        ...factSchemas(factTypes),
      },
    },
  };
}

function limitsSentence(): string {
  const { bodyBytes, batchBytes, nesting, textLength, pageRows, vintages, waitMs, waitingQuestions } = LIMITS;
  return [
    `Limits: bodies of ${bodyBytes} bytes (facts and imports: ${batchBytes}; 413), 1,000 facts in a call (413),`,
    `${nesting} levels of nesting, ${textLength} characters in a text, pages of ${pageRows} rows or ${vintages} vintages, waiting for ${waitMs} ms (422),`,
    `${waitingQuestions} waiting questions of one caller (429). A store that is away: 503 with Retry-After.`,
  ].join(' ');
}

function operation(route: Route, inputs: Readonly<Record<string, ObjectSchema>>): Schema {
  const { operation: given, status, body } = route;
  const content =
    given.answer === 'text/plain'
      ? { 'text/plain': { schema: { type: 'string' } } }
      : { 'application/json': { schema: ref(given.answer) } };
  return {
    operationId: `${route.tag}.${route.name}`,
    tags: [OPERATIONS.has(route.path) ? 'Operations' : route.tag],
    summary: given.summary,
    ...(route.open ? { security: [] } : {}),
    ...(route.roles.length > 0 ? { description: `Needs the role ${route.roles.join(' or ')}.` } : {}),
    parameters: [...pathParameters(route), ...queryParameters(route, inputs), ...headerParameters(route)],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: ref(body.name) } } } }),
    responses: {
      [status]: { description: given.summary, content },
      default: {
        description: 'A problem',
        content: { 'application/problem+json': { schema: ref('Problem') } },
      },
    },
  };
}

function pathParameters({ parameters }: Route): Schema[] {
  const schema = { type: 'string', minLength: 1, maxLength: LIMITS.idLength };
  return parameters.map((name) => ({ name, in: 'path', required: true, schema }));
}

function queryParameters({ query }: Route, inputs: Readonly<Record<string, ObjectSchema>>): Schema[] {
  const { properties = {}, required = [] } = (query && inputs[query.name]) ?? {};
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function headerParameters({ method }: Route): Schema[] {
  if (method !== 'post') return [];
  const schema = { type: 'string', minLength: 1, maxLength: LIMITS.idLength };
  return [
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'repeated with the same key, a command answers the same and writes nothing',
      schema,
    },
  ];
}

/** Classes that validate bodies and queries as JSON Schemas. Fields that a class does not name are refused. */
function inputSchemas(): Readonly<Record<string, ObjectSchema>> {
  const schemas: Readonly<Record<string, object>> = validationMetadatasToSchemas({
    classTransformerMetadataStorage: defaultMetadataStorage,
    refPointerPrefix: '#/components/schemas/',
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      { ...(schema as ObjectSchema), additionalProperties: false },
    ]),
  );
}

function bodySchemas(inputs: Readonly<Record<string, ObjectSchema>>): Readonly<Record<string, Schema>> {
  const bodies = Object.entries(inputs).filter(([name]) => name.endsWith('Body'));
  return {
    ...Object.fromEntries(bodies),
    ImportBody: {
      ...inputs['ImportBody'],
      properties: {
        mapping: ref('Mapping'),
        files: { type: 'object', additionalProperties: { type: 'string' } },
      },
    },
  };
}

/** The mapping's own definitions become components, so that every tool finds them. */
function mappingSchemas(): Readonly<Record<string, Schema>> {
  const text = JSON.stringify(mappingSchema).replaceAll('#/$defs/', '#/components/schemas/Mapping.');
  const { $defs = {}, ...mapping } = JSON.parse(text) as Schema & {
    $defs?: Readonly<Record<string, Schema>>;
  };
  return {
    Mapping: mapping,
    ...Object.fromEntries(Object.entries($defs).map(([name, schema]) => [`Mapping.${name}`, schema])),
  };
}

function factSchemas(types: readonly string[]): Readonly<Record<string, Schema>> {
  const contracts = types.filter(isEventType).map((type) => {
    const { $schema: _, ...schema } = jsonSchemaOf(type);
    return [`${type}.v${declarationOf(type).version}`, schema, type] as const;
  });
  const facts = contracts.map(([name, , type]) => ({
    type: 'object',
    properties: { type: { const: type }, source: ref('SourceBody'), data: ref(name) },
    required: ['type', 'data'],
    additionalProperties: false,
  }));
  return {
    FactBody: { oneOf: facts },
    ...Object.fromEntries(contracts.map(([name, schema]) => [name, schema])),
  };
}
