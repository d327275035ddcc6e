import {
  BACKWARDS,
  END,
  type PersistentSubscriptionToAllSettings,
  type PersistentSubscriptionToStreamSettings,
  type ResolvedEvent,
} from '@eventstore/db-client';
import { delivered, labelAt, observedEvent, observedGroup } from './observed.ts';
import type { GroupStep, Outcome } from './scenario.ts';
import { filterOf, type Play, place, revision } from './stream-steps.ts';

type StepOf<Op extends GroupStep['op']> = Extract<GroupStep, { readonly op: Op }>;

/** How long a play waits for what a server of the protocol does not announce; milliseconds. */
export interface Patience {
  /** Until the first delivery to a consumer. */
  readonly first: number;
  /** Nothing for so long after a delivery, and again after the server has answered: the group has nothing more for this consumer. */
  readonly quiet: number;
  /** After a consumer has left: its answers are taken in. */
  readonly left: number;
  /** After a replay of parked events was asked for. */
  readonly replayed: number;
}

/** What the recordings were made with. */
export const PATIENCE: Patience = { first: 2500, quiet: 500, left: 150, replayed: 300 };

/** Plays a step on persistent subscriptions; the client's errors are thrown. Errors also: NoSuchPosition. */
export function playGroupStep(play: Play, step: GroupStep, patience: Patience): Promise<Outcome> {
  switch (step.op) {
    case 'createGroup':
      return create(play, step);
    case 'updateGroup':
      return update(play, step);
    case 'deleteGroup':
      return remove(play, step);
    case 'groupInfo':
      return info(play, step);
    case 'listGroups':
      return list(play, step);
    case 'consume':
      return consume(play, step, patience);
    case 'replayParked':
      return replayParked(play, step, patience);
  }
}

const DONE: Outcome = { done: true };

const DEFAULTS: PersistentSubscriptionToStreamSettings & PersistentSubscriptionToAllSettings = {
  resolveLinkTos: false,
  extraStatistics: false,
  messageTimeout: 30_000,
  maxRetryCount: 10,
  checkPointAfter: 2000,
  checkPointLowerBound: 10,
  checkPointUpperBound: 1000,
  maxSubscriberCount: 0,
  liveBufferSize: 500,
  readBatchSize: 20,
  historyBufferSize: 500,
  consumerStrategyName: 'RoundRobin',
  startFrom: END,
};

function settingsOf(
  { labels }: Play,
  step: StepOf<'createGroup' | 'updateGroup'>,
): PersistentSubscriptionToStreamSettings & PersistentSubscriptionToAllSettings {
  const { startFrom, ...others } = step.settings ?? {};
  return {
    ...DEFAULTS,
    ...others,
    ...(startFrom === undefined
      ? {}
      : { startFrom: (step.all ? place(labels, startFrom) : revision(startFrom)) as typeof END }),
  };
}

async function create(play: Play, step: StepOf<'createGroup' | 'updateGroup'>): Promise<Outcome> {
  const { client, labels } = play;
  const settings = settingsOf(play, step);
  if (step.all)
    await client.createPersistentSubscriptionToAll(
      labels.prefix + step.group,
      settings,
      step.filter ? { filter: filterOf(labels, step.filter) } : {},
    );
  else await client.createPersistentSubscriptionToStream(labels.full(step.stream), step.group, settings);
  return DONE;
}

async function update(play: Play, step: StepOf<'createGroup' | 'updateGroup'>): Promise<Outcome> {
  const { client, labels } = play;
  const settings = settingsOf(play, step);
  if (step.all) await client.updatePersistentSubscriptionToAll(labels.prefix + step.group, settings);
  else await client.updatePersistentSubscriptionToStream(labels.full(step.stream), step.group, settings);
  return DONE;
}

async function remove({ client, labels }: Play, step: GroupStep): Promise<Outcome> {
  if (step.all) await client.deletePersistentSubscriptionToAll(labels.prefix + step.group);
  else await client.deletePersistentSubscriptionToStream(labels.full(step.stream), step.group);
  return DONE;
}

async function info({ client, labels }: Play, step: GroupStep): Promise<Outcome> {
  const found = step.all
    ? await client.getPersistentSubscriptionToAllInfo(labels.prefix + step.group)
    : await client.getPersistentSubscriptionToStreamInfo(labels.full(step.stream), step.group);
  return { info: observedGroup(labels, found) };
}

async function list({ client, labels }: Play, step: GroupStep): Promise<Outcome> {
  if (step.all) throw new Error('scenario: groups are listed of a stream');
  const found = await client.listPersistentSubscriptionsToStream(labels.full(step.stream));
  return { groups: found.map(({ groupName }) => groupName).sort() };
}

/** One consumer that answers by the list of answers, until nothing more comes. */
async function consume(
  { client, labels }: Play,
  step: StepOf<'consume'>,
  patience: Patience,
): Promise<Outcome> {
  const received: Outcome[] = [];
  const options = { bufferSize: step.buffer ?? 10 };
  const consumer = step.all
    ? client.subscribeToPersistentSubscriptionToAll(labels.prefix + step.group, options)
    : client.subscribeToPersistentSubscriptionToStream(labels.full(step.stream), step.group, options);
  await new Promise<void>((resolve, reject) => {
    // A server that is at work for others is quiet as well: so it is asked something, and has to be silent after its answer.
    const quiet = () => {
      const heard = received.length;
      answered(client).then(() => {
        if (received.length === heard) silence = setTimeout(resolve, patience.quiet);
      }, fail);
    };
    let silence = setTimeout(quiet, patience.first);
    const fail = (error: unknown) => {
      clearTimeout(silence);
      reject(error);
    };
    consumer.on('data', (resolved: ResolvedEvent & { readonly retryCount: number }) => {
      clearTimeout(silence);
      silence = setTimeout(quiet, patience.quiet);
      observedEvent(labels, resolved);
      const event = delivered(resolved);
      received.push({
        at: event && labelAt(labels, event),
        target: resolved.link ? (resolved.event ? labelAt(labels, resolved.event) : null) : undefined,
        retry: resolved.retryCount,
      });
      const answer = step.answers[Math.min(received.length, step.answers.length) - 1] ?? 'none';
      if (answer === 'none') return;
      (answer === 'ack' ? consumer.ack(resolved) : consumer.nack(answer, 'scenario', resolved)).catch(fail);
    });
    consumer.on('error', fail);
  });
  await consumer.unsubscribe();
  await after(patience.left);
  return { delivered: received };
}

/** Resolves when the server has answered. Read to its end: the client never lets go of a read that is left early. */
async function answered(client: Play['client']): Promise<void> {
  for await (const _ of client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }));
}

async function replayParked(
  { client, labels }: Play,
  step: StepOf<'replayParked'>,
  patience: Patience,
): Promise<Outcome> {
  const options = step.stopAt === undefined ? {} : { stopAt: step.stopAt };
  if (step.all) await client.replayParkedMessagesToAll(labels.prefix + step.group, options);
  else await client.replayParkedMessagesToStream(labels.full(step.stream), step.group, options);
  await after(patience.replayed);
  return DONE;
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
