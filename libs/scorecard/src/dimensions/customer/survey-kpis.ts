import { addRatio, divideRatio, multiplyRatio, type Ratio, ratio, ratioOfDecimal } from '#kernel';
import { type Ask, type Evaluation, type KpiSheet, type Parts, undefinedValue } from '../../figures/kpi.ts';
import type { Measures } from '../../figures/scope.ts';
import { excludedPart, shown } from '../../figures/shown.ts';
import { dayOfText } from '../../projection/organisation.ts';
import { definitionOn } from './market-kpis.ts';

/** Satisfaction 客户满意度. Source: kpis.md C0, C4; Reichheld 2003; Fornell et al. 1996; docs/figures.md §6. */

interface Answer {
  readonly attribute: string;
  readonly least: bigint;
  readonly greatest: bigint;
  readonly score: bigint;
  readonly count: bigint;
}

function answersOf(measures: Measures, instrument: string): Answer[] {
  return measures.under(`sv|${instrument}|`).map(([rest, count]) => {
    const [attribute, least, greatest, score] = rest.split('|') as [string, string, string, string];
    return {
      attribute: decodeURIComponent(attribute),
      least: BigInt(least),
      greatest: BigInt(greatest),
      score: BigInt(score),
      count,
    };
  });
}

function byAttributeOf(answers: readonly Answer[]): ReadonlyMap<string, readonly Answer[]> {
  const groups = new Map<string, Answer[]>();
  for (const answer of answers) {
    const group = groups.get(answer.attribute);
    if (group) group.push(answer);
    else groups.set(answer.attribute, [answer]);
  }
  return groups;
}

function countOf(answers: readonly Answer[]): bigint {
  return answers.reduce((sum, { count }) => sum + count, 0n);
}

function scoreSum(answers: readonly Answer[]): bigint {
  return answers.reduce((sum, { score, count }) => sum + score * count, 0n);
}

function survey(
  code: string,
  instrument: string,
  name: KpiSheet['name'],
  unit: KpiSheet['unit'],
  formula: string,
  evaluate: (ask: Ask, answers: readonly Answer[]) => Promise<Omit<Evaluation, 'n'>>,
  policyFrom: readonly string[] = [],
): KpiSheet {
  return {
    code,
    dimension: 'customer',
    name,
    unit,
    formula,
    direction: 'up',
    leading: true,
    main: [`survey:${instrument}`],
    policyFrom,
    async evaluate(ask) {
      const measures = await ask.read.flow(ask.scope, ask.span);
      const answers = answersOf(measures, instrument);
      const n = countOf(answers);
      const excluded = excludedPart(measures.under(`svx|${instrument}|`));
      const { value, status, parts } = await evaluate(ask, answers);
      const all = { ...parts, ...excluded };
      if (n === 0n) return undefinedValue('not_measurable', all, 0);
      if (status || value === null)
        return { value: null, status: status ?? 'not_measurable', parts: all, n: Number(n) };
      return {
        value,
        parts: all,
        n: Number(n),
        ...(n < BigInt(ask.policy.minimumResponses) ? { status: 'insufficient' as const } : {}),
      };
    },
  };
}

function fraction(numerator: bigint, denominator: bigint): Omit<Evaluation, 'n'> {
  const parts = { numerator: String(numerator), denominator: String(denominator) };
  return denominator === 0n ? { value: null, parts } : { value: shown(ratio(numerator, denominator)), parts };
}

const csat = survey(
  'csat',
  'CSAT',
  { en: 'Customer satisfaction (top boxes)', zh: '客户满意度' },
  'fraction',
  'answers in the top boxes / valid answers',
  async (ask, answers) => {
    const top = answers.filter(
      ({ score, greatest }) => score > greatest - BigInt(ask.policy.satisfactionTopBoxes),
    );
    return fraction(countOf(top), countOf(answers));
  },
);

const csatMean = survey(
  'csat-mean',
  'CSAT',
  { en: 'Customer satisfaction (mean)', zh: '客户满意度均值' },
  'score',
  'sum of scores / valid answers',
  async (_ask, answers) => {
    const figure = fraction(scoreSum(answers), countOf(answers));
    const scales = new Set(answers.map(({ least, greatest }) => `${least}..${greatest}`));
    return scales.size > 1 ? { ...figure, value: null, status: 'not_meaningful' } : figure;
  },
  ['csat'],
);

const nps = survey(
  'nps',
  'NPS',
  { en: 'Net promoter score', zh: '净推荐值' },
  'points',
  '100 · (promoters 9–10 − detractors 0–6) / valid answers',
  async (_ask, answers) => {
    const promoters = countOf(answers.filter(({ score }) => score >= 9n));
    const detractors = countOf(answers.filter(({ score }) => score <= 6n));
    const n = countOf(answers);
    const parts = {
      promoters: String(promoters),
      passives: String(n - promoters - detractors),
      detractors: String(detractors),
    };
    return n === 0n
      ? { value: null, parts }
      : { value: shown(ratio(100n * (promoters - detractors), n)), parts };
  },
);

/** Mean position of the answers on their own scale, 0 to 1. */
function standing(answers: readonly Answer[]): Ratio {
  const sum = answers.reduce(
    (total, { score, least, greatest, count }) =>
      addRatio(total, ratio((score - least) * count, greatest - least)),
    ratio(0n),
  );
  return divideRatio(sum, ratio(countOf(answers)));
}

const acsi = survey(
  'acsi',
  'ACSI',
  { en: 'Customer satisfaction index (ACSI)', zh: '客户满意度指数' },
  'points',
  '100 · Σ weight · (mean − min) / (max − min)',
  async (ask, answers) => {
    const byAttribute = byAttributeOf(answers);
    const weights =
      ask.policy.weights ?? Object.fromEntries([...byAttribute.keys()].map((attribute) => [attribute, '1']));
    const missing = Object.keys(weights)
      .filter((attribute) => !byAttribute.has(attribute))
      .sort();
    const { sum, weight } = weighted(
      Object.entries(weights),
      (attribute) => byAttribute.get(attribute),
      standing,
    );
    const parts: Parts = missing.length === 0 ? {} : { missing: missing.join(',') };
    if (weight.numerator === 0n) return { value: null, parts };
    return { value: shown(multiplyRatio(ratio(100n), divideRatio(sum, weight))), parts };
  },
);

function weighted(
  weights: Iterable<readonly [attribute: string, weight: string]>,
  answersOf: (attribute: string) => readonly Answer[] | undefined,
  meanOf: (answers: readonly Answer[]) => Ratio,
): { sum: Ratio; weight: Ratio } {
  let sum = ratio(0n);
  let weight = ratio(0n);
  for (const [attribute, text] of weights) {
    const answers = answersOf(attribute);
    if (!answers) continue;
    const own = ratioOfDecimal(text);
    sum = addRatio(sum, multiplyRatio(own, meanOf(answers)));
    weight = addRatio(weight, own);
  }
  return { sum, weight };
}

/** The value-proposition score 价值定位: weighted mean of what customers of a segment say of the attributes promised to it. */
const valueProposition: KpiSheet = {
  code: 'value-proposition-score',
  dimension: 'customer',
  name: { en: 'Value proposition score', zh: '价值定位得分' },
  unit: 'score',
  formula: 'Σ weight · mean attribute score / Σ weight, of the segment’s value proposition',
  direction: 'up',
  leading: true,
  main: ['survey:ATTRIBUTE'],
  reads: ['segments', 'membership'],
  async evaluate(ask) {
    const definitions = await ask.register('segments');
    const start = dayOfText(ask.period.start);
    const codes = ask.scope.segment === undefined ? targets(definitions, start) : [ask.scope.segment];
    let sum = ratio(0n);
    let weight = ratio(0n);
    let n = 0n;
    const missing: string[] = [];
    for (const segment of codes) {
      const proposition = (definitionOn(definitions, segment, start)?.data['valueProposition'] ??
        []) as readonly { attribute: string; weight: string }[];
      const answers = byAttributeOf(
        answersOf(await ask.read.flow({ unit: ask.scope.unit, segment }, ask.span), 'ATTRIBUTE'),
      );
      for (const { attribute } of proposition) {
        if (answers.has(attribute)) n += countOf(answers.get(attribute) as readonly Answer[]);
        else missing.push(attribute);
      }
      const own = weighted(
        proposition.map(({ attribute, weight: text }) => [attribute, text]),
        (attribute) => answers.get(attribute),
        (given) => ratio(scoreSum(given), countOf(given)),
      );
      sum = addRatio(sum, own.sum);
      weight = addRatio(weight, own.weight);
    }
    const parts: Parts = missing.length === 0 ? {} : { missing: [...new Set(missing)].sort().join(',') };
    if (weight.numerator === 0n) return undefinedValue('not_measurable', parts, Number(n));
    return {
      value: shown(divideRatio(sum, weight)),
      parts,
      n: Number(n),
      ...(n < BigInt(ask.policy.minimumResponses) ? { status: 'insufficient' as const } : {}),
    };
  },
};

function targets(definitions: Awaited<ReturnType<Ask['register']>>, day: number): string[] {
  const codes = [...new Set(definitions.map(({ data }) => data['segmentCode'] as string))].sort();
  return codes.filter((code) => definitionOn(definitions, code, day)?.data['isTarget'] === true);
}

export const surveyKpis: readonly KpiSheet[] = [csat, csatMean, nps, acsi, valueProposition];
