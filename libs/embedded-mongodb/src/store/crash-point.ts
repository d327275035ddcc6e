/** A place at which a test may end the process as a power cut would: `CRASH_AT=name:n` kills it at the n-th passage. */
const [wanted, nth = '1'] = (process.env['CRASH_AT'] ?? '').split(':');
let passages = 0;

export const CRASH_POINTS = [
  'mongodb.before-commit',
  'mongodb.between-statements',
  'mongodb.written-not-committed',
  'mongodb.after-commit-before-reply',
] as const;

export function crashPoint(name: (typeof CRASH_POINTS)[number]): void {
  if (name !== wanted) return;
  passages++;
  if (passages === Number(nth)) process.kill(process.pid, 'SIGKILL');
}
