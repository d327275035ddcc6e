import fc from 'fast-check';
import { ProjectionFenced, ProjectionRun, rebuild } from '#read-models';
import { dimensions } from '#scorecard';
import { contentOf, Documents, feedOf, project, randomLog, seenBy, stoppedAt } from './documents.ts';

/**
 * Fence: a process that was overtaken changes nothing, however late its writes arrive.
 * Method: one process stands still before one of its writes, another one does the work, then the first goes on.
 */
const RUNS = Number(process.env['INVARIANT_RUNS'] ?? 2);
const EVENTS = 30;

const LONG_MS = 300_000;

/**
 * As the projector does: fenced, it begins anew from what is stored. The one that stands still has other writes of the same batch on
 * their way, which may arrive while the second one looks; they end, since it stands still.
 */
async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof ProjectionFenced)) throw error;
    }
  }
}

describe('Fence', () => {
  let documents: Documents;
  beforeAll(async () => {
    documents = await Documents.open();
  }, LONG_MS);
  afterAll(() => documents.close());

  const inOneGo = (seed: number) => {
    const log = randomLog(seed, EVENTS);
    return documents.with(async (readModels) => {
      await project(readModels.db, log);
      return contentOf(readModels);
    });
  };

  it(
    `a projector that stood still while another one did its work (${3 * RUNS} moments)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(100_000),
          fc.integer({ min: 1, max: 40 }),
          fc.integer({ min: 5, max: 30 }),
          fc.integer({ min: 1, max: EVENTS }),
          async (seed, write, size, upTo) => {
            const log = randomLog(seed, EVENTS);
            const content = await documents.with(async (readModels) => {
              const moment = stoppedAt(write);
              const late = project(seenBy(readModels.db, moment), log, [size]);
              await Promise.race([moment.stopped, late]);
              await untilDone(() => project(readModels.db, log.slice(0, upTo)));
              moment.goOn();
              try {
                await late;
              } catch (error) {
                if (!(error instanceof ProjectionFenced)) throw error;
              }
              await project(readModels.db, log);
              return contentOf(readModels);
            });
            expect(content).toEqual(await inOneGo(seed));
          },
        ),
        { numRuns: 3 * RUNS, endOnFailure: true, examples: [[36_709, 16, 20, 1]] },
      );
    },
    LONG_MS,
  );

  it(
    `a rebuild that stood still while another one took over (${2 * RUNS} moments)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(100_000),
          fc.integer({ min: 1, max: 25 }),
          fc.integer({ min: 5, max: 30 }),
          async (seed, write, size) => {
            const log = randomLog(seed, EVENTS);
            const dimension = dimensions.customer;
            const content = await documents.with(async (readModels) => {
              await project(readModels.db, log);
              const moment = stoppedAt(write);
              const late = rebuild(seenBy(readModels.db, moment), dimension, feedOf(log, size));
              // Waited for below; a fence that it runs into meanwhile is its right end.
              late.catch(() => undefined);
              await Promise.race([moment.stopped, late]);
              const [, second] = [moment.goOn, rebuild(readModels.db, dimension, feedOf(log, 7))];
              moment.goOn();
              const reports = await Promise.allSettled([late, second]);
              for (const report of reports) {
                if (report.status === 'rejected' && !(report.reason instanceof ProjectionFenced))
                  throw report.reason;
              }
              await project(readModels.db, log);
              return contentOf(readModels);
            });
            expect(content).toEqual(await inOneGo(seed));
          },
        ),
        { numRuns: 2 * RUNS, endOnFailure: true },
      );
    },
    LONG_MS,
  );

  it(
    'chunks of a rebuild that was given up hide nothing from the one that follows it',
    async () => {
      const log = randomLog(1, EVENTS);
      const { customer } = dimensions;
      const unlessFenced = (error: unknown) => {
        if (!(error instanceof ProjectionFenced)) throw error;
      };
      const content = await documents.with(async (readModels) => {
        await project(readModels.db, log);
        // Half of the log is rebuilt; the chunks of the other half are still on their way when the next rebuild begins.
        const moment = stoppedAt(3, /pages$/);
        const late = rebuild(seenBy(readModels.db, moment), customer, feedOf(log, EVENTS / 2));
        const given = late.then(() => undefined, unlessFenced);
        const early = given.then(() => {
          throw new Error('the rebuild ended before it could be stopped; its log has too few pages.');
        });
        await Promise.race([moment.stopped, early]);
        early.catch(() => undefined);
        const arriving = {
          before: async (collection: string) => {
            if (!/pages$/.test(collection)) return;
            moment.goOn();
            await given;
          },
        };
        await rebuild(seenBy(readModels.db, arriving), customer, feedOf(log, EVENTS)).catch(unlessFenced);
        await project(readModels.db, log);
        return contentOf(readModels);
      });
      expect(content).toEqual(await inOneGo(1));
    },
    LONG_MS,
  );

  it(
    'a second projector that opens while the first one writes takes nothing of the timeline away',
    async () => {
      const log = randomLog(3, EVENTS);
      const content = await documents.with(async (readModels) => {
        let opened = false;
        const moment = {
          after: async (collection: string) => {
            if (collection !== 'timeline' || opened) return;
            opened = true;
            await ProjectionRun.open(readModels.db);
          },
        };
        await project(seenBy(readModels.db, moment), log);
        expect(opened).toBe(true);
        return contentOf(readModels);
      });
      expect(content).toEqual(await inOneGo(3));
    },
    LONG_MS,
  );
});
