import type { EventType } from '#contracts';
import type { Fact } from '../../projection/change.ts';
import type { Contribution } from '../../projection/contribution.ts';
import type { Dimension, Family } from '../../projection/dimension.ts';
import { dayOfText, ROOT } from '../../projection/organisation.ts';
import { INVOICE_DOCUMENTS, invoiceDocuments } from '../invoice-documents.ts';

/**
 * The learning and growth dimension 学习与成长.
 *
 * Revenue is kept by product and day (`prod|<product>|<CUR>`), so that any window of newness can be asked. People, projects,
 * assets and initiatives are few: they are kept whole in registers and evaluated when asked.
 */
export const learningDimension: Dimension = {
  name: 'learning',
  countsCustomers: false,
  registers: {
    ProductLaunched: 'launches',
    DevelopmentGatePassed: 'gates',
    EmploymentChanged: 'employments',
    TrainingCompleted: 'trainings',
    JobRequirementSet: 'requirements',
    SkillAssessed: 'assessments',
    AssetChanged: 'assets',
    ImprovementMeasured: 'initiatives',
  },
  families: [
    { name: 'invoice', documents: INVOICE_DOCUMENTS, contributions: invoiceContributions },
    seen('gates', 'DevelopmentGatePassed', (data) => data['passedOn']),
    seen('employments', 'EmploymentChanged', (data) => data['effectiveFrom']),
    seen('trainings', 'TrainingCompleted', (data) => data['completedOn']),
    seen('requirements', 'JobRequirementSet', (data) => data['effectiveFrom']),
    seen('assessments', 'SkillAssessed', (data) => data['assessedOn']),
    seen('assets', 'AssetChanged', (data) => data['effectiveOn']),
    seen('initiatives', 'ImprovementMeasured', (data) => data['closedOn'] ?? data['startedOn']),
  ],
};

function* invoiceContributions(facts: readonly Fact[]): Generator<Contribution> {
  for (const { kind, unit, customer, day, currency, lines } of invoiceDocuments(facts)) {
    const at = { unit, day, ...(customer === undefined ? {} : { customer }) };
    yield { ...at, measure: '$src:invoices', amount: 1n };
    for (const { productId, net } of lines) {
      yield {
        ...at,
        measure: `prod|${encodeURIComponent(productId)}|${currency}`,
        amount: kind === 'invoice' ? net : -net,
      };
      // Lines are counted apart: a product whose revenue nets to zero was sold all the same.
      yield { ...at, measure: `prodn|${encodeURIComponent(productId)}`, amount: 1n };
    }
  }
}

/** Counts the facts of a register as a source, where they happened. */
function seen(source: string, type: EventType, dateOf: (data: Fact['data']) => unknown): Family {
  return {
    name: source,
    single: true,
    documents: { [type]: (_data: Fact['data'], factId: string) => factId },
    *contributions(facts) {
      for (const fact of facts) {
        yield {
          unit: unitOf(fact),
          day: dayOfText(dateOf(fact.data) as string),
          measure: `$src:${source}`,
          amount: 1n,
        };
      }
    },
  };
}

export function unitOf(fact: Fact): string {
  return (fact.data['unitId'] as string | undefined) ?? fact.unitId ?? ROOT;
}
