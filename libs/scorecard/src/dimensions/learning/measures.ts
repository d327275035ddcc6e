import type { Fact } from '../../projection/change.ts';
import type { Contribution } from '../../projection/contribution.ts';
import type { Dimension } from '../../projection/dimension.ts';
import { dayOfText } from '../../projection/organisation.ts';
import { INVOICE_DOCUMENTS, invoiceDocuments } from '../invoice-documents.ts';
import { SEEN_INITIATIVES, seen } from '../seen.ts';
import { effectOf, inOrderOfEffect, namedUnit, unitOf, unitOfAsset, unitOfProject } from './places.ts';
import { Workforce } from './workforce.ts';

const employeeOf = (data: Fact['data']) => data['employeeId'] as string;

/**
 * The learning and growth dimension 学习与成长.
 *
 * Revenue is kept by product and day (`prod|<product>|<CUR>`), so that any window of newness can be asked; beside it the margin
 * (`marg|<product>|<CUR>`, and `margx|<product>` lines without a cost), for when a project breaks even. People, projects, assets and initiatives are few: they are kept whole in registers and evaluated when asked.
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
    {
      name: 'project',
      documents: { DevelopmentGatePassed: (data) => data['projectId'] as string },
      contributions: projectContributions,
    },
    {
      name: 'employee',
      documents: { EmploymentChanged: employeeOf, TrainingCompleted: employeeOf, SkillAssessed: employeeOf },
      contributions: employeeContributions,
    },
    {
      name: 'asset',
      documents: { AssetChanged: (data) => data['assetId'] as string },
      contributions: assetContributions,
    },
    seen('requirements', 'JobRequirementSet', (data) => data['effectiveFrom']),
    SEEN_INITIATIVES,
  ],
};

function* invoiceContributions(facts: readonly Fact[]): Generator<Contribution> {
  for (const { kind, unit, customer, day, currency, lines } of invoiceDocuments(facts)) {
    const at = { unit, day, ...(customer === undefined ? {} : { customer }) };
    yield { ...at, measure: '$src:invoices', amount: 1n };
    for (const { productId, net, cost } of lines) {
      yield {
        ...at,
        measure: `prod|${encodeURIComponent(productId)}|${currency}`,
        amount: kind === 'invoice' ? net : -net,
      };
      // Lines are counted apart: a product whose revenue nets to zero was sold all the same.
      yield { ...at, measure: `prodn|${encodeURIComponent(productId)}`, amount: 1n };
      if (kind === 'invoice' && cost === undefined)
        yield { ...at, measure: `margx|${encodeURIComponent(productId)}`, amount: 1n };
      else
        yield {
          ...at,
          measure: `marg|${encodeURIComponent(productId)}|${currency}`,
          amount: kind === 'invoice' ? net - (cost ?? 0n) : (cost ?? 0n) - net,
        };
    }
  }
}

function* projectContributions(gates: readonly Fact[]): Generator<Contribution> {
  const unit = unitOfProject(gates);
  for (const gate of gates)
    yield sourceAt('gates', namedUnit(gate) ?? unit, dayOfText(gate.data['passedOn'] as string));
}

/** A training or an assessment that names no unit lies where the employee worked on that day. */
function* employeeContributions(facts: readonly Fact[]): Generator<Contribution> {
  const workforce = new Workforce(facts.filter(({ type }) => type === 'EmploymentChanged'));
  for (const fact of facts) {
    const { source, dateField } = EMPLOYEE_FACTS[fact.type as keyof typeof EMPLOYEE_FACTS];
    const day = dayOfText(fact.data[dateField] as string);
    yield sourceAt(
      source,
      fact.type === 'EmploymentChanged' ? unitOf(fact) : workforce.unitOf(fact, day),
      day,
    );
  }
}

const EMPLOYEE_FACTS = {
  EmploymentChanged: { source: 'employments', dateField: 'effectiveFrom' },
  TrainingCompleted: { source: 'trainings', dateField: 'completedOn' },
  SkillAssessed: { source: 'assessments', dateField: 'assessedOn' },
} as const;

function* assetContributions(facts: readonly Fact[]): Generator<Contribution> {
  const changes = inOrderOfEffect(facts);
  for (const change of changes) {
    const day = effectOf(change);
    yield sourceAt('assets', namedUnit(change) ?? unitOfAsset(changes, day), day);
  }
}

function sourceAt(source: string, unit: string, day: number): Contribution {
  return { unit, day, measure: `$src:${source}`, amount: 1n };
}
