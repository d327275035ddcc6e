/** What is done for customers inside: process cases and service cases. */
import type { AnyFactRules } from '#commands';
import { processCaseRules } from './process-case/decider.ts';
import { serviceCaseRules } from './service-case/decider.ts';

/** The rules of this area's streams. */
export const operationsRules: readonly AnyFactRules[] = [processCaseRules, serviceCaseRules];
