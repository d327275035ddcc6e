export { reasonOfFailedCommit } from './commit-reason.ts';
export { copyEnvironment, type Layout, syncPath } from './copy.ts';
export { onDamage, tellDamage } from './damage.ts';
export { makeEnvironment } from './new-environment.ts';
export { DamagedFile, UnusableData } from './pages.ts';
export { pooledBytes } from './pooled-bytes.ts';
export { verifyEnvironment } from './verify.ts';
