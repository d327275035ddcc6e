/** Customer files: identity, life cycle, segments, documents, merges, erasure. */
import type { AnyFactRules } from '#commands';
import { customerRules } from './decider.ts';

export {
  ActivateCustomerBody,
  AssignSegmentBody,
  ChangeCustomerFile,
  ChangeProfileBody,
  customerFacts,
  EraseCustomer,
  EraseCustomerBody,
  FileDocumentBody,
  LifecycleStepBody,
  MergeCustomersBody,
  RegisterCustomerBody,
  UnmergeCustomersBody,
} from './commands.ts';
export { CustomerFilesModule } from './module.ts';

/** The rules of this area's streams. */
export const customerFilesRules: readonly AnyFactRules[] = [customerRules];
