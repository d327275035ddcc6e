import { eventTypes } from '#contracts';
import { customerFilesRules } from '#customer-files';
import { environmentRules } from '#environment';
import { growthRules } from '#growth';
import { operationsRules } from '#operations';
import { orderToCashRules } from '#order-to-cash';

const rules = [
  ...customerFilesRules,
  ...orderToCashRules,
  ...operationsRules,
  ...growthRules,
  ...environmentRules,
];

/** What is never sent as a fact: the results of closing, publishing, defining, correcting, importing, erasing. */
const ownCommands = [
  'CorrectionApproved',
  'CorrectionProposed',
  'CorrectionRejected',
  'CorrectionWithdrawn',
  'CustomerErased',
  'EditionPublished',
  'EditionRestated',
  'FactCorrected',
  'ImportBatchAccepted',
  'PeriodClosed',
  'PeriodReopened',
  'ScorecardRevised',
];

it('every event of the catalogue is recorded by the rules of exactly one stream, or has its own command', () => {
  const recorded = rules.flatMap(({ types, byCommandOnly }) =>
    types.filter((type) => !byCommandOnly?.includes(type)),
  );
  expect([...recorded].sort()).toEqual([...eventTypes].filter((type) => !ownCommands.includes(type)).sort());
  expect(new Set(recorded).size).toBe(recorded.length);
});
