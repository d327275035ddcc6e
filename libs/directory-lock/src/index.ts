export { DirectoryInUse, lockDirectory } from './directory-lock.ts';
export { beganAt, type Holder, lives } from './holder.ts';
export { makeDirectory, syncDirectory } from './made-directory.ts';
