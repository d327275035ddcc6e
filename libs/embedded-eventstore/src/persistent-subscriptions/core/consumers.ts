/** How a group chooses who gets an event; names as the protocol has them. */
export const STRATEGIES = ['DispatchToSingle', 'RoundRobin', 'Pinned', 'PinnedByCorrelation'] as const;
export type Strategy = (typeof STRATEGIES)[number];

interface Consumer {
  readonly id: string;
  /** So many deliveries it takes without having answered. */
  readonly bufferSize: number;
  inFlight: number;
}

/** Pins are spread over so many buckets; a bucket belongs to one consumer. */
const BUCKETS = 1024;

interface Bucket {
  owner: string;
  inFlight: number;
}

/** The connected consumers of a group: whose turn it is, and who has room. */
export class Consumers {
  readonly #strategy: Strategy;
  /** In order of turns. */
  readonly #turns: Consumer[] = [];
  readonly #buckets = new Map<number, Bucket>();

  constructor(strategy: Strategy) {
    this.#strategy = strategy;
  }

  get size(): number {
    return this.#turns.length;
  }

  inFlightOf(id: string): number {
    return this.#find(id)?.inFlight ?? 0;
  }

  add(id: string, bufferSize: number): void {
    this.#turns.push({ id, bufferSize, inFlight: 0 });
    this.#balanceTowards(id);
  }

  /** Its buckets are given away as events for them come. */
  remove(id: string): void {
    const at = this.#turns.findIndex((consumer) => consumer.id === id);
    if (at >= 0) this.#turns.splice(at, 1);
    for (const [number, bucket] of this.#buckets) if (bucket.owner === id) this.#buckets.delete(number);
  }

  /** Who gets the next event: `none` when nobody can take any, `not-now` when its own consumer cannot but others may take theirs. */
  choose(pin: string): { readonly to: string } | 'none' | 'not-now' {
    if (!this.#turns.some(hasRoom)) return 'none';
    switch (this.#strategy) {
      case 'DispatchToSingle':
        while (!hasRoom(this.#turns[0] as Consumer)) this.#nextTurn();
        return { to: (this.#turns[0] as Consumer).id };
      case 'RoundRobin': {
        while (!hasRoom(this.#turns[0] as Consumer)) this.#nextTurn();
        const { id } = this.#turns[0] as Consumer;
        this.#nextTurn();
        return { to: id };
      }
      case 'Pinned':
      case 'PinnedByCorrelation': {
        const owner = this.#find(this.#bucketOf(pin).owner) as Consumer;
        return hasRoom(owner) ? { to: owner.id } : 'not-now';
      }
    }
  }

  /** Counts a delivery that was sent. */
  sent(id: string, pin: string): void {
    (this.#find(id) as Consumer).inFlight++;
    if (this.#isPinned) this.#bucketOf(pin).inFlight++;
  }

  /** Counts a delivery that was answered, or taken away. */
  answered(id: string, pin: string): void {
    const consumer = this.#find(id);
    if (!consumer) return;
    consumer.inFlight--;
    const bucket = this.#buckets.get(bucketNumber(pin));
    if (this.#isPinned && bucket?.owner === id) bucket.inFlight--;
  }

  get #isPinned(): boolean {
    return this.#strategy === 'Pinned' || this.#strategy === 'PinnedByCorrelation';
  }

  #find(id: string): Consumer | undefined {
    return this.#turns.find((consumer) => consumer.id === id);
  }

  #nextTurn(): void {
    this.#turns.push(this.#turns.shift() as Consumer);
  }

  /** A bucket without an owner goes to the consumer that has the fewest. */
  #bucketOf(pin: string): Bucket {
    const number = bucketNumber(pin);
    const known = this.#buckets.get(number);
    if (known) return known;
    const counts = this.#bucketCounts();
    let owner = this.#turns[0] as Consumer;
    for (const consumer of this.#turns)
      if ((counts.get(consumer.id) ?? 0) < (counts.get(owner.id) ?? 0)) owner = consumer;
    const bucket = { owner: owner.id, inFlight: 0 };
    this.#buckets.set(number, bucket);
    return bucket;
  }

  /** A newcomer gets its share; only of buckets that nothing is under way for, so that the order within a pin holds. */
  #balanceTowards(newcomer: string): void {
    const share = Math.ceil(this.#buckets.size / this.#turns.length);
    const counts = this.#bucketCounts();
    for (const bucket of this.#buckets.values()) {
      const count = counts.get(bucket.owner) ?? 0;
      if (count <= share || bucket.inFlight > 0) continue;
      counts.set(bucket.owner, count - 1);
      bucket.owner = newcomer;
    }
  }

  #bucketCounts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { owner } of this.#buckets.values()) counts.set(owner, (counts.get(owner) ?? 0) + 1);
    return counts;
  }
}

function hasRoom(consumer: Consumer): boolean {
  return consumer.inFlight < consumer.bufferSize;
}

/** FNV-1a over UTF-16 units: small, and the same in every run. */
function bucketNumber(pin: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < pin.length; i++) hash = Math.imul(hash ^ pin.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}
