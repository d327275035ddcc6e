import type { CrashPoint } from '#crash-points';

export type Victim = 'api' | 'projector' | 'stores' | 'rebuild';

/** Crash points of the embedded stores: they stand alone and import no list. */
export type StoreCrashPoint =
  | 'eventstore.before-commit'
  | 'eventstore.after-commit-before-ack'
  | 'mongodb.before-commit'
  | 'mongodb.after-commit-before-reply'
  | 'mongodb.between-statements'
  | 'mongodb.written-not-committed';

/** Every named crash point of the product, with the process that is killed there. */
export const VICTIMS: Readonly<Record<CrashPoint | StoreCrashPoint, Victim>> = {
  'api.before-command': 'api',
  'api.before-answer': 'api',
  'journal.before-append': 'api',
  'journal.after-append': 'api',
  'keys.after-create': 'api',
  'import.between-calls': 'api',
  'import.before-accept': 'api',
  'import.after-accept': 'api',
  'projector.after-places': 'projector',
  'projector.before-chunks': 'projector',
  'projector.between-chunks': 'projector',
  'projector.after-chunks': 'projector',
  'projector.after-histories': 'projector',
  'projector.after-checkpoint': 'projector',
  'timeline.after-rises': 'projector',
  'timeline.after-checkpoint': 'projector',
  'rebuild.between-batches': 'rebuild',
  'rebuild.before-take-over': 'rebuild',
  'rebuild.after-take-over': 'rebuild',
  'eventstore.before-commit': 'stores',
  'eventstore.after-commit-before-ack': 'stores',
  'mongodb.before-commit': 'stores',
  'mongodb.after-commit-before-reply': 'stores',
  'mongodb.between-statements': 'stores',
  'mongodb.written-not-committed': 'stores',
};
