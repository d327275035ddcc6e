import { CommandRunner, References } from '#commands';
import { type Journal, openJournal } from '#journal';
import { context } from '../../../commands/test/workbench.ts';
import { startTestStore, type TestStore } from '../../../journal/test/store.ts';
import { ensureRoot } from './root.ts';

describe('the first start', () => {
  let store: TestStore;
  let journal: Journal;

  beforeAll(async () => {
    store = await startTestStore();
    journal = openJournal({ uri: store.uri, namespace: store.namespace });
  });

  afterAll(async () => {
    await journal.close();
    await store.close();
  });

  it('defines the root once, whoever starts and however often', async () => {
    const starts = await Promise.all(
      [1, 2, 3].map(() =>
        ensureRoot(
          new CommandRunner({ journal, references: new References(journal) }),
          context({ actor: 'quadrant' }),
        ),
      ),
    );
    const { events } = await journal.load('organisation-units');
    expect(events.map(({ data }) => data['unitId'])).toEqual(['root']);
    expect(events[0]?.parsed.ok).toBe(true);
    expect(new Set(starts.map(({ revision }) => revision))).toEqual(new Set([0n]));
    expect(await new References(journal).unitExists('root')).toBe(true);
  });
});
