import type { Position } from '#kernel';
import type { Fact } from './change.ts';
import { dayOfText } from './organisation.ts';

/**
 * What is known of customer files at one position: which files are one customer, which segment a customer was in on
 * a day, and the contract events. `factsOf(file)` gives the standing facts of one file's history.
 */
export class CustomerFiles {
  readonly #factsOf: (file: string) => readonly Fact[];
  readonly #members = new Map<string, readonly string[]>();

  constructor(factsOf: (file: string) => readonly Fact[]) {
    this.#factsOf = factsOf;
  }

  /** The file into which `file` is merged as far as known: its last known merge, unless it was parted again. */
  mergedInto(file: string): string | undefined {
    let survivor: string | undefined;
    for (const { type, data } of this.#factsOf(file)) {
      if (type === 'CustomersMerged' && data['absorbedId'] === file) survivor = data['survivorId'] as string;
      if (type === 'CustomersUnmerged' && data['restoredId'] === file) survivor = undefined;
    }
    return survivor;
  }

  /** The file that stands for the customer of `file`: the last survivor; of files that are merged in a circle the first in text order. */
  identity(file: string): string {
    const chain = [file];
    for (let next = this.mergedInto(file); next !== undefined; next = this.mergedInto(next)) {
      const met = chain.indexOf(next);
      if (met >= 0) return chain.slice(met).sort()[0] as string;
      chain.push(next);
    }
    return chain.at(-1) as string;
  }

  /** All files of the customer of `file`, in text order. */
  members(file: string): readonly string[] {
    let members = this.#members.get(file);
    if (!members) {
      members = this.#membersOf(file);
      this.#members.set(file, members);
    }
    return members;
  }

  #membersOf(file: string): readonly string[] {
    const found = new Set<string>();
    const open = [this.identity(file)];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (found.has(at)) continue;
      found.add(at);
      for (const { type, data } of this.#factsOf(at)) {
        if (type !== 'CustomersMerged' || data['survivorId'] !== at) continue;
        const absorbed = data['absorbedId'] as string;
        if (this.mergedInto(absorbed) === at) open.push(absorbed);
      }
    }
    return [...found].sort();
  }

  /** The dated segments of the customer whose files are `members`. */
  segments(members: readonly string[]): SegmentHistory {
    if (members.length === 1)
      return segmentsOfFile(members[0] as string, this.#factsOf(members[0] as string));
    return segmentHistory(members.flatMap((file) => assignmentsOf(file, this.#factsOf(file))));
  }

  /** The contract events of a contractual customer; undefined for a transactional one. */
  contract(members: readonly string[]): readonly ContractEvent[] | undefined {
    const facts = members.flatMap((file) =>
      this.#factsOf(file).filter(({ data }) => data['customerId'] === file),
    );
    const registered = facts.filter(({ type }) => type === 'CustomerRegistered');
    const contractual =
      registered.length > 0
        ? registered.some(({ data }) => data['kind'] === 'contractual')
        : facts.some(({ type, data }) => type === 'CustomerActivated' && data['basis'] === 'contract');
    if (!contractual) return undefined;
    return facts
      .filter(({ type }) => type === 'CustomerActivated' || type === 'CustomerLapsed')
      .map(({ type, data, position, unitId }) => ({
        day: dayOfText(data['effectiveOn'] as string),
        position,
        unit:
          type === 'CustomerActivated'
            ? ((data['unitId'] as string | undefined) ?? unitId ?? 'root')
            : undefined,
      }))
      .sort((a, b) => a.day - b.day || compare(a.position, b.position));
  }
}

export type SegmentHistory = (day: number) => string | undefined;

const segmentsByFacts = new WeakMap<readonly Fact[], SegmentHistory>();

/** Remembered by the list of facts: it stays the same list while nothing is added to the file. */
function segmentsOfFile(file: string, facts: readonly Fact[]): SegmentHistory {
  let segments = segmentsByFacts.get(facts);
  if (!segments) {
    segments = segmentHistory(assignmentsOf(file, facts));
    segmentsByFacts.set(facts, segments);
  }
  return segments;
}

interface Assignment {
  readonly from: number;
  readonly position: Position;
  readonly segment: string;
}

function assignmentsOf(file: string, facts: readonly Fact[]): Assignment[] {
  return facts
    .filter(({ type, data }) => type === 'CustomerSegmentAssigned' && data['customerId'] === file)
    .map(({ data, position }) => ({
      from: dayOfText(data['effectiveFrom'] as string),
      position,
      segment: data['segmentCode'] as string,
    }));
}

function segmentHistory(assignments: readonly Assignment[]): SegmentHistory {
  if (assignments.length === 0) return () => undefined;
  const sorted = assignments.toSorted((a, b) => a.from - b.from || compare(a.position, b.position));
  return (day) => sorted.findLast(({ from }) => from <= day)?.segment;
}

/** An activation in a unit, or (unit undefined) a lapse, which ends the activity everywhere. */
export interface ContractEvent {
  readonly day: number;
  readonly position: Position;
  readonly unit: string | undefined;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
