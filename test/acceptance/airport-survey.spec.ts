import { join } from 'node:path';
import { ratio, ratioOfDecimal, roundRatio } from '#kernel';
import type { Figure } from '#scorecard';
import { measured, Oracle, rate, type Tree } from './oracle.ts';
import { World } from './world.ts';

/** Goal: real answers of airport guests give the satisfaction that was computed independently. Oracle: test/oracles/airport-survey-2017.json. */
const root = join(import.meta.dirname, '..', '..');
const oracle = new Oracle('airport-survey-2017.json');
const file = join(root, 'test/data/airport-survey-2017/2017_SFO_Customer_Survey.csv');

/** A score as the oracle writes it, in three precisions. */
function score(figure: Figure): Tree {
  const shown = (decimals: number) => roundRatio(ratioOfDecimal(figure.value as string), decimals);
  const part = (name: string) => figure.parts[name] as string;
  return {
    responses: String(figure.n),
    promoters: part('promoters'),
    passives: part('passives'),
    detractors: part('detractors'),
    nps: shown(4),
    nps_1dp: shown(1),
    nps_integer: shown(0),
    status: measured(figure),
  };
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
    const report = await world.import(join(root, 'libs/intake/mappings/airport-survey-2017.json'), {
      answers: file,
    });
    expect(report).toMatchObject({ status: 'accepted' });
    oracle.says('2017/rows', report.rowsRead);
    await world.project();
  }, 400_000);
  afterAll(() => world.close());

  it('net promoter score, blanks left out', async () => {
    const figure = await world.figure('nps', '2017');
    oracle.says('2017/nps', score(figure));
    const { 'no-answer': blank = '' } = figure.parts['excluded'] as Record<string, string>;
    oracle.says('2017/nps_excluded', blank);
    // What answers coded 11 (blank; one cell is empty) would give as promoters: no figure may ever be this.
    const coded = BigInt(blank) - 1n;
    const [promoters, detractors] = ['promoters', 'detractors'].map((name) =>
      BigInt(figure.parts[name] as string),
    ) as [bigint, bigint];
    const wrong = ratio(100n * (promoters + coded - detractors), BigInt(figure.n) + coded);
    oracle.says('2017/wrong_nps_if_11_counts_as_promoter', roundRatio(wrong, 4));
    expect(figure.value).not.toBe(roundRatio(wrong, 6));
  });

  it.each([...'ABCDEFG'])('net promoter score of boarding area %s', async (segment) => {
    oracle.says(`2017/by_boarding_area/${segment}`, score(await world.figure('nps', '2017', { segment })));
  });

  it('satisfaction: top two boxes and mean', async () => {
    oracle.says('2017/csat_top2box', rate(await world.figure('csat', '2017')));
    oracle.says('2017/csat_mean', rate(await world.figure('csat-mean', '2017')));
  });

  it('every value of the oracle was compared with a figure, or is no figure', () => {
    oracle.tells('how answers are judged, in words', 'policy');
    expect(oracle.unclaimed).toEqual([]);
  });
});
