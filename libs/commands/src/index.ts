/** Commands: decide on a stream and append; facts: record a batch. Rules live in the areas, not here. */
export {
  type CommandContext,
  type CommandReceipt,
  type InputProblem,
  type InvalidInput,
  invalidInput,
  type Source,
} from './context.ts';
export {
  type AnyFactRules,
  type Content,
  type Decider,
  type Decision,
  type Fact,
  type FactRules,
  type Proposal,
  type ProposedEvent,
  recordedOnce,
  recording,
  revised,
  verdictOn,
} from './decider.ts';
export { excludedBy } from './exclusion.ts';
export { CommandsModule, type CommandsOptions, RecordFacts } from './module.ts';
export type { Locate, RefusedFact, SubmittedFact } from './prepared-fact.ts';
export { FACTS_MAX, FactRecorder, type FactRecorderOptions } from './recorder.ts';
export { References } from './references.ts';
export { CommandRunner, type RunRequest } from './runner.ts';
export type { FactResult } from './stream-recorder.ts';
