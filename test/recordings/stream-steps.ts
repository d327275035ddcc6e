import {
  type AppendExpectedRevision,
  binaryEvent,
  END,
  type EventData,
  type EventStoreDBClient,
  type ExpectedRevision,
  eventTypeFilter,
  type Filter,
  jsonEvent,
  type Position,
  type ReadPosition,
  type ReadRevision,
  START,
  streamNameFilter,
} from '@eventstore/db-client';
import { credentialsIn } from '../contracts/eventstore/contract.ts';
import type { Labels } from './labels.ts';
import { delivered, observedEvent, type Resolved } from './observed.ts';
import type { EventToAppend, Outcome, Filter as RecordedFilter, StreamStep } from './scenario.ts';

type StepOf<Op extends StreamStep['op']> = Extract<StreamStep, { readonly op: Op }>;

/** An append's outcome, whose position is named once the log has been read. */
export interface PositionToName {
  readonly outcome: Record<string, unknown>;
  readonly commit: bigint;
}

/** One play of a scenario: the way to the server, what things are called, and what is still to be named. */
export interface Play {
  readonly client: EventStoreDBClient;
  readonly labels: Labels;
  readonly toName: PositionToName[];
  /** Where the log ended when the play began; undefined: nowhere. */
  readonly before: Position | undefined;
}

/** Plays a step on streams; the client's errors are thrown. Errors also: NoSuchPosition; NotCaughtUp. */
export function playStreamStep(play: Play, step: StreamStep): Promise<Outcome> {
  switch (step.op) {
    case 'append':
      return append(play, step);
    case 'delete':
    case 'tombstone':
      return remove(play, step);
    case 'setMeta':
      return setMetadata(play, step);
    case 'getMeta':
      return getMetadata(play, step);
    case 'read':
      return read(play, step);
    case 'readAll':
      return readAll(play, step);
    case 'subscribe':
      return subscribe(play, step);
  }
}

async function append({ client, labels, toName }: Play, step: StepOf<'append'>): Promise<Outcome> {
  const result = await client.appendToStream(
    labels.full(step.stream),
    step.events.map((event) => eventData(labels, event)),
    {
      ...expectation<AppendExpectedRevision>(step.expected),
      // Credentials of a single call keep it off the shared BatchAppend stream.
      ...(step.path === 'classic'
        ? { credentials: credentialsIn(process.env['ESDB_URL'] ?? '') ?? { username: 'u', password: 'p' } }
        : {}),
    },
  );
  const outcome: Record<string, unknown> = {
    success: result.success,
    next: String(result.nextExpectedRevision),
  };
  // What position belongs to no events is a matter of chance on the real server.
  if (step.events.length === 0) return outcome;
  if (!result.position) return { ...outcome, position: null };
  labels.saw(`${step.stream}@${result.nextExpectedRevision}`, result.position, 'append');
  toName.push({ outcome, commit: result.position.commit });
  return outcome;
}

function eventData(labels: Labels, event: EventToAppend): EventData {
  const id = labels.id(event.id);
  if ('link' in event) {
    const at = event.link.indexOf('@');
    const target = `${event.link.slice(0, at)}@${labels.full(event.link.slice(at + 1))}`;
    return binaryEvent({ id, type: '$>', data: Buffer.from(target) });
  }
  if ('bytes' in event)
    return binaryEvent({
      id,
      type: event.type,
      data: Buffer.from(event.bytes, 'base64'),
      ...(event.metaBytes === undefined ? {} : { metadata: Buffer.from(event.metaBytes, 'base64') }),
    });
  if ('size' in event) return binaryEvent({ id, type: event.type, data: Buffer.alloc(event.size, 'a') });
  return jsonEvent({
    id,
    type: event.type,
    data: event.json as Record<string, unknown>,
    ...(event.meta === undefined ? {} : { metadata: event.meta as Record<string, unknown> }),
  });
}

function expectation<T extends AppendExpectedRevision = ExpectedRevision>(
  expected: string | undefined,
): { readonly expectedRevision?: T } {
  if (expected === undefined) return {};
  return { expectedRevision: (/^\d+$/.test(expected) ? BigInt(expected) : expected) as T };
}

async function remove(
  { client, labels }: Play,
  step: Extract<StreamStep, { readonly op: 'delete' | 'tombstone' }>,
): Promise<Outcome> {
  const options = expectation(step.expected);
  const result =
    step.op === 'delete'
      ? await client.deleteStream(labels.full(step.stream), options)
      : await client.tombstoneStream(labels.full(step.stream), options);
  return { position: result.position ? 'given' : null };
}

async function setMetadata({ client, labels }: Play, step: StepOf<'setMeta'>): Promise<Outcome> {
  const result = await client.setStreamMetadata(
    labels.full(step.stream),
    step.meta,
    expectation(step.expected),
  );
  return { success: result.success, next: String(result.nextExpectedRevision) };
}

async function getMetadata({ client, labels }: Play, step: StepOf<'getMeta'>): Promise<Outcome> {
  const { metadata } = await client.getStreamMetadata(labels.full(step.stream));
  return { metadata: metadata ?? null };
}

async function read({ client, labels }: Play, step: StepOf<'read'>): Promise<Outcome> {
  const events: Outcome[] = [];
  const reading = client.readStream(labels.full(step.stream), {
    ...(step.direction ? { direction: step.direction } : {}),
    ...(step.from === undefined ? {} : { fromRevision: revision(step.from) }),
    ...(step.max === undefined ? {} : { maxCount: step.max }),
    ...(step.resolve ? { resolveLinkTos: true } : {}),
  });
  for await (const resolved of reading) events.push(observedEvent(labels, resolved));
  return { events };
}

/**
 * A limit counts all events of the server. What others have written since the play began would not be there if it had been alone:
 * as many more are asked for, and they are left out before the limit is laid on what was read.
 */
async function readAll({ client, labels, before }: Play, step: StepOf<'readAll'>): Promise<Outcome> {
  const { max } = step;
  const since = before?.commit ?? 0n;
  for (let others = 0; ; ) {
    const reading = client.readAll({
      ...(step.direction ? { direction: step.direction } : {}),
      ...(step.from === undefined ? {} : { fromPosition: place(labels, step.from) }),
      ...(max === undefined ? {} : { maxCount: max + others }),
      ...(step.resolve ? { resolveLinkTos: true } : {}),
    });
    const read: (Outcome | undefined)[] = [];
    let strangers = 0;
    for await (const resolved of reading) {
      const event = delivered(resolved);
      if (labels.isOwn(event?.streamId)) read.push(observedEvent(labels, resolved));
      else if ((event?.position?.commit ?? 0n) > since) strangers++;
      else read.push(undefined);
    }
    // A server that gives more than it was asked for is seen as long as nobody else writes: nothing is laid on it then.
    const counted = others === 0 || max === undefined ? read : read.slice(0, max);
    if (max === undefined || strangers <= others)
      return { events: counted.filter((event) => event !== undefined) };
    others = 2 * strangers;
  }
}

/** The server has not said within this time that a subscription has caught up. */
class NotCaughtUp extends Error {}
const CAUGHT_UP_WITHIN_MS = 30_000;

/** History only: everything until the server says that the subscription has caught up. */
async function subscribe({ client, labels }: Play, step: StepOf<'subscribe'>): Promise<Outcome> {
  const events: Outcome[] = [];
  const links = step.resolve ? { resolveLinkTos: true } : {};
  const subscription = step.all
    ? client.subscribeToAll({
        ...links,
        ...(step.from === undefined ? {} : { fromPosition: place(labels, step.from) }),
        ...(step.filter ? { filter: filterOf(labels, step.filter) } : {}),
      })
    : client.subscribeToStream(labels.full(step.stream), {
        ...links,
        ...(step.from === undefined ? {} : { fromRevision: revision(step.from) }),
      });
  await new Promise<void>((resolve, reject) => {
    const deadline = setTimeout(
      () => reject(new NotCaughtUp(`not caught up within ${CAUGHT_UP_WITHIN_MS} ms`)),
      CAUGHT_UP_WITHIN_MS,
    );
    const settled = (settle: () => void) => {
      clearTimeout(deadline);
      settle();
    };
    subscription.on('data', (resolved: Resolved) => {
      if (labels.isOwn(delivered(resolved)?.streamId)) events.push(observedEvent(labels, resolved));
    });
    subscription.on('caughtUp', () => settled(resolve));
    subscription.on('error', (error: Error) => settled(() => reject(error)));
    subscription.on('end', () => settled(resolve));
  });
  await subscription.unsubscribe();
  return { events };
}

/** A place in a stream. */
export function revision(from: string): ReadRevision {
  return /^\d+$/.test(from) ? BigInt(from) : (from as typeof START | typeof END);
}

/** A place in `$all`. Errors: NoSuchPosition. */
export function place(labels: Labels, from: string): ReadPosition | Position {
  if (from === START || from === END) return from;
  return labels.position(from);
}

/** A filter whose stream names are those of this play. */
export function filterOf(labels: Labels, { on, prefixes, regex = '' }: RecordedFilter): Filter {
  if (on === 'type')
    return prefixes ? eventTypeFilter({ prefixes: [...prefixes] }) : eventTypeFilter({ regex });
  if (prefixes) return streamNameFilter({ prefixes: prefixes.map((prefix) => labels.full(prefix)) });
  const prefix = labels.prefix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return streamNameFilter({ regex: regex.replace('^', () => `^${prefix}`) });
}
