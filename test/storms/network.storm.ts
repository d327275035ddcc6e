import { FAULTS, NetworkProxy } from './lib/proxy.ts';
import { besiege } from './lib/siege.ts';
import type { Uris } from './lib/site.ts';
import type { Storm } from './lib/storm.ts';

interface Network {
  readonly eventStore: NetworkProxy;
  readonly mongo: NetworkProxy;
}

/** How long a fault that lasts does last. */
const LASTS_MS = 4_000;

/** A seed says which line, which fault, and when. */
export const storm: Storm = {
  name: 'network',
  does: 'a TCP proxy between the application and its stores: delay, a cut inside a frame, a black hole, a cut after the request and before the reply',
  points: { full: 60, quick: 5 },
  async run(order) {
    const counts: Record<string, number> = Object.fromEntries(FAULTS.map((fault) => [fault, 0]));
    const networks: Network[] = [];
    let now: Network | undefined;
    try {
      return await besiege({
        ...order,
        through: async ({ eventStoreUri, mongoUri }: Uris) => {
          const events = await NetworkProxy.before(eventStoreUri);
          const documents = await NetworkProxy.before(mongoUri);
          now = { eventStore: events.proxy, mongo: documents.proxy };
          networks.push(now);
          return { eventStoreUri: events.uri, mongoUri: documents.uri };
        },
        trouble: async ({ random, seed, typicalMs, work }) => {
          if (!now) throw new Error('there is no network');
          const fault = FAULTS[seed % FAULTS.length] as (typeof FAULTS)[number];
          const proxy = random.chance(50) ? now.eventStore : now.mongo;
          await passing(random.below(typicalMs));
          await Promise.race([proxy.inflict(fault), work]);
          if (fault === 'delay' || fault === 'black-hole') await passing(LASTS_MS);
          proxy.mend();
          counts[fault] = (counts[fault] ?? 0) + 1;
          return [];
        },
        counts: () => ({
          ...counts,
          'pieces met by a fault': networks.reduce(
            (sum, { eventStore, mongo }) => sum + eventStore.hit + mongo.hit,
            0,
          ),
        }),
      });
    } finally {
      for (const { eventStore, mongo } of networks) await Promise.all([eventStore.close(), mongo.close()]);
    }
  },
};

function passing(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
