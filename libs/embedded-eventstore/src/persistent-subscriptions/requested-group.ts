import type { Persistent } from '../protocol/definitions.ts';
import { invalid } from '../protocol/errors.ts';
import { streamName } from '../protocol/identifiers.ts';
import { ALL, type FilterPattern, filterOf, type GroupDefinition } from './definition.ts';
import type { GroupName, RequestedGroup } from './groups.ts';
import { settingsOf } from './requested-settings.ts';

type CreateOptions = InstanceType<Persistent['CreateReq']['Options']>;
type UpdateOptions = InstanceType<Persistent['UpdateReq']['Options']>;
type FilterOptions = InstanceType<Persistent['CreateReq']['AllOptions']['FilterOptions']>;
type Identifier = Parameters<typeof streamName>[0];

const END = 2n ** 64n - 1n;

/** The group that a Create asks for. Errors: the field, and what would be right. */
export function requestedGroup(options: CreateOptions | undefined): RequestedGroup {
  const group = requestedUpdate(options);
  const all = options?.getAll();
  const filter = all?.getFilter();
  return { ...group, filter: filter && patternOf(filter) };
}

/** The same of an Update, which leaves the filter as it is. */
export function requestedUpdate(
  options: CreateOptions | UpdateOptions | undefined,
): Omit<RequestedGroup, 'filter'> {
  if (!options) throw invalid('options', 'must be given');
  const settings = options.getSettings();
  if (!settings) throw invalid('options.settings', 'must be given');
  return {
    ...settingsOf(settings),
    group: groupName(options.getGroupName()),
    ...placeOf(options, settings.getRevision()),
  };
}

/** The source, and where to begin. Old clients name the stream and the revision apart. */
function placeOf(
  options: CreateOptions | UpdateOptions,
  oldRevision: string,
): Pick<GroupDefinition, 'stream' | 'startFrom'> {
  const all = options.getAll();
  if (all) {
    if (all.hasEnd()) return { stream: undefined, startFrom: 'end' };
    const position = all.getPosition();
    return { stream: undefined, startFrom: startOf(position ? position.getCommitPosition() : '0') };
  }
  const one = options.getStream();
  if (!one) return { stream: sourceStream(options.getStreamIdentifier()), startFrom: startOf(oldRevision) };
  const stream = sourceStream(one.getStreamIdentifier());
  if (one.hasEnd()) return { stream, startFrom: 'end' };
  return { stream, startFrom: startOf(one.hasStart() ? '0' : one.getRevision()) };
}

function startOf(text: string): GroupDefinition['startFrom'] {
  const place = BigInt(text || '0');
  return place === 0n ? 'start' : place === END ? 'end' : Number(place);
}

function patternOf(filter: FilterOptions): FilterPattern {
  const byStream = filter.getStreamIdentifier();
  const expression = byStream ?? filter.getEventType();
  if (!expression) throw invalid('options.all.filter', 'must have stream_identifier or event_type');
  const pattern: FilterPattern = {
    on: byStream ? 'stream' : 'type',
    regex: expression.getRegex(),
    prefixes: expression.getPrefixList(),
  };
  const understood = filterOf(pattern);
  if ('field' in understood) throw invalid(`options.all.${understood.field}`, understood.right);
  return pattern;
}

/** How the other requests name a group. */
export function namedGroup(
  options: { getStreamIdentifier(): Identifier; hasAll(): boolean; getGroupName(): string } | undefined,
): GroupName {
  if (!options) throw invalid('options', 'must be given');
  return {
    stream: options.hasAll() ? undefined : sourceStream(options.getStreamIdentifier()),
    group: groupName(options.getGroupName()),
  };
}

export function sourceStream(identifier: Identifier): string {
  const stream = streamName(identifier);
  if (stream === undefined) throw invalid('options.stream_identifier', 'must be a name in UTF-8');
  if (stream === ALL)
    throw invalid('options.stream_identifier', 'must not be $all: that is the option `all`');
  return stream;
}

function groupName(name: string): string {
  if (name === '') throw invalid('options.group_name', 'must not be empty');
  return name;
}
