export { reasonOfFailedCommit } from './commit-reason.ts';
export { copyEnvironment, type Layout, syncPath } from './copy.ts';
