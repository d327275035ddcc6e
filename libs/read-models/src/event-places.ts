import type { Collection, Db } from 'mongodb';
import { crashPoint } from '#crash-points';
import type { Input } from './projector.ts';

/** Which stream holds an event: corrections name their target by its id alone. */
interface PlaceDocument {
  readonly _id: string;
  readonly s: string;
}

function places(db: Db): Collection<PlaceDocument> {
  return db.collection<PlaceDocument>('places');
}

/** Keeps the places of events. An event never moves, so one that is there already is right. */
export async function recordPlaces(db: Db, inputs: readonly Input[]): Promise<void> {
  if (inputs.length === 0) return;
  try {
    await places(db).insertMany(
      inputs.map(({ eventId, stream }) => ({ _id: eventId, s: stream })),
      { ordered: false },
    );
  } catch (error) {
    if ((error as { code?: unknown }).code !== 11000) throw error;
  }
  crashPoint('projector.after-places');
}

export async function placeOfEvent(db: Db, eventId: string): Promise<string | undefined> {
  return (await places(db).findOne({ _id: eventId }))?.s;
}
