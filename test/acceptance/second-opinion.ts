import { type LogEvent, Reperformance } from '#reperformance';
import { CODE, type World } from './world.ts';

/** The independent recomputation, over the raw log of a world. */
export async function secondOpinion(world: World): Promise<Reperformance> {
  const events: LogEvent[] = [];
  for await (const event of world.journal.readAll()) {
    const { position, stream, eventId, type, created, data, metadata, revision } = event;
    events.push({ position, stream, eventId, type, created: BigInt(created), data, metadata, revision });
  }
  return new Reperformance(events, { code: CODE });
}
