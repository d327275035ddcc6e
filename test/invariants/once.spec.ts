import fc from 'fast-check';
import { ProjectionRun } from '#read-models';
import { contentOf, Documents, Killed, killedAt, project, randomLog, seenBy } from './documents.ts';

/**
 * Once and History: redelivery, batching, restarts and a kill at any write give the same stored bytes.
 * Method: random logs on a real store; what is stored is read back chunk by chunk and compared with a log projected in one go.
 */
const RUNS = Number(process.env['INVARIANT_RUNS'] ?? 2);
const EVENTS = 30;

const LONG_MS = 300_000;

describe('Once', () => {
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
    `batches of any size, delivered again from any place, give the same content (${RUNS} logs)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(100_000),
          fc.array(
            fc.record({ size: fc.integer({ min: 3, max: 20 }), back: fc.nat(10), restart: fc.boolean() }),
            {
              minLength: 3,
              maxLength: 6,
            },
          ),
          async (seed, batches) => {
            const log = randomLog(seed, EVENTS);
            const content = await documents.with(async (readModels) => {
              let run = await ProjectionRun.open(readModels.db);
              let at = 0;
              for (let n = 0; at < log.length; n++) {
                const { size, back, restart } = batches[n % batches.length] as (typeof batches)[number];
                if (restart) run = await ProjectionRun.open(readModels.db);
                await run.project(log.slice(Math.max(0, at - back), at + size));
                at += size;
              }
              return contentOf(readModels);
            });
            expect(content).toEqual(await inOneGo(seed));
            expect(content).toMatchObject({ wrong: [] });
          },
        ),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
    LONG_MS,
  );

  it(
    `a kill before or after any write, and the same log again, give the same content (${3 * RUNS} kills)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(100_000),
          fc.array(fc.record({ write: fc.integer({ min: 1, max: 40 }), lostReply: fc.boolean() }), {
            minLength: 1,
            maxLength: 3,
          }),
          fc.integer({ min: 5, max: 30 }),
          async (seed, kills, size) => {
            const log = randomLog(seed, EVENTS);
            const content = await documents.with(async (readModels) => {
              for (const { write, lostReply } of kills) {
                const moment = killedAt(write, lostReply);
                try {
                  await project(seenBy(readModels.db, moment), log, [size]);
                } catch (error) {
                  if (!(error instanceof Killed)) throw error;
                }
              }
              await project(readModels.db, log, [size]);
              return contentOf(readModels);
            });
            expect(content).toEqual(await inOneGo(seed));
          },
        ),
        { numRuns: 3 * RUNS, endOnFailure: true },
      );
    },
    LONG_MS,
  );

  it(
    'a kill when the checkpoints are there and the places of events are not loses no place',
    async () => {
      const log = randomLog(7, EVENTS);
      const content = await documents.with(async (readModels) => {
        const moment = {
          before: (collection: string) => {
            if (collection === 'places') throw new Killed('before the places');
          },
        };
        const run = await ProjectionRun.open(seenBy(readModels.db, moment));
        await expect(run.project(log)).rejects.toThrow(Killed);
        await project(readModels.db, log);
        return contentOf(readModels);
      });
      expect(content).toEqual(await inOneGo(7));
    },
    LONG_MS,
  );
});
