/**
 * A place at which a test may end the process as a power cut would: `CRASH_AT=name:n` kills it at the n-th passage
 * with SIGKILL. Without the variable this is one comparison.
 */
const [wanted, nth = '1'] = (process.env['CRASH_AT'] ?? '').split(':');
let passages = 0;

export function crashPoint(name: CrashPoint): void {
  if (name !== wanted) return;
  passages++;
  if (passages === Number(nth)) process.kill(process.pid, 'SIGKILL');
}

export type CrashPoint =
  | 'projector.before-chunks'
  | 'projector.between-chunks'
  | 'projector.after-chunks'
  | 'projector.after-histories'
  | 'projector.after-checkpoint';
