import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { declarationOf, type EventType, eventTypes } from './catalogue.ts';
import { patternName, type Schema } from './fields.ts';
import { addFormats } from './formats.ts';
import { businessDateOf, streamOf } from './places.ts';
import { parseRecorded } from './recorded.ts';
import { schemaOf } from './schema.ts';
import { validate } from './validate.ts';

/**
 * Goal: whatever single field of whatever event is wrong, exactly that field is named; and no input throws.
 * Method: data with every field, optional ones too, is made from each schema; each place is then spoilt in each way.
 */
type Path = readonly (string | number)[];
interface Mutation {
  readonly path: Path;
  readonly value: unknown;
  /** Path as a problem names it. */
  readonly named: string;
}

const ABSENT = Symbol('absent');
const text = (path: Path): string =>
  path.reduce<string>(
    (all, part) => (typeof part === 'number' ? `${all}[${part}]` : all === '' ? part : `${all}.${part}`),
    '',
  );

const BY_FORMAT: Readonly<Record<string, string>> = {
  date: '2024-02-29',
  instant: '2024-02-29T12:00:00+01:00',
  currency: 'EUR',
  zone: 'Europe/Berlin',
  period: '2024-Q1',
};
const BY_PATTERN: Readonly<Record<string, string>> = {
  eventId: '6f9619ff-8b86-5011-b42d-00cf4fc964ff',
  digest: `sha256:${'a'.repeat(64)}`,
  sha256: 'a'.repeat(64),
};

function members(schema: Schema): [string, Schema][] {
  return Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
}

function wholeOf(schema: Schema): unknown {
  if (schema['anyOf']) return wholeOf((schema['anyOf'] as Schema[])[0] as Schema);
  if (schema['enum']) return (schema['enum'] as unknown[])[0];
  switch (schema['type']) {
    case 'object':
      if (typeof schema['additionalProperties'] === 'object') return { a: '1' };
      return Object.fromEntries(members(schema).map(([name, member]) => [name, wholeOf(member)]));
    case 'array':
      return [wholeOf(schema['items'] as Schema)];
    case 'integer':
      return Math.max(1, schema['minimum'] as number);
    case 'boolean':
      return true;
    default:
      if (schema['format']) return BY_FORMAT[schema['format'] as string];
      return BY_PATTERN[patternName(schema['pattern'] as string) ?? ''] ?? '1';
  }
}

function* spoilt(schema: Schema, path: Path): Iterable<Mutation> {
  if (schema['anyOf']) {
    yield* spoilt((schema['anyOf'] as Schema[])[0] as Schema, path);
    return;
  }
  const here = (value: unknown): Mutation => ({ path, value, named: text(path) });
  if (path.length > 0) yield here(schema['type'] === 'boolean' ? 'true' : true);
  switch (schema['type']) {
    case 'object':
      yield* spoiltObject(schema, path);
      return;
    case 'array':
      yield* spoilt(schema['items'] as Schema, [...path, 0]);
      if ((schema['minItems'] as number) > 0) yield here([]);
      return;
    case 'integer':
      yield here('1');
      yield here(1.5);
      yield here((schema['minimum'] as number) - 1);
      yield here((schema['maximum'] as number) + 1);
      return;
    case 'string':
      for (const value of wrongTexts(schema)) yield here(value);
      return;
    default:
      return;
  }
}

function* spoiltObject(schema: Schema, path: Path): Iterable<Mutation> {
  if (schema['additionalProperties'] === false) {
    yield { path: [...path, 'surprise'], value: 1, named: text([...path, 'surprise']) };
  }
  for (const [name, member] of members(schema)) {
    const inner = [...path, name];
    if ((schema['required'] as string[]).includes(name)) {
      yield { path: inner, value: ABSENT, named: text(inner) };
    }
    yield* spoilt(member, inner);
  }
}

function wrongTexts(schema: Schema): readonly unknown[] {
  if (schema['enum']) return ['nonsense', '', 7];
  if (schema['format']) return ['', 'nonsense', '2024-02-30', '24-1-1', 7];
  const name = patternName(schema['pattern'] as string);
  if (name === 'id' || name === 'text') return ['', ' ', `a${String.fromCharCode(0xdfff)}`, 7];
  return ['', '1.1234567', '01', '1e3', '--1', ' 1', 'NaN', 7, ...(name === 'signed' ? [] : ['-1'])];
}

function spoil(data: unknown, { path, value }: Pick<Mutation, 'path' | 'value'>): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  const copy = (Array.isArray(data) ? [...data] : { ...(data as object) }) as Record<
    string | number,
    unknown
  >;
  if (rest.length === 0 && value === ABSENT) delete copy[head];
  else copy[head] = spoil(copy[head], { path: rest, value });
  return copy;
}

const ajv = new Ajv2020({ strict: true, validateSchema: false });
addFormats(ajv);
const sentSchema = (type: EventType) => schemaOf(declarationOf(type), declarationOf(type).version, 'sent');
const wholes = new Map(eventTypes.map((type) => [type, wholeOf(sentSchema(type))]));

describe.each(eventTypes)('%s', (type) => {
  const whole = wholes.get(type);
  const mutations = [...spoilt(sentSchema(type), [])];

  it('takes data with every field', () => {
    const check = ajv.compile(sentSchema(type));
    expect({ accepted: check(whole), errors: check.errors }).toEqual({ accepted: true, errors: null });
  });

  it('names exactly the field that is wrong', () => {
    expect(mutations.length).toBeGreaterThan(10);
    for (const mutation of mutations) {
      const checked = validate(type, spoil(whole, mutation));
      const named = checked.ok ? [] : checked.problems.map(({ path }) => path);
      expect({ ...mutation, named }).toEqual({ ...mutation, named: [mutation.named] });
    }
  });
});

it('no input throws, and what is accepted has a stream in ASCII and a date', () => {
  const place = fc.constantFrom(...eventTypes).chain((type) =>
    fc.record({
      type: fc.constant(type),
      path: fc.constantFrom(...[...spoilt(sentSchema(type), [])].map(({ path }) => path)),
      value: fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.double()),
      metadata: fc.oneof(fc.constant({ schemaVersion: 1 }), fc.jsonValue()),
    }),
  );
  fc.assert(
    fc.property(place, ({ type, path, value, metadata }) => {
      const data = spoil(declarationOf(type).sample, { path, value });
      const read = parseRecorded(type, data, metadata);
      if (!read.ok) {
        expect(read.reason).not.toBe('');
        return;
      }
      businessDateOf(type, read.data);
      if (type !== 'FactCorrected') expect(streamOf(type, read.data)).toMatch(/^[a-z-]+-[\x21-\x7e]+$/);
    }),
    { numRuns: 2000 },
  );
});

it('every id that is accepted gives a stream of its own', () => {
  const ids = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(ids, ids, (one, other) => {
      const sample = declarationOf('OrderPlaced').sample as object;
      const streams = [one, other].map((orderId) => {
        const data = { ...sample, orderId };
        return validate('OrderPlaced', data).ok ? streamOf('OrderPlaced', data) : undefined;
      });
      if (one !== other && streams[0] !== undefined) expect(streams[0]).not.toBe(streams[1]);
    }),
    { numRuns: 2000 },
  );
});
