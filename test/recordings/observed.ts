import type {
  AllStreamResolvedEvent,
  PersistentSubscriptionToAllInfo,
  PersistentSubscriptionToStreamInfo,
  ResolvedEvent,
} from '@eventstore/db-client';
import type { Labels } from './labels.ts';
import type { Outcome } from './scenario.ts';

/** What was observed, in a form that does not depend on the server: positions become the event that lies there. */

export type Resolved = ResolvedEvent | AllStreamResolvedEvent;
type Event = NonNullable<Resolved['event']>;

/** The event that was delivered: the link, where there is one. */
export function delivered(resolved: Resolved): Event | undefined {
  return resolved.link ?? resolved.event;
}

export function observedEvent(labels: Labels, resolved: Resolved): Outcome {
  const { event, link } = resolved;
  const commit = 'commitPosition' in resolved ? resolved.commitPosition : undefined;
  return {
    ...(event ? { event: eventText(labels, event) } : {}),
    ...(link ? { link: eventText(labels, link) } : {}),
    ...(commit === undefined
      ? {}
      : { commit: commit === delivered(resolved)?.position?.commit ? 'own' : 'other' }),
  };
}

/** Longer data are compared by their length. */
const BYTES_SHOWN_MAX = 64;

function eventText(labels: Labels, event: Event): Outcome {
  const at = labelAt(labels, event);
  if (event.position) labels.saw(at, event.position);
  return {
    at,
    id: labels.labelOf(event.id),
    type: event.type,
    json: event.isJson,
    data: event.isJson ? event.data : { bytes: bytesText(labels, Buffer.from(event.data as Uint8Array)) },
    ...metadataText(event),
  };
}

function bytesText(labels: Labels, bytes: Buffer): string {
  return bytes.length > BYTES_SHOWN_MAX ? `len:${bytes.length}` : labels.short(bytes.toString('latin1'));
}

function metadataText({ metadata, isJson }: Event): Outcome {
  if (!metadata || (Object.keys(metadata).length === 0 && !Buffer.isBuffer(metadata))) return {};
  if (isJson || !ArrayBuffer.isView(metadata)) return { meta: metadata };
  return { meta: Buffer.from(metadata as Uint8Array).toString('base64') };
}

/** `orders@3`: the event of revision 3 in `orders`. */
export function labelAt(labels: Labels, event: Event): string {
  return `${labels.short(event.streamId)}@${event.revision}`;
}

/** The fields of the client's errors that say something of the server. */
const ERROR_FIELDS = [
  'streamName',
  'expectedVersion',
  'actualVersion',
  'maxAppendSize',
  'groupName',
  'actualState',
] as const;

/** The client's class of an error, and its public fields. */
export function observedError(labels: Labels, error: Error): Outcome {
  const fields = error as unknown as Readonly<Record<string, unknown>>;
  const observed: Record<string, unknown> = { error: error.constructor.name };
  for (const field of ERROR_FIELDS) {
    const value = fields[field];
    if (value === undefined) continue;
    observed[field] =
      typeof value === 'bigint' ? String(value) : typeof value === 'string' ? labels.short(value) : value;
  }
  if (typeof fields['code'] === 'number') observed['code'] = fields['code'];
  return observed;
}

/** A group's state; where a group to `$all` starts is a position, and so not compared. */
export function observedGroup(
  labels: Labels,
  info: PersistentSubscriptionToStreamInfo | PersistentSubscriptionToAllInfo,
): Outcome {
  const toAll = info.eventSource.startsWith('$all');
  const settings = Object.entries(info.settings)
    .filter(([name]) => name !== 'startFrom' || !toAll)
    .map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]);
  return {
    source: labels.short(info.eventSource),
    group: labels.short(info.groupName),
    status: info.status,
    connections: info.connections.length,
    settings: Object.fromEntries(settings),
    parked: String(info.stats.parkedMessageCount),
  };
}

/** Equal outcomes have equal texts. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`;
    if (!part || typeof part !== 'object' || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
