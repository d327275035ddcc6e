/**
 * Places at which a storm may end a process as `kill -9` would.
 *
 * `CRASH_AT=name:n` kills the process at its n-th passage of that place. Without the variable a passage is one
 * comparison. The embedded stores stand alone and have a list of their own.
 */
export const CRASH_POINTS = [
  /** A command has arrived over HTTP; nothing has been done. */
  'api.before-command',
  /** Everything is recorded and the answer is written, but not sent. */
  'api.before-answer',
  'journal.before-append',
  /** The store has acknowledged; whoever asked has not been told. */
  'journal.after-append',
  /** A person's key is on disk; no event needs it yet. */
  'keys.after-create',
  'import.between-calls',
  /** All facts of a file are recorded; the batch is not on record. */
  'import.before-accept',
  'import.after-accept',
  'projector.after-places',
  'projector.before-chunks',
  'projector.between-chunks',
  'projector.after-chunks',
  'projector.after-histories',
  'projector.after-checkpoint',
  'timeline.after-rises',
  'timeline.after-checkpoint',
  'rebuild.between-batches',
  'rebuild.before-take-over',
  'rebuild.after-take-over',
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];

const [wanted, nth = '1'] = (process.env['CRASH_AT'] ?? '').split(':');
let passages = 0;

/** Ends the process here if `CRASH_AT` says so. */
export function crashPoint(name: CrashPoint): void {
  if (name !== wanted) return;
  passages++;
  if (passages === Number(nth)) process.kill(process.pid, 'SIGKILL');
}
