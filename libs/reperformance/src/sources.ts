import { type Documents, paymentsOf, unitInOrder, unitOf } from './documents.ts';
import { type Fact, maybe, text } from './log.ts';
import { assetUnit, trainingUnit } from './workforce.ts';
import { dayText, type Scope } from './world.ts';

/** Business dates of a source in a scope; instants by their UTC date. Source: docs/figures.md §5–§8. */
export function datesOf(scope: Scope, documents: Documents, source: string): string[] {
  const { company } = scope;
  const simple = (type: string, field: string, customerField?: string) =>
    company
      .of(type)
      .filter((fact) =>
        scope.has(
          unitOf(fact) ?? 'root',
          text(fact, field),
          customerField === undefined ? undefined : maybe(fact, customerField),
          maybe(fact, 'segmentCode'),
        ),
      )
      .map((fact) => text(fact, field));
  const inOrders = (type: string, field: string) =>
    documents.orders.flatMap((order) =>
      order.facts
        .filter(
          (fact) =>
            fact.type === type && scope.has(unitInOrder(order, fact), text(fact, field), order.customer),
        )
        .map((fact) => text(fact, field)),
    );
  switch (source) {
    case 'invoices':
      return documents.invoices
        .filter((own) => scope.has(own.unit, own.date, own.customer))
        .map(({ date }) => date);
    case 'cash':
      return simple('CashMoved', 'valueDate');
    case 'payments':
      return paymentsOf(company, documents)
        .filter(({ unit, date, customer }) => scope.has(unit, date, customer))
        .map(({ date }) => date);
    case 'ledger':
      return simple('LedgerAmountPosted', 'postedOn');
    case 'orders':
      return inOrders('OrderPlaced', 'orderedOn');
    case 'shipments':
      return inOrders('GoodsShipped', 'shippedOn');
    case 'deliveries':
      return inOrders('DeliveryConfirmed', 'deliveredOn');
    case 'returns':
      return inOrders('GoodsReturned', 'returnedOn');
    case 'activations':
      return company
        .of('CustomerActivated', 'CustomerLapsed')
        .filter((fact) =>
          scope.has(
            fact.type === 'CustomerActivated' ? (unitOf(fact) ?? 'root') : 'root',
            text(fact, 'effectiveOn'),
            text(fact, 'customerId'),
          ),
        )
        .map((fact) => text(fact, 'effectiveOn'));
    case 'contacts':
      return simple('ProspectContacted', 'contactedOn', 'customerId');
    case 'cases':
      return caseDates(scope);
    case 'service':
      return serviceDates(scope);
    case 'gates':
      return gateDates(scope);
    case 'trainings':
      return trainingDates(scope);
    case 'requirements':
      return simple('JobRequirementSet', 'effectiveFrom');
    case 'assets':
      return assetDates(scope);
    case 'initiatives':
      return company
        .of('ImprovementMeasured')
        .map((fact) => ({ fact, date: maybe(fact, 'closedOn') ?? text(fact, 'startedOn') }))
        .filter(({ fact, date }) => scope.has(unitOf(fact) ?? 'root', date, undefined))
        .map(({ date }) => date);
    default:
      return company
        .of('SurveyResponseRecorded')
        .filter(
          (fact) =>
            `survey:${text(fact, 'instrument')}` === source &&
            scope.has(
              unitOf(fact) ?? 'root',
              text(fact, 'answeredOn'),
              maybe(fact, 'customerId'),
              maybe(fact, 'segmentCode'),
            ),
        )
        .map((fact) => text(fact, 'answeredOn'));
  }
}

function trainingDates(scope: Scope): string[] {
  return scope.company
    .of('TrainingCompleted')
    .filter((fact) => scope.has(trainingUnit(scope, fact), text(fact, 'completedOn'), undefined))
    .map((fact) => text(fact, 'completedOn'));
}

/** A gate that names no unit lies where its project does: at the first of its gates that names one. */
function gateDates(scope: Scope): string[] {
  const gates = scope.company.of('DevelopmentGatePassed');
  return gates
    .filter((fact) =>
      scope.has(
        unitOf(fact) ?? firstUnit(gates, 'projectId', text(fact, 'projectId')) ?? 'root',
        text(fact, 'passedOn'),
        undefined,
      ),
    )
    .map((fact) => text(fact, 'passedOn'));
}

function assetDates(scope: Scope): string[] {
  return scope.company
    .of('AssetChanged')
    .filter((fact) => scope.has(assetUnit(scope, fact), text(fact, 'effectiveOn'), undefined))
    .map((fact) => text(fact, 'effectiveOn'));
}

function caseDates(scope: Scope): string[] {
  const facts = scope.company.of('ProcessCaseOpened', 'ProcessStepPerformed', 'ProcessCaseClosed');
  return facts.flatMap((fact) => {
    if (fact.type === 'ProcessStepPerformed') return [];
    const date = maybe(fact, 'closedAt') ?? maybe(fact, 'openedAt') ?? text(fact, 'openedOn');
    const unit = caseUnit(facts, 'ProcessCaseOpened', text(fact, 'caseId'));
    return scope.has(unit, date, undefined) ? [dayText(date)] : [];
  });
}

function serviceDates(scope: Scope): string[] {
  const facts = scope.company.of(
    'ServiceCaseOpened',
    'ServiceCaseAnswered',
    'ServiceCaseHandedOver',
    'ServiceCaseResolved',
    'ServiceCaseReopened',
  );
  return facts.flatMap((fact) => {
    const id = text(fact, 'caseId');
    const opened = facts.find((other) => other.type === 'ServiceCaseOpened' && text(other, 'caseId') === id);
    const customer =
      maybe(opened, 'customerId') ??
      facts
        .filter((other) => text(other, 'caseId') === id)
        .map((other) => maybe(other, 'customerId'))
        .find((one) => one !== undefined);
    return scope.has(caseUnit(facts, 'ServiceCaseOpened', id), text(fact, 'at'), customer)
      ? [dayText(text(fact, 'at'))]
      : [];
  });
}

/** The unit of the opening, else of the first fact of the case that names one. */
function caseUnit(facts: readonly Fact[], opening: string, id: string): string {
  const own = facts.find((fact) => fact.type === opening && text(fact, 'caseId') === id);
  return unitOf(own) ?? firstUnit(facts, 'caseId', id) ?? 'root';
}

function firstUnit(facts: readonly Fact[], field: string, id: string): string | undefined {
  return facts
    .filter((fact) => text(fact, field) === id)
    .map(unitOf)
    .find((unit) => unit !== undefined);
}
