import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRefusal, parseMicros } from '#kernel';
import {
  fileAt,
  type ImportFiles,
  type Mapping,
  type PlannedFact,
  planImport,
  readMapping,
} from '../src/index.ts';

const ROOM = join(import.meta.dirname, '..');
const DATA = join(ROOM, '../../test/data');

/** The example mappings, and where the files they are for lie. */
const DIRECTORIES = {
  'northwind-customers': join(ROOM, 'demo/northwind'),
  'northwind-orders': join(ROOM, 'demo/northwind'),
  'northwind-orders-by-ship-date': join(ROOM, 'demo/northwind'),
  purchasing: join(DATA, 'purchasing'),
  'airport-survey-2017': join(DATA, 'airport-survey-2017'),
  cdnow: join(DATA, 'cdnow-sample'),
} as const;
export type Example = keyof typeof DIRECTORIES;

export function exampleMapping(name: Example): Mapping {
  const mapping = readMapping(readFileSync(join(ROOM, 'mappings', `${name}.json`), 'utf8'));
  if (isRefusal(mapping)) throw new Error(mapping.detail);
  return mapping;
}

export function exampleFiles(name: Example): ImportFiles {
  const formats = Object.entries(exampleMapping(name).files);
  return Object.fromEntries(
    formats.map(([alias, format]) => [alias, fileAt(join(DIRECTORIES[name], format.name ?? alias))]),
  );
}

/** All facts of an example; a row with an error fails the test. */
export async function exampleFacts(name: Example): Promise<readonly PlannedFact[]> {
  const facts: PlannedFact[] = [];
  for await (const row of planImport(exampleFiles(name), exampleMapping(name))) {
    if (row.errors.length > 0) throw new Error(JSON.stringify(row.errors));
    facts.push(...row.facts);
  }
  return facts;
}

export function ofType(facts: readonly PlannedFact[], type: string): readonly PlannedFact['data'][] {
  return facts.filter((fact) => fact.type === type).map(({ data }) => data);
}

export function counts(facts: readonly PlannedFact[]): Readonly<Record<string, number>> {
  const byType: Record<string, number> = {};
  for (const { type } of facts) byType[type] = (byType[type] ?? 0) + 1;
  return byType;
}

/** Sum of a decimal field over the lines of documents, in millionths. */
export function sumOfLines(documents: readonly PlannedFact['data'][], field: string): bigint {
  return documents
    .flatMap(({ lines }) => lines as readonly Readonly<Record<string, string>>[])
    .reduce((sum, line) => sum + parseMicros(line[field] ?? '0'), 0n);
}
