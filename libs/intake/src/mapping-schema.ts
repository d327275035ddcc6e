import { ENCODINGS } from './decode.ts';

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string', minLength: 1 };
const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
const listOf = (items: Schema, minItems = 1): Schema => ({ type: 'array', items, minItems });
const mapOf = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
const closed = (properties: Readonly<Record<string, Schema>>, ...required: string[]): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

/**
 * An object that says what it is by one of its words; what else it may hold follows from that word.
 * Written with if/then, so that a mistake is reported for the word that was meant, not for every alternative.
 */
function oneWordOf(words: Readonly<Record<string, Schema>>): readonly Schema[] {
  return [
    {
      if: { type: 'object' },
      // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema
      then: { anyOf: Object.keys(words).map((word) => ({ required: [word] })) },
    },
    ...Object.entries(words).map(([word, schema]) => ({
      if: { type: 'object', required: [word] },
      // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema
      then: schema,
    })),
  ];
}

const value: Schema = {
  type: ['string', 'integer', 'boolean', 'null', 'array', 'object'],
  items: ref('value'),
  allOf: oneWordOf({
    decimal: closed({ decimal: ref('number') }, 'decimal'),
    integer: closed({ integer: ref('number') }, 'integer'),
    date: closed({ date: text, format: text }, 'date'),
    instant: closed({ instant: text, format: text, time: text, zone: text }, 'instant'),
    map: closed({ map: mapOf(ref('value')), of: text, else: ref('value') }, 'map', 'of'),
    choose: closed(
      {
        choose: listOf(closed({ when: ref('condition'), value: ref('value') }, 'when', 'value')),
        else: ref('value'),
      },
      'choose',
    ),
    test: closed({ test: ref('condition') }, 'test'),
    join: closed({ join: listOf(text), with: { type: 'string' } }, 'join', 'with'),
    ordinal: closed({ ordinal: { type: 'integer', minimum: 0 } }, 'ordinal'),
    each: closed({ each: text, item: ref('fields') }, 'each', 'item'),
    fields: closed({ fields: ref('fields') }, 'fields'),
  }),
};

const number: Schema = {
  type: ['string', 'object'],
  minLength: 1,
  allOf: oneWordOf({
    product: closed({ product: listOf(ref('number')) }, 'product'),
    sum: closed({ sum: listOf(ref('number')) }, 'sum'),
    minus: closed({ minus: { ...listOf(ref('number'), 2), maxItems: 2 } }, 'minus'),
    total: closed({ total: text, of: ref('number') }, 'total', 'of'),
  }),
};

const condition: Schema = {
  type: 'object',
  allOf: oneWordOf({
    present: closed({ present: text }, 'present'),
    absent: closed({ absent: text }, 'absent'),
    in: closed({ in: listOf({ type: 'string' }), of: text }, 'in', 'of'),
    compare: closed(
      {
        compare: {
          type: 'array',
          minItems: 3,
          maxItems: 3,
          prefixItems: [ref('number'), { enum: ['<', '<=', '=', '>=', '>'] }, ref('number')],
          items: false,
        },
      },
      'compare',
    ),
    all: closed({ all: listOf(ref('condition')) }, 'all'),
    any: closed({ any: listOf(ref('condition')) }, 'any'),
    not: closed({ not: ref('condition') }, 'not'),
  }),
};

const file: Schema = closed(
  {
    format: { enum: ['csv', 'tsv', 'jsonl'] },
    name: text,
    encoding: { enum: ENCODINGS },
    delimiter: text,
    quote: { type: ['string', 'null'], minLength: 1, maxLength: 1 },
    header: { type: 'boolean' },
    columns: listOf(text),
    nulls: listOf({ type: 'string' }, 0),
    trim: { type: 'boolean' },
    decimal: { enum: ['.', ','] },
    thousands: { type: 'string', minLength: 1, maxLength: 1 },
    dateFormat: text,
    zone: text,
  },
  'format',
);

const event: Schema = closed(
  {
    type: text,
    id: text,
    when: ref('condition'),
    once: text,
    each: text,
    data: ref('fields'),
  },
  'type',
  'id',
  'data',
);

/** JSON Schema (draft 2020-12) of a mapping file. */
export const mappingSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Mapping of a file to facts',
  ...closed(
    {
      $schema: { type: 'string' },
      name: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,79}$' },
      description: { type: 'string' },
      source: closed({ system: text }, 'system'),
      onError: { enum: ['reject-batch', 'skip-rows'] },
      files: { ...mapOf(file), minProperties: 1 },
      main: text,
      joins: mapOf(
        closed(
          {
            on: { ...mapOf(text), minProperties: 1 },
            many: { type: 'boolean' },
            required: { type: 'boolean' },
          },
          'on',
        ),
      ),
      group: closed({ by: listOf(text), as: text }, 'by', 'as'),
      where: ref('condition'),
      coverage: closed({ from: text, to: text, types: listOf(text) }, 'from', 'to', 'types'),
      events: listOf(event),
    },
    'name',
    'source',
    'files',
    'main',
    'events',
  ),
  $defs: { value, number, condition, fields: mapOf(ref('value')) },
};
