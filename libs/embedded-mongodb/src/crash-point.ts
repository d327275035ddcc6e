/** A place at which a test may end the process as a power cut would: `CRASH_AT=name:n` kills it at the n-th passage. */
const [wanted, nth = '1'] = (process.env['CRASH_AT'] ?? '').split(':');
let passages = 0;

export function crashPoint(name: 'mongodb.before-commit' | 'mongodb.after-commit-before-reply'): void {
  if (name !== wanted) return;
  passages++;
  if (passages === Number(nth)) process.kill(process.pid, 'SIGKILL');
}
