import type { RecordedEvent } from '#journal';
import { position } from '#kernel';
import { inputsOf, openReadModels, ProjectionRun } from '#read-models';
import { type LogEvent, Reperformance } from '#reperformance';
import type { FiguresAnswer } from '#scorecard';
import type { Random } from './random.ts';
import { type Dump, dump, places, timelineBytes } from './read-model-dump.ts';
import type { Site } from './site.ts';

const FIGURES = 60;
const PERIODS = [
  '2024',
  '2024-Q1',
  '2024-01',
  '2024-02',
  '2024-03',
  '2024-04',
  '2024-W09',
  '2024-01-10..2024-02-20',
];
const PROJECTED_MS = 90_000;

/** Waits until everything recorded can be asked for; the violation if it never can. */
export async function projected(site: Site): Promise<string[]> {
  const head = await site.journal.head();
  return (await site.readModels.waitFor(head, PROJECTED_MS))
    ? []
    : [`not projected: the read models are at ${await site.readModels.known()}, the log at ${head}`];
}

/** What can be said after each round at little cost: the stored read models are whole, each for itself. */
export async function roundCheck(site: Site): Promise<string[]> {
  return [...(await projected(site)), ...(await dump(site.readModels)).flatMap(({ wrong }) => wrong)];
}

/**
 * The complete check of a storm's end: the live read models equal freshly projected ones, chunk by chunk and key by key;
 * every event has its place; figures over HTTP have the digest of the independent recomputation.
 */
export async function finalCheck(site: Site, random: Random): Promise<string[]> {
  const wrong = await projected(site);
  const events: RecordedEvent[] = [];
  for await (const event of site.journal.readAll()) events.push(event);
  const fresh = await openReadModels({ uri: site.stores.mongoUri, code: 'storm', database: 'fresh' });
  try {
    await projectAfresh(site, events, random, await ProjectionRun.open(fresh.db));
    wrong.push(...differences(await dump(site.readModels), await dump(fresh)));
    if ((await timelineBytes(site.readModels)) !== (await timelineBytes(fresh)))
      wrong.push('Once: the timeline differs from a freshly projected one');
    const known = await places(site.readModels);
    const lost = events.filter(({ eventId, stream }) => known.get(eventId) !== stream);
    if (lost.length > 0)
      wrong.push(
        `Once: ${lost.length} events have no place, the first is ${lost[0]?.stream}/${lost[0]?.revision}`,
      );
  } finally {
    await fresh.db.dropDatabase();
    await fresh.close();
  }
  wrong.push(...(await figures(site, events, random)));
  return wrong;
}

async function projectAfresh(
  site: Site,
  events: readonly RecordedEvent[],
  random: Random,
  run: ProjectionRun,
) {
  for (let at = 0; at < events.length; ) {
    const size = 1 + random.below(700);
    await run.project(await inputsOf(site.journal, events.slice(at, at + size)));
    at += size;
  }
}

function differences(live: readonly Dump[], fresh: readonly Dump[]): string[] {
  const wrong = [...live, ...fresh].flatMap((each) => each.wrong);
  for (const [i, own] of live.entries()) {
    const other = fresh[i] as Dump;
    if (own.position !== other.position || own.content !== other.content)
      wrong.push(
        `Once: ${own.dimension} has content ${own.content} at ${own.position}, projected afresh ${other.content} at ${other.position}`,
      );
    else if (own.bytes !== other.bytes)
      wrong.push(
        `Once: ${own.dimension} has the same deltas in other chunks or histories than projected afresh`,
      );
  }
  return wrong;
}

async function figures(site: Site, events: readonly RecordedEvent[], random: Random): Promise<string[]> {
  const log: LogEvent[] = events.map(
    ({ position: at, stream, eventId, type, created, data, metadata, revision }) => ({
      position: at,
      stream,
      eventId,
      type,
      created: BigInt(created),
      data,
      metadata,
      revision,
    }),
  );
  const kpis = [...site.readModels.sheets.keys()];
  const wrong: string[] = [];
  let second: Reperformance | undefined;
  for (let i = 0; i < FIGURES; i++) {
    const [kpi, period] = [random.pick(kpis), random.pick(PERIODS)];
    const knownAt = random.chance(50)
      ? (events.at(-1) as RecordedEvent).position
      : random.pick(events).position;
    const answer = await ask(site, `/v1/kpis/${kpi}/figures?period=${period}&knownAt=${knownAt}`);
    second ??= new Reperformance(log, { code: answer.coordinates.code });
    const again = second.figures({ kpi, period, unit: 'root', knownAt: position(knownAt) });
    if (answer.digest !== again.digest)
      wrong.push(`figure ${kpi} of ${period} at ${knownAt}: ${answer.digest}, reperformed ${again.digest}`);
  }
  return wrong;
}

async function ask(site: Site, path: string): Promise<FiguresAnswer> {
  const response = await fetch(`${site.apiUrl}${path}`, {
    headers: { authorization: `Bearer ${site.token}` },
  });
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as FiguresAnswer;
}
