import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRefusal } from '#kernel';
import { fileAt, type ImportFiles, type Mapping, type PlannedFact, planImport, readMapping } from './index.ts';

const ROOM = join(import.meta.dirname, '..');
const DATA = join(ROOM, '../../test/data');
const NORTHWIND = join(ROOM, 'demo/northwind');

function mappingNamed(name: string): Mapping {
  const mapping = readMapping(readFileSync(join(ROOM, 'mappings', `${name}.json`), 'utf8'));
  if (isRefusal(mapping)) throw new Error(mapping.detail);
  return mapping;
}

async function factsOf(name: string, directory: string): Promise<readonly PlannedFact[]> {
  const mapping = mappingNamed(name);
  const files: Record<string, ImportFiles[string]> = {};
  for (const [alias, { name: fileName = '' }] of Object.entries(mapping.files)) {
    expect(existsSync(join(directory, fileName))).toBe(true);
    files[alias] = fileAt(join(directory, fileName));
  }
  const facts: PlannedFact[] = [];
  for await (const row of planImport(files, mapping)) {
    expect(row.errors).toEqual([]);
    facts.push(...row.facts);
  }
  return facts;
}

const count = (facts: readonly PlannedFact[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { type } of facts) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
};

describe('the mappings of the examples', () => {
  it('northwind', async () => {
    const facts = await factsOf('northwind-orders', NORTHWIND);
    console.log(count(facts), JSON.stringify(facts.slice(0, 3), null, 1));
    console.log(count(await factsOf('northwind-customers', NORTHWIND)), count(await factsOf('northwind-orders-by-ship-date', NORTHWIND)));
    console.log(count(await factsOf('cdnow', join(DATA, 'cdnow-sample'))));
    console.log(count(await factsOf('purchasing', join(DATA, 'purchasing'))));
    console.log(count(await factsOf('airport-survey-2017', join(DATA, 'airport-survey-2017'))));
  });
});
