import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { allRules } from '#areas';
import { CommandRunner, FactRecorder, type FactResult, References, type SubmittedFact } from '#commands';
import { startEmbeddedEventStore } from '#embedded-eventstore';
import { startEmbeddedMongoDb } from '#embedded-mongodb';
import { ensureRoot } from '#environment';
import { fileAt, type ImportReport, importFile, readMapping } from '#intake';
import { type Journal, openJournal, openKeyStore } from '#journal';
import { isRefusal, type Position, position } from '#kernel';
import { type AskedFigures, logFeed, openReadModels, ProjectionRun, type ReadModels } from '#read-models';
import type { Figure, FiguresAnswer } from '#scorecard';

export const CODE = 'acceptance';

/**
 * A company on real stores over real protocols: facts go through commands or import, the log, the projectors and the
 * read models, and come back as figures. The stores are embedded ones of its own, or those of ESDB_URL and MONGODB_URI;
 * then streams and database carry a name of their own, so that many worlds can share them.
 */
export class World {
  readonly journal: Journal;
  readonly recorder: FactRecorder;
  readonly references: References;
  readonly readModels: ReadModels;
  /** Where it all lies: for a second application on the same company. */
  readonly place: {
    readonly eventStoreUri: string;
    readonly mongoUri: string;
    /** Namespace of the streams, and the database. */
    readonly name: string;
    /** Lives as long as the world. */
    readonly directory: string;
  };
  readonly #run: ProjectionRun;
  readonly #closing: (() => Promise<void>)[];
  #orders = 0;

  private constructor(
    journal: Journal,
    readModels: ReadModels,
    run: ProjectionRun,
    place: World['place'],
    closing: (() => Promise<void>)[],
  ) {
    this.journal = journal;
    this.references = new References(journal);
    this.recorder = new FactRecorder({
      journal,
      references: this.references,
      rules: allRules,
      locate: (eventId) => this.#streams.get(eventId),
    });
    this.readModels = readModels;
    this.#run = run;
    this.place = place;
    this.#closing = closing;
  }

  static async open(): Promise<World> {
    const directory = await mkdtemp(join(tmpdir(), 'quadrant-world-'));
    const name = `w${process.pid}x${Math.random().toString(36).slice(2, 10)}`;
    const closing: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true })];
    const eventStoreUri =
      process.env['ESDB_URL'] ??
      (await embedded(startEmbeddedEventStore({ directory: join(directory, 'events') }), closing));
    const mongoUri =
      process.env['MONGODB_URI'] ??
      (await embedded(startEmbeddedMongoDb({ directory: join(directory, 'documents') }), closing));
    const keys = openKeyStore({ directory: join(directory, 'keys') });
    closing.unshift(async () => keys.close());
    const journal = openJournal({ uri: eventStoreUri, keys, namespace: name });
    closing.unshift(() => journal.close());
    const readModels = await openReadModels({ uri: mongoUri, code: CODE, database: name });
    closing.unshift(() => readModels.close());
    closing.unshift(async () => {
      const client = await new MongoClient(mongoUri).connect();
      await client.db(name).dropDatabase();
      await client.close();
    });
    const world = new World(
      journal,
      readModels,
      await ProjectionRun.open(readModels.db),
      { eventStoreUri, mongoUri, name, directory },
      closing,
    );
    await ensureRoot(new CommandRunner({ journal, references: world.references }), {
      actor: 'first-start',
      now: new Date(),
    });
    return world;
  }

  readonly #streams = new Map<string, string>();

  async close(): Promise<void> {
    for (const close of this.#closing) await close();
  }

  /** Records facts one call after the other and gives their results; a refusal is an error unless it is asked for. */
  async record(...facts: readonly SubmittedFact[]): Promise<readonly FactResult[]> {
    const results = await this.recorder.recordFacts(facts, {
      actor: 'tester',
      now: new Date(),
      idempotencyKey: `call-${this.#orders++}`,
    });
    if (isRefusal(results)) throw new Error(results.detail);
    for (const result of results) {
      if (result.status === 'refused')
        throw new Error(`${facts[result.index]?.type}: ${result.problem.detail}`);
      this.#streams.set(result.eventId, result.stream);
    }
    return results;
  }

  /** Records one fact and gives its event id and position. */
  async fact(
    type: string,
    data: Readonly<Record<string, unknown>>,
  ): Promise<{ eventId: string; position: Position }> {
    const [result] = await this.record({ type, data });
    if (!result || result.status === 'refused') throw new Error(`${type} was not recorded`);
    return { eventId: result.eventId, position: position(result.position) };
  }

  async import(mapping: string, files: Readonly<Record<string, string>>): Promise<ImportReport> {
    const read = readMapping(JSON.parse(await readFile(mapping, 'utf8')));
    if (isRefusal(read)) throw new Error(read.detail);
    const named = Object.fromEntries(Object.entries(files).map(([alias, path]) => [alias, fileAt(path)]));
    const report = await importFile({
      files: named,
      mapping: read,
      recorder: this.recorder,
      known: this.references,
      context: { actor: 'tester', now: new Date() },
    });
    if (isRefusal(report)) throw new Error(report.detail);
    return report;
  }

  /** Projects everything that is in the log; returns its last position. */
  async project(): Promise<Position> {
    const head = await this.journal.head();
    for await (const batch of logFeed(this.journal)(this.#run.from, head)) await this.#run.project(batch);
    return head;
  }

  figures(asked: Partial<AskedFigures> & Pick<AskedFigures, 'kpi' | 'period'>): Promise<FiguresAnswer> {
    return this.readModels.figures({ unit: 'root', ...asked });
  }

  async figure(kpi: string, period: string, more: Partial<AskedFigures> = {}): Promise<Figure> {
    return (await this.figures({ kpi, period, ...more })).figures[0] as Figure;
  }
}

async function embedded(
  starting: Promise<{ readonly uri: string; close(): Promise<void> }>,
  closing: (() => Promise<void>)[],
): Promise<string> {
  const store = await starting;
  closing.unshift(() => store.close());
  return store.uri;
}
