/** Numbers that look drawn by lot and are the same in every run; whole numbers only. */
export interface Lots {
  /** A whole number from 0 to `n` - 1. */
  below(n: number): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** True in `perHundred` of a hundred draws. */
  chance(perHundred: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
}

/** Lots for one subject; each subject has its own, so that adding to one leaves the others as they are. */
export function lotsFor(subject: string): Lots {
  let state = 2_166_136_261;
  for (let i = 0; i < subject.length; i += 1)
    state = Math.imul(state ^ subject.charCodeAt(i), 16_777_619) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const below = (n: number): number => next() % n;
  return {
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (perHundred) => below(100) < perHundred,
    pick: (items) => items[below(items.length)] ?? items[0],
  };
}
