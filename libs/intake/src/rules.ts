import { type AnyFactRules, revised } from '#commands';

/** Accepted batches, `import-<batchId>`: a later outcome of the same batch follows the earlier. Refusals: none. */
export const intakeRules: readonly AnyFactRules[] = [revised('ImportBatchAccepted')];
