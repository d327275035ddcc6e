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

/** What an account holds where a KPI needs more than its class. Source: kpis.md F4 (SASAC variant); docs/figures.md §5. */
export const ACCOUNT_ROLES = ['interest-expense', 'research-and-development'] as const;
export type AccountRole = (typeof ACCOUNT_ROLES)[number];
