import type { Position } from '#kernel';
import { Random } from '../storms/lib/random.ts';
import { Company, grow, setUp } from './random-company.ts';
import { difference, randomQuestion } from './random-questions.ts';
import { secondOpinion } from './second-opinion.ts';
import { World } from './world.ts';

/**
 * Goal: for any (KPI, unit, segment, period, position) the projected figure is the one that an independent recomputation
 * from the raw log gives, digest for digest. Method: a seeded company with late facts, corrections, corrections of corrections,
 * voids, merges, unmerges, late segments, moving units and policy changes; then random coordinates.
 */
const SEED = Number(process.env['AS_OF_SEED'] ?? 20_240_615);
const COORDINATES = Number(process.env['AS_OF_COORDINATES'] ?? 1000);
const FACTS = 420;

describe(`as-of figures against reperformance (seed ${SEED})`, () => {
  let world: World;
  let kpis: readonly string[] = [];
  let first: Position;

  beforeAll(async () => {
    world = await World.open();
    const random = new Random(SEED);
    await setUp(world);
    first = await world.journal.head();
    await grow(world, new Company(random), FACTS);
    await world.project();
    kpis = [...world.readModels.sheets.keys()];
  }, 300_000);
  afterAll(() => world.close());

  it(`${COORDINATES} random coordinates have the same digest`, async () => {
    const second = await secondOpinion(world);
    const random = new Random(SEED + 1);
    const head = await world.journal.head();
    const differing: string[] = [];
    for (let i = 0; i < COORDINATES && differing.length < 12; i++) {
      const found = await difference(world, second, randomQuestion(random, kpis, first, head));
      if (found !== undefined) differing.push(found);
    }
    expect(differing.join('\n')).toBe('');
  }, 900_000);
});
