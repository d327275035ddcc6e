import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { declarationOf, eventTypes } from './catalogue.ts';
import { addFormats } from './formats.ts';
import { businessDateOf, customerOf, documentOf, personalFields, streamOf, unitOf } from './places.ts';
import { parseRecorded } from './recorded.ts';
import { schemaOf } from './schema.ts';
import { validate } from './validate.ts';

/**
 * Goal: no event changes without somebody seeing it, and every event ever written can be read today.
 * Method: a golden file for each event and version holds its schema, a sample and where that sample belongs.
 * `UPDATE_GOLDEN=1` rewrites the file of the newest version; those of earlier versions are never written again.
 */
const directory = join(import.meta.dirname, '..', 'golden');
const fileOf = (type: string, version: number) => join(directory, `${type}.v${version}.json`);

interface Golden {
  readonly schema: unknown;
  readonly sample: Readonly<Record<string, unknown>>;
  readonly place: unknown;
}

function read(type: string, version: number): Golden {
  return JSON.parse(readFileSync(fileOf(type, version), 'utf8')) as Golden;
}

/** As JSON gives it back: a member that is undefined is none. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe.each(eventTypes)('%s', (type) => {
  const declaration = declarationOf(type);
  const sample = declaration.sample as Golden['sample'];

  it('accepts its sample', () => {
    expect(validate(type, sample)).toEqual({ ok: true });
  });

  it('is the one of its golden file', () => {
    const now = {
      schema: schemaOf(declaration, declaration.version, 'recorded'),
      sample,
      place: {
        stream: type === 'FactCorrected' ? null : streamOf(type, sample),
        businessDate: businessDateOf(type, sample),
        customer: customerOf(type, sample),
        unit: unitOf(type, sample),
        document: documentOf(type, sample),
        personal: personalFields(type),
      },
    };
    if (process.env['UPDATE_GOLDEN'] === '1') {
      writeFileSync(fileOf(type, declaration.version), `${JSON.stringify(now, null, 2)}\n`);
    }
    expect(read(type, declaration.version)).toEqual(asJson(now));
  });

  it('reads the samples of all its versions', () => {
    for (let version = 1; version <= declaration.version; version++) {
      const metadata = { schemaVersion: version, actor: 'test' };
      expect(parseRecorded(type, read(type, version).sample, metadata)).toMatchObject({ ok: true });
    }
  });

  it('keeps the schemas of its earlier versions', () => {
    for (let version = 1; version < declaration.version; version++) {
      expect(read(type, version).schema).toEqual(asJson(schemaOf(declaration, version, 'recorded')));
    }
  });

  it.each(['sent', 'recorded'] as const)('has a schema of the draft for data as it is %s', (form) => {
    const ajv = new Ajv2020({ strict: true, validateSchema: true });
    addFormats(ajv);
    const check = ajv.compile(schemaOf(declaration, declaration.version, form));
    expect({ accepted: check(sample), errors: check.errors }).toEqual({ accepted: true, errors: null });
  });
});

it('every golden file is that of an event and version of the catalogue', () => {
  const expected = eventTypes.flatMap((type) =>
    Array.from({ length: declarationOf(type).version }, (_, i) => `${type}.v${i + 1}.json`),
  );
  expect(readdirSync(directory).sort()).toEqual([...expected].sort());
});
