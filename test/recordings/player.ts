import { randomUUID } from 'node:crypto';
import { BACKWARDS, END, type EventStoreDBClient, type Position, START } from '@eventstore/db-client';
import { PATIENCE, type Patience, playGroupStep } from './group-steps.ts';
import { Labels, NoSuchPosition } from './labels.ts';
import { canonical, labelAt, observedError } from './observed.ts';
import type { GroupStep, Outcome, Scenario, Step } from './scenario.ts';
import { type Play, playStreamStep } from './stream-steps.ts';

/**
 * Plays a scenario through the official client and gives what was observed: an outcome for each step, and last the
 * scenario's part of the log. Others may write meanwhile.
 */
export async function play(
  client: EventStoreDBClient,
  scenario: Pick<Scenario, 'name' | 'steps'>,
  patience: Patience = PATIENCE,
): Promise<readonly Outcome[]> {
  const labels = new Labels(`${scenario.name}.${randomUUID().slice(0, 8)}.`);
  const before = await end(client);
  const playing: Play = { client, labels, toName: [], before };
  const outcomes: Outcome[] = [];
  for (const step of scenario.steps) outcomes.push(await outcomeOf(playing, step, patience));
  outcomes.push({ log: await ownLog(playing) });
  return outcomes;
}

async function outcomeOf(playing: Play, step: Step, patience: Patience): Promise<Outcome> {
  try {
    return await (isGroupStep(step) ? playGroupStep(playing, step, patience) : playStreamStep(playing, step));
  } catch (error) {
    if (error instanceof NoSuchPosition) return { skipped: error.message };
    return observedError(playing.labels, error as Error);
  }
}

const GROUP_STEPS: readonly Step['op'][] = [
  'createGroup',
  'updateGroup',
  'deleteGroup',
  'groupInfo',
  'listGroups',
  'consume',
  'replayParked',
];

function isGroupStep(step: Step): step is GroupStep {
  return GROUP_STEPS.includes(step.op);
}

/** The position of the last event in `$all`. */
async function end(client: EventStoreDBClient): Promise<Position | undefined> {
  let last: Position | undefined;
  // Read to its end: the client never lets go of a read that is left early, and its `dispose` then waits for ever.
  for await (const { event } of client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }))
    last = event?.position;
  return last;
}

/** What the scenario wrote, in order; on the way it names the positions that appends returned. */
async function ownLog({ client, labels, toName, before }: Play): Promise<string[]> {
  const log: string[] = [];
  const named = new Map<bigint, string>();
  for await (const { event } of client.readAll({ fromPosition: before ?? START })) {
    if (!event || !labels.isOwn(event.streamId)) continue;
    const at = labelAt(labels, event);
    named.set(event.position.commit, at);
    // When a group writes its checkpoint is a matter of timing.
    if (!event.streamId.endsWith('-checkpoint') && !event.streamId.includes('$$$persistentsubscription'))
      log.push(`${at} ${event.type}`);
  }
  for (const { outcome, commit } of toName) outcome['position'] = named.get(commit) ?? 'unknown';
  return log;
}

export interface Difference {
  readonly step: number;
  readonly asked: string;
  readonly expected: string;
  readonly observed: string;
}

/** The first step whose outcome is not the recorded one, in texts that can be compared. */
export function firstDifference(scenario: Scenario, observed: readonly Outcome[]): Difference | undefined {
  const steps = Math.max(scenario.outcomes.length, observed.length);
  for (let step = 0; step < steps; step++) {
    const expected = canonical(scenario.outcomes[step]);
    const got = canonical(observed[step]);
    if (expected === got) continue;
    return { step, asked: canonical(scenario.steps[step] ?? 'the log'), expected, observed: got };
  }
  return undefined;
}
