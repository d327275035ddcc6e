import { type EventFilter, eventFilter } from '../reading/filter.ts';
import type { Strategy } from './core/consumers.ts';
import type { Rules } from './core/state.ts';

/** The pattern that an event of `$all` has to match: by stream name or by type. */
export interface FilterPattern {
  readonly on: 'stream' | 'type';
  readonly regex?: string;
  readonly prefixes: readonly string[];
}

/** A group as it was created or last updated. */
export interface GroupDefinition extends Rules {
  /** undefined: `$all` */
  readonly stream: string | undefined;
  readonly group: string;
  readonly filter: FilterPattern | undefined;
  /** Where it begins without a checkpoint: a revision, in `$all` a position; inclusive. */
  readonly startFrom: 'start' | 'end' | number;
  /** What `end` was when the group was created or updated: a restart does not move it. */
  readonly endWas: number | undefined;
  readonly resolveLinks: boolean;
  readonly extraStatistics: boolean;
  /** 0: any number. */
  readonly maxSubscriberCount: number;
  readonly strategy: Strategy;
}

export const ALL = '$all';

/** How the store calls a group; also part of the names of its streams. */
export function groupKey(stream: string | undefined, group: string): string {
  return `${stream ?? ALL}::${group}`;
}
export const checkpointStream = (key: string) => `$persistentsubscription-${key}-checkpoint`;
export const parkedStream = (key: string) => `$persistentsubscription-${key}-parked`;

/** The first place to read when there is no checkpoint. */
export function firstPlace({ startFrom, endWas }: GroupDefinition): number {
  if (startFrom === 'end') return endWas as number;
  return startFrom === 'start' ? 0 : startFrom;
}

/** A place in the words of the protocol: `"7"` in a stream, `"C:7/P:7"` in `$all`. */
export function placeText(stream: string | undefined, place: number): string {
  return stream === undefined ? `C:${place}/P:${place}` : String(place);
}

export function startText({ stream, startFrom }: GroupDefinition): string {
  return placeText(stream, startFrom === 'start' ? 0 : startFrom === 'end' ? -1 : startFrom);
}

/** The other way round; undefined when it is none. */
export function placeOfText(text: string): number | undefined {
  const found = /^(?:C:(\d+)\/P:\d+|(\d+))$/.exec(text);
  return found ? Number(found[1] ?? found[2]) : undefined;
}

/** Errors: the field and what would be right, when the pattern is none. */
export function filterOf({
  on,
  regex,
  prefixes,
}: FilterPattern): EventFilter | { readonly field: string; readonly right: string } {
  const expression = { getRegex: () => regex ?? '', getPrefixList: () => [...prefixes] };
  return eventFilter({
    getStreamIdentifier: () => (on === 'stream' ? expression : undefined),
    getEventType: () => (on === 'type' ? expression : undefined),
    hasMax: () => false,
    getMax: () => 0,
    getCheckpointintervalmultiplier: () => 1,
  });
}
