import { businessDateOf, type EventType, sourceEventId, validate } from '#contracts';
import { canonicalJson, parseMicros, sha256Hex } from '#kernel';
import type { DemoFact } from './demo-fact.ts';
import { type DemoBatch, demoFacts } from './demo-facts.ts';

async function batches(): Promise<readonly DemoBatch[]> {
  const all: DemoBatch[] = [];
  for await (const batch of demoFacts()) all.push(batch);
  return all;
}

describe('the demo company', () => {
  let all: readonly DemoBatch[];
  let facts: readonly DemoFact[];
  const of = (type: string): readonly DemoFact[] => facts.filter((fact) => fact.type === type);
  const sum = (some: readonly DemoFact[], field: string): bigint =>
    some.reduce((total, { data }) => total + parseMicros(String(data[field])), 0n);

  beforeAll(async () => {
    all = await batches();
    facts = all.flatMap((batch) => batch.facts);
  });

  it('is told month by month, then what became known late', () => {
    expect(all.map(({ label }) => label)).toEqual([
      'setup',
      ...['07', '08', '09', '10', '11', '12'].map((month) => `1996-${month}`),
      ...Array.from({ length: 12 }, (_, i) => `1997-${String(i + 1).padStart(2, '0')}`),
      ...['01', '02', '03', '04', '05'].map((month) => `1998-${month}`),
      'late-facts',
      'corrections',
      'merges',
      'policy-change',
      'late-segment',
    ]);
    expect(all.filter(({ part }) => part === 'late').flatMap((batch) => batch.facts)).toHaveLength(15);
  });

  it('is the same in every run', async () => {
    const digest = (some: readonly DemoBatch[]): string =>
      sha256Hex(canonicalJson(some as unknown as object));
    expect(digest(await batches())).toBe(digest(all));
  });

  it('holds nothing that a contract would refuse, no id twice, no date outside its time', () => {
    const ids = new Set<string>();
    for (const { type, data, source } of facts) {
      expect([type, source.id, validate(type, data)]).toEqual([type, source.id, { ok: true }]);
      ids.add(sourceEventId(source, type));
      const day = businessDateOf(type as EventType, data)?.slice(0, 10);
      if (day !== undefined) expect(day >= '1996-01-01' && day <= '1998-05-06').toBe(true);
    }
    expect(ids.size).toBe(facts.length);
  });

  it('keeps all of Northwind, and says of everything else that it is made up', () => {
    const bySystem = (type: string): Readonly<Record<string, number>> => {
      const counts: Record<string, number> = {};
      for (const { source } of of(type)) counts[source.system] = (counts[source.system] ?? 0) + 1;
      return counts;
    };
    expect(bySystem('OrderPlaced')).toEqual({ northwind: 830, synthetic: 3 });
    expect(bySystem('GoodsShipped')).toEqual({ northwind: 809 });
    expect(bySystem('InvoiceIssued')).toEqual({ 'northwind-with-synthetic-cost': 830, synthetic: 4 });
    expect(bySystem('CustomerRegistered')).toEqual({ northwind: 91, synthetic: 1 });
    const net = of('InvoiceIssued')
      .filter(({ source }) => source.system !== 'synthetic')
      .flatMap(({ data }) => data['lines'] as readonly { netAmount: string }[])
      .reduce((total, line) => total + parseMicros(line.netAmount), 0n);
    expect(net).toBe(parseMicros('1265793.0395'));
    const systems = new Set(facts.map(({ source }) => source.system));
    expect([...systems].sort()).toEqual(['northwind', 'northwind-with-synthetic-cost', 'synthetic']);
  });

  it('feeds every dimension', () => {
    const types = new Set(facts.map(({ type }) => type));
    for (const type of [
      'CashMoved',
      'LedgerAmountPosted',
      'CapitalCostRateSet',
      'AccountDefined',
      'CreditNoteIssued',
      'SegmentDefined',
      'CustomerSegmentAssigned',
      'SurveyResponseRecorded',
      'MarketSizeReported',
      'ProspectContacted',
      'DeliveryConfirmed',
      'GoodsReturned',
      'ProcessCaseOpened',
      'ProcessStepPerformed',
      'ProcessCaseClosed',
      'ServiceCaseOpened',
      'ServiceCaseAnswered',
      'ServiceCaseHandedOver',
      'ServiceCaseResolved',
      'ServiceCaseReopened',
      'ImprovementMeasured',
      'DevelopmentGatePassed',
      'ProductLaunched',
      'EmploymentChanged',
      'TrainingCompleted',
      'JobRequirementSet',
      'SkillAssessed',
      'AssetChanged',
      'MeasurePolicySet',
      'CustomersMerged',
      'CustomersUnmerged',
      'FactCorrected',
      'ImportBatchAccepted',
    ]) {
      expect([type, types.has(type)]).toEqual([type, true]);
    }
    const instruments = new Set(of('SurveyResponseRecorded').map(({ data }) => data['instrument']));
    expect([...instruments].sort()).toEqual(['ACSI', 'ATTRIBUTE', 'CSAT', 'NPS']);
  });

  it('keeps books that balance, and cash that is the cash of the books', () => {
    for (const unitId of ['europe', 'north-america', 'rest-of-world']) {
      const history = all.filter(({ part }) => part === 'history').flatMap((batch) => batch.facts);
      const mine = (type: string): readonly DemoFact[] =>
        history.filter((fact) => fact.type === type && fact.data['unitId'] === unitId);
      const postings = mine('LedgerAmountPosted');
      expect(sum(postings, 'amount')).toBe(0n);
      const cash = postings.filter(({ data }) => data['accountCode'] === '1000');
      const opening = cash.filter(({ data }) => data['opening'] === true);
      expect(sum(opening, 'amount') + sum(mine('CashMoved'), 'amount')).toBe(sum(cash, 'amount'));
      expect(sum(cash, 'amount') > 0n).toBe(true);
      const equipment = postings.filter(({ data }) => data['accountCode'] === '1500');
      const assets = mine('AssetChanged');
      const changed = (change: string): bigint =>
        sum(
          assets.filter(({ data }) => data['change'] === change),
          'amount',
        );
      expect(sum(equipment, 'amount')).toBe(changed('capitalised') - changed('depreciated'));
    }
  });
});
