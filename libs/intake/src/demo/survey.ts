import { addDays } from '#kernel';
import { inSpan, isPast, QUARTERS } from './calendar.ts';
import { type DemoFact, synthetic } from './demo-fact.ts';
import type { Northwind } from './northwind.ts';
import { ATTRIBUTES } from './organisation.ts';
import { type Lots, lotsFor } from './random.ts';

interface Question {
  readonly instrument: 'NPS' | 'CSAT' | 'ACSI' | 'ATTRIBUTE';
  readonly attribute?: string;
  readonly scaleMin: number;
  readonly scaleMax: number;
  /** How many of a hundred respondents are asked. */
  readonly asked: number;
}

const QUESTIONS: readonly Question[] = [
  { instrument: 'NPS', scaleMin: 0, scaleMax: 10, asked: 100 },
  { instrument: 'CSAT', scaleMin: 1, scaleMax: 5, asked: 100 },
  ...ATTRIBUTES.map(
    (attribute): Question => ({
      instrument: 'ATTRIBUTE',
      attribute,
      scaleMin: 1,
      scaleMax: 5,
      asked: 55,
    }),
  ),
  ...['overall', 'expectation', 'ideal'].map(
    (attribute): Question => ({
      instrument: 'ACSI',
      attribute,
      scaleMin: 1,
      scaleMax: 10,
      asked: 35,
    }),
  ),
];

/** A survey each quarter among those who ordered in it; all answers are made up and get better slowly. */
export function surveys({ orders, unitOfCustomer }: Northwind): readonly DemoFact[] {
  return QUARTERS.flatMap((quarter, q) => {
    const customers = new Set(
      orders.filter(({ orderedOn }) => inSpan(orderedOn, quarter)).map(({ customerId }) => customerId),
    );
    return [...customers].sort().flatMap((customerId) => {
      const lots = lotsFor(`survey ${quarter.name} ${customerId}`);
      const day = addDays(quarter.first, lots.between(50, 88));
      if (!lots.chance(72) || !isPast(day)) return [];
      const mood = lots.between(-2, 2) + (q >= 4 ? 1 : 0);
      return QUESTIONS.filter(({ asked }) => lots.chance(asked)).map((question) => {
        const name = [question.instrument.toLowerCase(), question.attribute].filter((part) => part).join('-');
        const responseId = `${customerId}-${name}`;
        const surveyId = `customers-${quarter.name}-synthetic`;
        return synthetic('SurveyResponseRecorded', `survey:${surveyId}:${responseId}`, {
          surveyId,
          responseId,
          customerId,
          unitId: unitOfCustomer.get(customerId) ?? 'root',
          answeredOn: day,
          instrument: question.instrument,
          ...(question.attribute !== undefined && { attribute: question.attribute }),
          scaleMin: question.scaleMin,
          scaleMax: question.scaleMax,
          ...scoreOf(question, mood, lots),
        });
      });
    });
  });
}

function scoreOf(
  { scaleMin, scaleMax }: Question,
  mood: number,
  lots: Lots,
): { readonly score: number | null; readonly reason?: string } {
  if (lots.chance(3)) return { score: null, reason: 'no answer' };
  const width = scaleMax - scaleMin;
  const drawn =
    scaleMin + Math.floor((width * lots.between(62, 96)) / 100) + (width > 5 ? mood : Math.sign(mood));
  return { score: Math.min(scaleMax, Math.max(scaleMin, drawn)) };
}
