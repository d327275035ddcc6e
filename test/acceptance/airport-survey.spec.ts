import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { World } from './world.ts';

/** Goal: real answers of airport guests give the satisfaction that was computed independently. Oracle: test/oracles/airport-survey-2017.json. */
const root = join(import.meta.dirname, '..', '..');
const oracle = JSON.parse(readFileSync(join(root, 'test/oracles/airport-survey-2017.json'), 'utf8'))['2017'];
const file = join(root, 'test/data/airport-survey-2017/2017_SFO_Customer_Survey.csv');

interface Nps {
  readonly responses: string;
  readonly promoters: string;
  readonly passives: string;
  readonly detractors: string;
  readonly nps: string;
}

describe('airport survey, imported and asked', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.open();
    for (const segmentCode of 'ABCDEFG') {
      await world.fact('SegmentDefined', {
        segmentCode,
        name: `boarding area ${segmentCode}`,
        isTarget: false,
        valueProposition: [],
        effectiveFrom: '2017-01-01',
      });
    }
    expect(
      await world.import(join(root, 'libs/intake/mappings/airport-survey-2017.json'), { answers: file }),
    ).toMatchObject({ status: 'accepted', rowsRead: Number(oracle.rows) });
    await world.project();
  }, 120_000);
  afterAll(() => world.close());

  const shape = ({ n, value, parts }: Awaited<ReturnType<World['figure']>>) => ({
    responses: String(n),
    promoters: parts['promoters'],
    passives: parts['passives'],
    detractors: parts['detractors'],
    nps: Number(value).toFixed(4),
  });
  const wanted = ({ responses, promoters, passives, detractors, nps }: Nps) => ({
    responses,
    promoters,
    passives,
    detractors,
    nps,
  });

  it('net promoter score, blanks left out', async () => {
    const figure = await world.figure('nps', '2017');
    expect(shape(figure)).toEqual(wanted(oracle.nps));
    expect(figure.parts['excluded']).toEqual({ 'no-answer': oracle.nps_excluded });
    expect(figure.value?.slice(0, 7)).not.toBe(oracle.wrong_nps_if_11_counts_as_promoter);
  });

  it.each(Object.entries(oracle.by_boarding_area as Record<string, Nps>))(
    'net promoter score of boarding area %s',
    async (segment, expected) => {
      expect(shape(await world.figure('nps', '2017', { segment }))).toEqual(wanted(expected));
    },
  );

  it('satisfaction: top two boxes and mean', async () => {
    const csat = await world.figure('csat', '2017');
    expect({ ...csat.parts, value: csat.value }).toMatchObject({
      numerator: oracle.csat_top2box.num,
      denominator: oracle.csat_top2box.den,
      value: oracle.csat_top2box.value,
    });
    const mean = await world.figure('csat-mean', '2017');
    expect({ ...mean.parts, value: mean.value }).toMatchObject({
      numerator: oracle.csat_mean.num,
      denominator: oracle.csat_mean.den,
      value: oracle.csat_mean.value,
    });
  });
});
