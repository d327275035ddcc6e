/**
 * Kinds of fields: each gives the TypeScript type and the JSON Schema of a field from one declaration.
 * Amounts are decimal strings with at most six decimals; a binary floating point number is never accepted.
 */
export type Schema = Readonly<Record<string, unknown>>;

export interface Field<T> {
  readonly schema: Schema;
  readonly optional?: true;
  /** Sealed with the customer's key when recorded. */
  readonly personal?: true;
  /** Only for inference; never set. */
  readonly type?: T;
}

export interface OptionalField<T> extends Field<T> {
  readonly optional: true;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

type TypeOf<F> = F extends Field<infer T> ? T : never;
type OptionalKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends { readonly optional: true } ? K : never;
}[keyof F];

/** The data type that a set of fields declares. */
export type DataOf<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: TypeOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: TypeOf<F[K]>;
};

const ID_MAX = 200;
const TEXT_MAX = 65_536;
const DECIMAL = '(0|[1-9][0-9]{0,29})(\\.[0-9]{1,6})?';

/** Patterns of texts and what to say when one does not fit; half of a surrogate pair has no UTF-8 form, so no digest. */
const PATTERNS = {
  id: '^(?!\\s)[^\\p{Cc}\\p{Cs}]*(?<!\\s)$',
  text: '^(?=[\\s\\S]*\\S)[^\\p{Cs}]*$',
  eventId: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
  digest: '^sha256:[0-9a-f]{64}$',
  sha256: '^[0-9a-f]{64}$',
  fraction: '^(0(\\.[0-9]{1,6})?|1(\\.0{1,6})?)$',
  decimal: `^${DECIMAL}$`,
  signed: `^-?${DECIMAL}$`,
} as const;

/** The kind of text that a pattern of ours describes. */
export function patternName(pattern: string): keyof typeof PATTERNS | undefined {
  return (Object.keys(PATTERNS) as (keyof typeof PATTERNS)[]).find((name) => PATTERNS[name] === pattern);
}

const ID: Schema = { type: 'string', minLength: 1, maxLength: ID_MAX, pattern: PATTERNS.id };

export const id = (): Field<string> => ({ schema: ID });
export const text = (): Field<string> => ({
  schema: { type: 'string', minLength: 1, maxLength: TEXT_MAX, pattern: PATTERNS.text },
});
export const eventId = (): Field<string> => ({ schema: { type: 'string', pattern: PATTERNS.eventId } });
export const sha256 = (): Field<string> => ({ schema: { type: 'string', pattern: PATTERNS.sha256 } });
/** A digest of figures or of a preview: `sha256:` and 64 hexadecimal digits. */
export const digest = (): Field<string> => ({ schema: { type: 'string', pattern: PATTERNS.digest } });
export const date = (): Field<string> => ({ schema: { type: 'string', format: 'date' } });
export const instant = (): Field<string> => ({ schema: { type: 'string', format: 'instant' } });
export const currency = (): Field<string> => ({ schema: { type: 'string', format: 'currency' } });
export const zone = (): Field<string> => ({ schema: { type: 'string', format: 'zone' } });
export const period = (): Field<string> => ({ schema: { type: 'string', format: 'period' } });
export const flag = (): Field<boolean> => ({ schema: { type: 'boolean' } });
export const count = (minimum = 0, maximum = 1_000_000_000): Field<number> => ({
  schema: { type: 'integer', minimum, maximum },
});
/** A decimal string, not negative. */
export const decimal = (): Field<string> => ({ schema: { type: 'string', pattern: PATTERNS.decimal } });
/** A decimal string that may be negative. */
export const signed = (): Field<string> => ({ schema: { type: 'string', pattern: PATTERNS.signed } });
/** A fraction from 0 to 1 as a decimal string. */
export const fraction = (): Field<string> => ({
  schema: { type: 'string', pattern: PATTERNS.fraction },
});
/** An amount with its currency. */
export const money = (): Field<{ readonly amount: string; readonly currency: string }> =>
  object({ amount: decimal(), currency: currency() });
export const oneOf = <const T extends string>(...values: readonly T[]): Field<T> => ({
  schema: { type: 'string', enum: values },
});
export const nullable = <T>(field: Field<T>): Field<T | null> => ({
  ...field,
  schema: { anyOf: [field.schema, { type: 'null' }] },
});
export const optional = <T>(field: Field<T>): OptionalField<T> => ({ ...field, optional: true });
/** Personal data: recorded sealed, readable only with the customer's key. */
export const personal = <T>(field: Field<T>): Field<T> => ({ ...field, personal: true });
export const list = <T>(item: Field<T>, { min = 0, max = 10_000 } = {}): Field<readonly T[]> => ({
  schema: { type: 'array', items: item.schema, minItems: min, maxItems: max },
});
export const textMap = (value: Field<string>): Field<Readonly<Record<string, string>>> => ({
  schema: {
    type: 'object',
    propertyNames: ID,
    additionalProperties: value.schema,
    maxProperties: 100,
  },
});
/** Any JSON object: content that another declaration checks. */
export const content = (): Field<Readonly<Record<string, unknown>>> => ({ schema: { type: 'object' } });

export function object<F extends Fields>(fields: F): Field<DataOf<F>> {
  return { schema: objectSchema(fields) };
}

export function objectSchema(fields: Fields): Schema {
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.schema])),
    required: Object.keys(fields).filter((name) => fields[name]?.optional !== true),
    additionalProperties: false,
  };
}
