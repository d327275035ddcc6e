import { besiege } from './lib/siege.ts';
import type { Storm } from './lib/storm.ts';

/**
 * SIGSTOP of the projector at an instant, a second projector that does its work, SIGCONT: the first one has writes under
 * way that are older than what the second has done, and both go on side by side until the second one is ended.
 */
export const storm: Storm = {
  name: 'pause',
  does: 'the projector is stopped (SIGSTOP) at a random instant, another one takes its work, then the first goes on (SIGCONT)',
  points: { full: 40, quick: 3 },
  run(order) {
    return besiege({
      ...order,
      trouble: async ({ site, random, typicalMs, work }) => {
        await new Promise((resolve) => setTimeout(resolve, random.below(typicalMs)));
        const first = site.child('projector');
        first.signal('SIGSTOP');
        const second = await site.another('projector');
        // Half of the time the first one comes back while there is still work for both.
        if (random.chance(50)) {
          await work;
          await site.readModels.waitFor(await site.journal.head(), 60_000);
        }
        first.signal('SIGCONT');
        await work;
        await site.readModels.waitFor(await site.journal.head(), 60_000);
        const { code } = await second.end('SIGTERM');
        return code === 0 ? [] : [`the second projector ended with code ${code}`];
      },
    });
  },
};
