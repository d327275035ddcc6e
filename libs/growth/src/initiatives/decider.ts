import { type FactRules, recordedOnce } from '#commands';
import type { EventOf } from '#contracts';
import { type Refusal, refuse } from '#kernel';

type Gate = EventOf<'DevelopmentGatePassed'>['data']['gate'];

/** What has to be passed before a gate; `stopped` may follow any. */
const BEFORE: Readonly<Partial<Record<Gate, Gate>>> = { developed: 'approved', launched: 'developed' };

/** A development project on its way through the gates. Stream: `development-<projectId>`. */
export interface Development {
  /** Passed gates with their dates. */
  readonly passed: ReadonlyMap<Gate, string>;
}

/**
 * Each gate is passed once; a stopped project passes no gate afterwards.
 *
 * Refusals, in order of precedence: gate-passed, project-stopped, gate-missing. A late fact is never refused as
 * gate-missing: the earlier gate may arrive after it.
 */
export const developmentRules: FactRules<Development, EventOf<'DevelopmentGatePassed'>> = {
  types: ['DevelopmentGatePassed'],
  exclusions: ['gate-passed'],
  initial: { passed: new Map() },
  refusal: ({ passed }, { data }, late): Refusal | undefined => {
    const { projectId, gate, passedOn } = data;
    if (passed.has(gate)) {
      return refuse(
        'gate-passed',
        `Project ${projectId} has passed ${gate} before; change it with FactCorrected.`,
        'gate',
      );
    }
    const stoppedOn = passed.get('stopped');
    if (stoppedOn !== undefined && passedOn > stoppedOn) {
      return refuse('project-stopped', `Project ${projectId} was stopped on ${stoppedOn}.`, 'passedOn');
    }
    const missing = BEFORE[gate];
    if (!late && missing !== undefined && !passed.has(missing)) {
      return refuse('gate-missing', `Project ${projectId} has not passed ${missing} yet.`, 'gate');
    }
    return undefined;
  },
  evolve: ({ passed }, { data }) => ({ passed: new Map(passed).set(data.gate, data.passedOn) }),
};

/** One measurement of one KPI for one initiative. Refusal: already-recorded. */
export const improvementRules = recordedOnce('ImprovementMeasured', 'initiativeId', 'kpiCode', 'afterPeriod');

/** A product comes to the market; variants and relaunches follow on other days. Refusal: already-recorded. */
export const productRules = recordedOnce('ProductLaunched', 'productId', 'launchedOn', 'novelty');
