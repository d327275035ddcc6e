/** What can be said about a figure; a value other than `ok` is never replaced by 0. Source: kpis.md §1.5. */
export const STATUSES = [
  'ok',
  'not_measurable',
  'not_meaningful',
  'no_data',
  'incomplete',
  'insufficient',
] as const;

/**
 * `not_measurable`: zero denominator or a missing rate · `not_meaningful`: growth from a negative base ·
 * `no_data`: no fact of that kind exists at all · `incomplete`: the period is not fully covered ·
 * `insufficient`: fewer answers than the policy demands.
 */
export type Status = (typeof STATUSES)[number];
