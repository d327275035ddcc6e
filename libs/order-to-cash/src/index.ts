/** Orders and what follows from them: shipments, deliveries, returns, invoices, cash, ledger, surveys. */
import type { AnyFactRules } from '#commands';
import { cashRules, invoiceRules, ledgerRules, surveyRules } from './documents/decider.ts';
import { orderRules } from './order/decider.ts';

/** The rules of this area's streams. */
export const orderToCashRules: readonly AnyFactRules[] = [
  orderRules,
  invoiceRules,
  cashRules,
  ledgerRules,
  surveyRules,
];
