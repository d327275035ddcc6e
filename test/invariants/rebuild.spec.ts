import { type LogFeed, ProjectionRun, rebuildEach } from '#read-models';
import { type DimensionName, type ProjectionName, projections } from '#scorecard';
import { contentOf, Documents, feedOf, project, randomLog } from './documents.ts';

/**
 * One reading of the log rebuilds all read models, each no further than its live epoch has come.
 * Method: live epochs at different places of a random log; readings of the log are counted; contents and epochs are compared.
 */
const EVENTS = 30;
const LONG_MS = 300_000;
const ALL = Object.keys(projections) as ProjectionName[];

describe('A rebuild of several read models', () => {
  let documents: Documents;
  beforeAll(async () => {
    documents = await Documents.open();
  }, LONG_MS);
  afterAll(() => documents.close());

  const rebuilt = (log: ReturnType<typeof randomLog>, db: Parameters<typeof rebuildEach>[0]) => {
    const readings: string[] = [];
    const feed: LogFeed = (from, upTo) => {
      readings.push(`${from}..${upTo}`);
      return feedOf(log, 7)(from, upTo);
    };
    const reports = rebuildEach(
      db,
      ALL.map((name) => projections[name]),
      feed,
    );
    return reports.then((done) => ({ reports: done, readings }));
  };

  it(
    'reads the log once, and each is as far as the one it takes the place of',
    async () => {
      const log = randomLog(11, EVENTS);
      const [half, end] = [log[EVENTS / 2], log.at(-1)] as [(typeof log)[number], (typeof log)[number]];
      const ahead: readonly DimensionName[] = ['financial', 'process'];
      const content = await documents.with(async (readModels) => {
        await project(readModels.db, log.slice(0, EVENTS / 2 + 1));
        await (await ProjectionRun.open(readModels.db, ahead)).project(log);
        const before = await readModels.status();
        const { reports, readings } = await rebuilt(log, readModels.db);
        expect(readings).toEqual([`0..${end.position}`]);
        expect(reports.map(({ dimension, equal, position }) => ({ dimension, equal, position }))).toEqual(
          ALL.map((dimension) => ({
            dimension,
            equal: true,
            position: ahead.some((name) => name === dimension) ? end.position : half.position,
          })),
        );
        const after = await readModels.status();
        expect(after.map(({ epoch, ...own }) => own)).toEqual(before.map(({ epoch, ...own }) => own));
        expect(after.map(({ epoch }) => epoch)).toEqual(ALL.map(() => 1));
        await project(readModels.db, log);
        return contentOf(readModels);
      });
      const inOneGo = await documents.with(async (readModels) => {
        await project(readModels.db, log);
        return contentOf(readModels);
      });
      expect(content).toEqual(inOneGo);
    },
    LONG_MS,
  );

  it(
    'leaves the live one where it differs, and takes over the others',
    async () => {
      const log = randomLog(12, EVENTS);
      await documents.with(async (readModels) => {
        await project(readModels.db, log);
        await readModels.db
          .collection<{ _id: string }>('checkpoints')
          .updateOne({ _id: 'process/0' }, { $set: { content: 'f'.repeat(32) } });
        const { reports } = await rebuilt(log, readModels.db);
        expect(reports.filter(({ equal }) => !equal).map(({ dimension }) => dimension)).toEqual(['process']);
        const epochs = (await readModels.status()).map(({ dimension, epoch }) => [dimension, epoch]);
        expect(epochs).toEqual(ALL.map((name) => [name, name === 'process' ? 0 : 1]));
      });
    },
    LONG_MS,
  );
});
