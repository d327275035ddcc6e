export { copyEnvironment, type Layout, syncPath } from './copy.ts';
