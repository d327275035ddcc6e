import type { EventType } from '#contracts';
import type { Content, DimensionName } from '#scorecard';
import { AREAS, CIRCLING, CONTENTS, type DrawnType, EVERYWHERE, SALES } from './areas.ts';
import { type Disorder, Draw, SEGMENTS } from './draw.ts';
import { FactLog, type Recorded } from './fact-log.ts';

export interface RandomLog extends Pick<FactLog, 'events' | 'changes'> {
  /** Dimensions whose KPIs have facts in it. */
  readonly dimensions: readonly DimensionName[];
}

/** Times at which logs begin: after every period that is asked for, and in the middle of them. */
const BEGINNINGS: readonly bigint[] = [4_000_000_000_000n, BigInt(Date.UTC(2024, 1, 29, 12))];

/**
 * A random log that follows from a seed: facts of one area, those of sales in half of the logs, and what moves them all; corrections,
 * corrections of corrections, voids and what comes back after them; references to documents that come later or never.
 */
export function randomLog(seed: number, length: number, disorder: Disorder): RandomLog {
  const draw = new Draw(seed, disorder);
  const { types, dimensions } = draw.pick(AREAS);
  const more = draw.chance(50) ? SALES : [];
  const all = [...types, ...types, ...more, ...EVERYWHERE, ...(disorder.circles ? CIRCLING : [])];
  const log = new FactLog(draw.pick(BEGINNINGS));
  for (const [type, data] of company(draw)) log.record(type, data, {});
  const facts: DrawnFact[] = [];
  for (let n = 0; n < length; n++) {
    if (facts.length > 3 && draw.chance(30)) correct(draw, log, draw.pick(facts));
    else {
      const type = draw.pick(all);
      const fact = log.record(type, draw.content(CONTENTS[type]), draw.ofUnit(30));
      facts.push({ fact, type });
    }
  }
  return { events: log.events, changes: log.changes, dimensions };
}

interface DrawnFact {
  readonly fact: Recorded;
  readonly type: DrawnType;
}

/** Voids a fact, says again what it said first, or says something else. */
function correct(draw: Draw, log: FactLog, { fact, type }: DrawnFact): void {
  const voids = fact.stands && draw.chance(35);
  const restored = draw.chance(45) ? fact.original : draw.content(CONTENTS[type], fact.original);
  const names = draw.chance(50) ? fact.latest : fact.factId;
  log.correct(fact, voids ? null : restored, { names, metadata: draw.ofUnit(20) });
}

/** The units and segments that questions name. They stand firm, for a unit that nobody knows cannot be asked for. */
function company(draw: Draw): (readonly [EventType, Content])[] {
  const currency = draw.maybe(60, () => ({ currency: 'EUR' }));
  const north = draw.pick(['2000-01-01', '2024-01-15']);
  const south = draw.pick(['2000-01-01', '2024-02-10']);
  const segments = SEGMENTS.map((segmentCode): readonly [EventType, Content] => [
    'SegmentDefined',
    {
      segmentCode,
      name: segmentCode,
      isTarget: segmentCode === 'gold',
      valueProposition: [
        { attribute: 'freshness', weight: '0.6' },
        { attribute: 'price', weight: '0.4' },
      ],
      effectiveFrom: '2000-01-01',
    },
  ]);
  return [
    ['UnitDefined', { unitId: 'root', name: 'x', effectiveFrom: '2000-01-01', ...currency }],
    ['UnitDefined', { unitId: 'north', name: 'x', parentId: 'root', effectiveFrom: north }],
    ['UnitDefined', { unitId: 'south', name: 'x', parentId: 'root', effectiveFrom: south }],
    ...segments,
  ];
}
