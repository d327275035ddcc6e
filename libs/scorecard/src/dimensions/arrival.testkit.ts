import fc from 'fast-check';
import { NO_POSITION, type Position } from '#kernel';
import type { Content } from '../projection/change.ts';
import type { DimensionName } from '../projection/dimension.ts';
import { Company } from './company.testkit.ts';
import { kpiSheets } from './index.ts';

type Recorded = Parameters<Company['fact']>;

/** Facts of one dimension, each with a replacement that a correction may give it. */
export interface Corpus {
  readonly dimension: DimensionName;
  /** No two of them may rest on the order of record to decide between them. */
  readonly facts: readonly (readonly [type: Recorded[0], data: Content, replacement: Content])[];
  readonly periods: readonly string[];
}

/** Everything that the dimension says at a position: pages and all figures. */
async function said(company: Company, { dimension, periods }: Corpus, knownAt: Position): Promise<unknown> {
  const figures: unknown[] = [];
  for (const { code, dimension: own } of kpiSheets.values()) {
    if (own !== dimension) continue;
    for (const period of periods) figures.push(await company.figure(code, period, { knownAt }));
  }
  return { pages: company.model(dimension).content(knownAt), figures };
}

/** Records the facts in the given order and tells by index which fact is which. */
function recorded(corpus: Corpus, order: readonly number[]): { company: Company; ids: Map<number, string> } {
  const company = new Company();
  // Named here: the first currency ever recorded is the reporting currency even where its fact is voided later.
  company.fact('UnitDefined', { unitId: 'root', name: 'All', effectiveFrom: '2000-01-01', currency: 'EUR' });
  const ids = new Map<number, string>();
  for (const i of order) {
    const [type, data] = corpus.facts[i] as Corpus['facts'][number];
    ids.set(i, company.fact(type, data as Recorded[1]));
  }
  return { company, ids };
}

const inOrder = ({ facts }: Corpus) => facts.map((_, i) => i);
const anyOrder = (corpus: Corpus) =>
  fc.shuffledSubarray(inOrder(corpus), { minLength: corpus.facts.length, maxLength: corpus.facts.length });
/** Corrections and voids, by index of the fact. */
const corrections = (corpus: Corpus) =>
  fc.array(fc.record({ fact: fc.nat(corpus.facts.length - 1), voids: fc.boolean() }), {
    minLength: 1,
    maxLength: 8,
  });

function correct(
  company: Company,
  corpus: Corpus,
  ids: Map<number, string>,
  fact: number,
  voids: boolean,
): void {
  company.correct(ids.get(fact) as string, voids ? null : (corpus.facts[fact]?.[2] as Content));
}

/** The three laws of what is known, as tests of one dimension over one corpus. */
export function itKeepsTheLawsOfArrival(corpus: Corpus, runs = 25): void {
  it('says the same at head, in whatever order the facts arrived', async () => {
    const { company } = recorded(corpus, inOrder(corpus));
    const expected = await said(company, corpus, company.head);
    await fc.assert(
      fc.asyncProperty(anyOrder(corpus), async (order) => {
        const other = recorded(corpus, order).company;
        expect(await said(other, corpus, other.head)).toEqual(expected);
      }),
      { numRuns: runs },
    );
  });

  it('never changes what it said as known at a position', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyOrder(corpus),
        corrections(corpus),
        fc.nat(corpus.facts.length - 1),
        async (order, later, cut) => {
          const { company, ids } = recorded(corpus, order.slice(0, cut + 1));
          const before = company.head;
          const expected = await said(company, corpus, before);
          for (const i of order.slice(cut + 1)) {
            const [type, data] = corpus.facts[i] as Corpus['facts'][number];
            ids.set(i, company.fact(type, data as Recorded[1]));
          }
          for (const { fact, voids } of later) correct(company, corpus, ids, fact, voids);
          expect(await said(company, corpus, before)).toEqual(expected);
          expect(await said(company, corpus, NO_POSITION)).toMatchObject({ pages: {} });
        },
      ),
      { numRuns: runs },
    );
  });

  it('says again what it said before, once everything is corrected back', async () => {
    await fc.assert(
      fc.asyncProperty(anyOrder(corpus), corrections(corpus), async (order, changes) => {
        const { company, ids } = recorded(corpus, order);
        const expected = await said(company, corpus, company.head);
        for (const { fact, voids } of changes) correct(company, corpus, ids, fact, voids);
        for (const fact of new Set(changes.map((change) => change.fact)))
          company.correct(ids.get(fact) as string, corpus.facts[fact]?.[1] as Content);
        expect(await said(company, corpus, company.head)).toEqual(expected);
      }),
      { numRuns: runs },
    );
  });

  it('a corrected fact is one that was recorded so in the first place', async () => {
    await fc.assert(
      fc.asyncProperty(corrections(corpus), async (changes) => {
        const { company, ids } = recorded(corpus, inOrder(corpus));
        for (const { fact, voids } of changes) correct(company, corpus, ids, fact, voids);
        const last = new Map(changes.map(({ fact, voids }) => [fact, voids]));
        const facts = corpus.facts.flatMap(([type, data, replacement], i) =>
          last.get(i) === true ? [] : [[type, last.has(i) ? replacement : data, replacement] as const],
        );
        const fresh = { ...corpus, facts };
        const plain = recorded(fresh, inOrder(fresh)).company;
        // Positions differ where a fact is missing, and coordinates with them: figures do not name any.
        expect(await said(company, corpus, company.head)).toEqual(await said(plain, corpus, plain.head));
      }),
      { numRuns: runs },
    );
  });
}
