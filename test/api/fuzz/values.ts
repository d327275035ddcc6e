import type { Random } from '../../storms/lib/random.ts';

// biome-ignore lint/suspicious/noExplicitAny: JSON Schemas and the JSON that is made of them
export type Json = any;

/** Values that fit a schema, more or less: what a client means to send. */
export class Values {
  constructor(
    readonly random: Random,
    /** Resolves `#/components/schemas/Name`. */
    private readonly schemas: Readonly<Record<string, Json>>,
  ) {}

  of(schema: Json, depth = 0): Json {
    const { random } = this;
    if (schema === undefined || schema === true) return this.text();
    if (schema.$ref) return this.of(this.schemas[schema.$ref.split('/').at(-1)], depth);
    if ('const' in schema) return schema.const;
    if (schema.enum) return random.pick(schema.enum);
    const choice = schema.oneOf ?? schema.anyOf;
    if (choice) return this.of(random.pick(choice), depth);
    const type = Array.isArray(schema.type) ? random.pick<string>(schema.type) : schema.type;
    switch (type) {
      case 'null':
        return null;
      case 'boolean':
        return random.chance(50);
      case 'integer':
      case 'number':
        return (
          (schema.minimum ?? 0) +
          random.below(Math.min(20, (schema.maximum ?? 20) - (schema.minimum ?? 0) + 1))
        );
      case 'array':
        return Array.from({ length: Math.max(schema.minItems ?? 0, random.below(depth > 3 ? 1 : 3)) }, () =>
          this.of(schema.items, depth + 1),
        );
      case 'object':
        return this.#object(schema, depth);
      default:
        return this.#string(schema);
    }
  }

  #object({ properties = {}, required = [], additionalProperties }: Json, depth: number): Json {
    const named = Object.entries<Json>(properties).filter(
      ([name]) => required.includes(name) || (depth < 4 && this.random.chance(40)),
    );
    const made = Object.fromEntries(named.map(([name, schema]) => [name, this.of(schema, depth + 1)]));
    if (typeof additionalProperties === 'object' && depth < 4)
      made[this.random.pick(['rows', 'main', 'x'])] = this.of(additionalProperties, depth + 1);
    return made;
  }

  #string({ format, pattern = '' }: Json): string {
    const { random } = this;
    if (format === 'date' || pattern.includes('\\d{4}-\\d{2}-\\d{2}'))
      return random.pick(['2024-01-31', '2024-02-29', '2023-07-01', '1996-07-04']);
    if (format === 'instant') return random.pick(['2024-01-31T10:00:00Z', '2024-01-31T10:00:00.123+02:00']);
    if (format === 'currency') return random.pick(['EUR', 'USD', 'JPY']);
    if (format === 'zone') return random.pick(['UTC', 'Europe/Berlin']);
    if (format === 'period') return random.pick(['2024', '2024-01', '2024-Q1']);
    if (pattern.startsWith('^[0-9a-f]{8}')) return '00000000-0000-4000-8000-000000000000';
    if (pattern.includes('[0-9a-f]{64}'))
      return `${pattern.includes('sha256') ? 'sha256:' : ''}${'a1'.repeat(32)}`;
    if (/\[0-9\]|\\d/.test(pattern)) return random.pick(['0', '1', '12.50', '0.25', '1.000000']);
    return this.text();
  }

  text(): string {
    const { random } = this;
    return random.pick([
      'root',
      'north',
      'C1',
      'C2',
      'O-1',
      `n${random.below(10_000)}`,
      '2024',
      '2024-03',
      'main',
      'net-revenue',
      'OrderPlaced',
      'customer',
      '1',
      'text/plain',
      '蓝湖',
      'a b',
    ]);
  }
}
