import type { Content } from '#scorecard';
import { type Contents, type Draw, SEGMENTS } from './draw.ts';

/** Customers, their segments and identity, what they answer, and the market they are won in. */
export const customerContents = {
  CustomerRegistered: (draw) => ({
    customerId: draw.kept('customerId', draw.customer()),
    name: 'x',
    kind: draw.pick(['transactional', 'transactional', 'contractual']),
    homeUnitId: 'root',
    registeredOn: draw.day(),
    externalIds: [],
  }),
  CustomerSegmentAssigned: (draw) => ({
    customerId: draw.customer(),
    segmentCode: draw.pick(SEGMENTS),
    effectiveFrom: draw.day(),
  }),
  CustomerActivated: (draw) => ({
    customerId: draw.customer(),
    basis: draw.pick(['contract', 'order']),
    ...draw.ofUnit(),
    effectiveOn: draw.day(),
  }),
  CustomerLapsed: (draw) => ({ customerId: draw.customer(), effectiveOn: draw.day(), reasonCode: 'x' }),
  CustomersMerged: (draw) => {
    const [survivorId, absorbedId] = draw.merge();
    return { survivorId, absorbedId, reason: 'x' };
  },
  CustomersUnmerged: (draw) => {
    const [survivorId, restoredId] = draw.merge();
    return { survivorId, restoredId, reason: 'x' };
  },
  SurveyResponseRecorded: (draw) => ({
    surveyId: 's',
    responseId: draw.only('responseId', 'a'),
    ...draw.ofCustomer(),
    ...draw.ofUnit(),
    answeredOn: draw.day(),
    ...draw.maybe(30, () => ({ segmentCode: draw.pick(SEGMENTS) })),
    ...scored(draw),
  }),
  ProspectContacted: (draw) => ({
    ...draw.pick([{ customerId: draw.customer() }, { prospectId: `p${draw.below(3)}` }]),
    campaignId: 'x',
    channel: 'mail',
    contactedOn: draw.day(),
    ...draw.maybe(70, () => ({ cost: draw.money() })),
    ...draw.ofUnit(),
  }),
  MarketSizeReported: (draw) => ({
    marketCode: 'm',
    ...draw.ofUnit(),
    ...draw.maybe(30, () => ({ segmentCode: draw.pick(SEGMENTS) })),
    period: draw.pick(['2024', '2024-Q1', '2024-01', '2024-02', '2024-03']),
    ...draw.pick<Content>([
      { basis: 'revenue', currency: draw.currency() },
      { basis: 'units', uom: 'pc' },
    ]),
    amount: draw.pick(['0', '100', '7']),
    ...draw.maybe(60, () => ({ largestCompetitorAmount: draw.pick(['0', '40']) })),
    source: 'x',
    publishedOn: draw.day(),
  }),
} satisfies Contents;

function scored(draw: Draw): Content {
  const instrument = draw.pick(['NPS', 'CSAT', 'ATTRIBUTE', 'ACSI']);
  const scale =
    instrument === 'NPS' ? { scaleMin: 0, scaleMax: 10 } : { scaleMin: 1, scaleMax: draw.pick([5, 7]) };
  const about = instrument === 'ATTRIBUTE' || instrument === 'ACSI';
  return {
    instrument,
    ...scale,
    ...(about ? { attribute: draw.pick(['freshness', 'price']) } : {}),
    // Scores below the scale as well: such an answer is left out, and said to be.
    ...(draw.chance(15)
      ? { score: null, reason: 'x' }
      : { score: draw.below(instrument === 'NPS' ? 11 : 6) }),
  };
}
