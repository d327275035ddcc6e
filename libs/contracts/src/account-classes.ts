/** Classes of the chart of accounts. Source: kpis.md §4. */
export const ACCOUNT_CLASSES = [
  'revenue',
  'cost-of-sales',
  'operating-expense',
  'finance-result',
  'income-tax',
  'asset',
  'construction-in-progress',
  'cash',
  'liability-current-non-interest-bearing',
  'liability-interest-bearing',
  'liability-non-current',
  'equity',
] as const;
export type AccountClass = (typeof ACCOUNT_CLASSES)[number];
