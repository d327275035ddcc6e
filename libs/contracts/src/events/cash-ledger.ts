import { ACCOUNT_CLASSES, ACCOUNT_ROLES } from '../account-classes.ts';
import { defineEvent, exactlyOne, type Problem } from '../declare.ts';
import { currency, date, decimal, flag, id, oneOf, optional, period, signed, text } from '../fields.ts';

/** What version 1 of a posting says. */
const posting = {
  postingId: id(),
  unitId: optional(id()),
  postedOn: date(),
  accountCode: id(),
  amount: signed(),
  currency: currency(),
  counterUnitId: optional(id()),
  opening: optional(flag()),
  text: optional(text()),
};

/** What version 1 of an account says. */
const account = {
  accountCode: id(),
  name: text(),
  accountClass: oneOf(...ACCOUNT_CLASSES),
  effectiveFrom: date(),
  unitId: optional(id()),
};

/** Cash, ledger and the rates that money is judged by. */
export const cashLedgerEvents = [
  defineEvent({
    type: 'CashMoved',
    category: 'cash',
    stream: (data) => data.movementId,
    customer: 'customerId',
    fields: {
      movementId: id(),
      unitId: optional(id()),
      valueDate: date(),
      amount: signed(),
      currency: currency(),
      activity: oneOf('operating', 'investing', 'financing'),
      category: id(),
      customerId: optional(id()),
      documentId: optional(id()),
    },
    businessDate: ['valueDate'],
    feeds: ['F3'],
    sample: {
      movementId: 'M1',
      unitId: 'root',
      valueDate: '2024-03-05',
      amount: '-120.50',
      currency: 'EUR',
      activity: 'operating',
      category: 'wages',
    },
  }),
  defineEvent({
    type: 'LedgerAmountPosted',
    category: 'ledger',
    stream: (data) => data.postingId,
    customer: 'customerId',
    // Version 2: the customer whom an expense serves.
    fields: { ...posting, customerId: optional(id()) },
    earlier: [{ fields: posting, upcast: (data) => data }],
    businessDate: ['postedOn'],
    feeds: ['F1', 'F4', 'L5'],
    sample: {
      postingId: 'L1',
      unitId: 'root',
      postedOn: '2024-03-31',
      accountCode: 'operating-expense:rent',
      amount: '900',
      currency: 'EUR',
      opening: false,
    },
  }),
  defineEvent({
    type: 'AccountDefined',
    category: 'ledger',
    stream: () => 'chart',
    // Version 2: what an account holds where its class does not say it.
    fields: { ...account, role: optional(oneOf(...ACCOUNT_ROLES)) },
    earlier: [{ fields: account, upcast: (data) => data }],
    businessDate: ['effectiveFrom'],
    feeds: ['F1', 'F4'],
    sample: {
      accountCode: '6000',
      name: 'Rent',
      accountClass: 'operating-expense',
      effectiveFrom: '2024-01-01',
    },
  }),
  defineEvent({
    type: 'CapitalCostRateSet',
    category: 'policy',
    stream: (data) => `capital-${data.unitId}`,
    fields: { unitId: id(), wacc: decimal(), taxRate: decimal(), effectiveFrom: date() },
    businessDate: ['effectiveFrom'],
    feeds: ['F4'],
    rules: (data) => [
      ...belowOne('wacc', data.wacc, 'a fraction per year below 1: 0.11 for 11 %'),
      ...belowOne('taxRate', data.taxRate, 'a fraction below 1: 0.25 for 25 %'),
    ],
    sample: { unitId: 'root', wacc: '0.1075', taxRate: '0.3', effectiveFrom: '2024-01-01' },
  }),
  defineEvent({
    type: 'ExchangeRateSet',
    category: 'policy',
    stream: (data) => `rate-${data.fromCurrency}-${data.toCurrency}`,
    fields: {
      fromCurrency: currency(),
      toCurrency: currency(),
      rate: decimal(),
      kind: oneOf('daily', 'average', 'closing'),
      validOn: optional(date()),
      period: optional(period()),
      source: text(),
      unitId: optional(id()),
    },
    businessDate: ['validOn'],
    feeds: ['F1', 'F3'],
    rules: (data) => [
      ...exactlyOne(data, 'validOn', 'period'),
      ...(data.fromCurrency === data.toCurrency
        ? [{ field: 'toCurrency', message: 'must be another currency than fromCurrency' }]
        : []),
      ...(/^0(\.0+)?$/.test(data.rate) ? [{ field: 'rate', message: 'must be greater than 0' }] : []),
    ],
    sample: {
      fromCurrency: 'EUR',
      toCurrency: 'USD',
      rate: '1.10',
      kind: 'average',
      period: '2024-03',
      source: 'ECB',
    },
  }),
];

function belowOne(field: string, rate: string, right: string): Problem[] {
  return /^0(\.|$)/.test(rate) ? [] : [{ field, message: `must be ${right}` }];
}
