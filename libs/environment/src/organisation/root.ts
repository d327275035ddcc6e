import { type CommandContext, type CommandReceipt, type CommandRunner, type ProposedEvent } from '#commands';
import { streamOf } from '#contracts';
import { isRefusal, ROOT_UNIT } from '#kernel';
import { type Organisation, organisationRules } from './decider.ts';

/** Long before any fact: the company has always been there. */
const ALWAYS = '1900-01-01';

/**
 * Defines unit `root` at the first start; afterwards nothing is written.
 *
 * A name or parent that somebody gave it since stays as it is.
 */
export async function ensureRoot(runner: CommandRunner, context: CommandContext): Promise<CommandReceipt> {
  const root: ProposedEvent = {
    type: 'UnitDefined',
    data: { unitId: ROOT_UNIT, name: 'Company', effectiveFrom: ALWAYS },
  };
  const outcome = await runner.run({
    stream: streamOf(root.type, root.data),
    decider: {
      initial: organisationRules.initial,
      decide: ({ units }: Organisation) => (units.has(ROOT_UNIT) ? [] : [root]),
      evolve: organisationRules.evolve,
    },
    command: root,
    context,
  });
  if (isRefusal(outcome)) throw new Error(`Unit ${ROOT_UNIT} could not be defined: ${outcome.detail}`);
  return outcome;
}
