import { parseMicros } from '#kernel';
import type { Fact } from '../../projection/change.ts';
import type { Contribution } from '../../projection/contribution.ts';
import type { Dimension } from '../../projection/dimension.ts';
import { dayOfText, ROOT } from '../../projection/organisation.ts';
import { INVOICE_DOCUMENTS, invoiceDocuments } from '../invoice-documents.ts';

/**
 * What the facts contribute to the customer measures 客户.
 *
 * Days with a qualifying order (counted as distinct customers) · `orders` · `inv|CUR` `cred|CUR` and `qty` (invoiced less
 * credited, millionths) · `sv|instrument|attribute|min|max|score` answers, `svx|instrument|reason` left out · `reach|CUR` cost of contacts.
 */
export const customerDimension: Dimension = {
  name: 'customer',
  countsCustomers: true,
  registers: { MarketSizeReported: 'market', ProspectContacted: 'contacts' },
  families: [
    {
      name: 'order',
      documents: { OrderPlaced: orderOf, OrderLineCancelled: orderOf },
      contributions: orderContributions,
    },
    {
      name: 'activation',
      single: true,
      documents: { CustomerActivated: (_, factId) => factId, CustomerLapsed: (_, factId) => factId },
      contributions: activationContributions,
    },
    { name: 'invoice', documents: INVOICE_DOCUMENTS, contributions: invoiceContributions },
    {
      name: 'survey',
      documents: { SurveyResponseRecorded: (data) => answerKey(data) },
      contributions: surveyContributions,
    },
    {
      name: 'contact',
      single: true,
      documents: { ProspectContacted: (_, factId) => factId },
      contributions: contactContributions,
    },
    {
      name: 'market',
      single: true,
      documents: { MarketSizeReported: (_, factId) => factId },
      contributions: marketContributions,
    },
  ],
};

function orderOf(data: Readonly<Record<string, unknown>>): string {
  return data['orderId'] as string;
}

/** One answer counts per survey, respondent, instrument and attribute: they share a document, and the latest one speaks. */
function answerKey(data: Readonly<Record<string, unknown>>): string {
  const respondent = data['customerId'] === undefined ? `r:${data['responseId']}` : `c:${data['customerId']}`;
  return [data['surveyId'], respondent, data['instrument'], data['attribute'] ?? '']
    .map((part) => encodeURIComponent(part as string))
    .join('/');
}

function* orderContributions(facts: readonly Fact[]): Generator<Contribution> {
  const placings = facts.filter(({ type }) => type === 'OrderPlaced');
  const [placed] = placings;
  if (!placed) return;
  const { data } = placed;
  const at = {
    unit: unitOf(placed),
    day: dayOfText(data['orderedOn'] as string),
    customer: data['customerId'] as string,
  };
  for (const own of placings) {
    const unit = namedUnit(own) ?? at.unit;
    yield {
      ...{ ...at, unit, day: dayOfText(own.data['orderedOn'] as string) },
      measure: '$src:orders',
      amount: 1n,
    };
  }
  if (!qualifies(facts, data)) return;
  yield { ...at, measure: 'orders', amount: 1n };
  yield { ...at, measure: 'order-day', amount: 1n, orderDay: true };
}

/** An order qualifies unless all of it was cancelled. */
function qualifies(facts: readonly Fact[], order: Fact['data']): boolean {
  const cancelled = new Map<number, bigint>();
  for (const { type, data } of facts) {
    if (type !== 'OrderLineCancelled') continue;
    const line = data['lineNo'] as number;
    cancelled.set(line, (cancelled.get(line) ?? 0n) + parseMicros(data['qty'] as string));
  }
  return (order['lines'] as readonly { lineNo: number; qty: string }[]).some(
    ({ lineNo, qty }) => (cancelled.get(lineNo) ?? 0n) < parseMicros(qty),
  );
}

function* activationContributions(facts: readonly Fact[]): Generator<Contribution> {
  for (const fact of facts) {
    const unit = fact.type === 'CustomerActivated' ? unitOf(fact) : ROOT;
    yield {
      unit,
      day: dayOfText(fact.data['effectiveOn'] as string),
      customer: fact.data['customerId'] as string,
      measure: '$src:activations',
      amount: 1n,
    };
  }
}

function* invoiceContributions(facts: readonly Fact[]): Generator<Contribution> {
  for (const { kind, unit, customer, day, currency, lines } of invoiceDocuments(facts)) {
    const at = { unit, day, ...(customer === undefined ? {} : { customer }) };
    yield { ...at, measure: '$src:invoices', amount: 1n };
    for (const { net, quantity } of lines) {
      yield { ...at, measure: `${kind === 'invoice' ? 'inv' : 'cred'}|${currency}`, amount: net };
      if (quantity !== 0n) yield { ...at, measure: 'qty', amount: kind === 'invoice' ? quantity : -quantity };
    }
  }
}

function* surveyContributions(facts: readonly Fact[]): Generator<Contribution> {
  const latest = facts.reduce<Fact | undefined>((best, fact) => {
    return !best || (fact.data['answeredOn'] as string) >= (best.data['answeredOn'] as string) ? fact : best;
  }, undefined);
  for (const fact of facts)
    yield { ...placeOfAnswer(fact), measure: `$src:survey:${fact.data['instrument']}`, amount: 1n };
  if (!latest) return;
  const { data } = latest;
  const at = placeOfAnswer(latest);
  const { instrument, scaleMin, scaleMax, score } = data as {
    instrument: string;
    scaleMin: number;
    scaleMax: number;
    score: number | null;
  };
  const attribute = encodeURIComponent((data['attribute'] as string | undefined) ?? '');
  const [least, greatest] = instrument === 'NPS' ? [0, 10] : [scaleMin, scaleMax];
  if (score === null) yield { ...at, measure: `svx|${instrument}|no-answer`, amount: 1n };
  else if (!Number.isInteger(score) || score < least || score > greatest)
    yield { ...at, measure: `svx|${instrument}|out-of-scale`, amount: 1n };
  else yield { ...at, measure: `sv|${instrument}|${attribute}|${scaleMin}|${scaleMax}|${score}`, amount: 1n };
}

function placeOfAnswer(fact: Fact): Pick<Contribution, 'unit' | 'day' | 'customer' | 'segment'> {
  const customer = fact.data['customerId'] as string | undefined;
  const segment = fact.data['segmentCode'] as string | undefined;
  return {
    unit: unitOf(fact),
    day: dayOfText(fact.data['answeredOn'] as string),
    ...(customer === undefined ? {} : { customer }),
    ...(segment === undefined ? {} : { segment }),
  };
}

function* contactContributions(facts: readonly Fact[]): Generator<Contribution> {
  for (const fact of facts) {
    const customer = fact.data['customerId'] as string | undefined;
    const at = {
      unit: unitOf(fact),
      day: dayOfText(fact.data['contactedOn'] as string),
      ...(customer === undefined ? {} : { customer }),
    };
    yield { ...at, measure: '$src:contacts', amount: 1n };
    const cost = fact.data['cost'] as { amount: string; currency: string } | undefined;
    if (cost) yield { ...at, measure: `reach|${cost.currency}`, amount: parseMicros(cost.amount) };
  }
}

function* marketContributions(facts: readonly Fact[]): Generator<Contribution> {
  for (const fact of facts) {
    const segment = fact.data['segmentCode'] as string | undefined;
    yield {
      unit: unitOf(fact),
      day: dayOfText(fact.data['publishedOn'] as string),
      ...(segment === undefined ? {} : { segment }),
      measure: '$src:market',
      amount: 1n,
    };
  }
}

function unitOf(fact: Fact): string {
  return namedUnit(fact) ?? ROOT;
}

function namedUnit(fact: Fact): string | undefined {
  return (fact.data['unitId'] as string | undefined) ?? fact.unitId;
}
