import { uuidV5 } from '#kernel';
import { declarationOf, type EventType, eventTypes } from './catalogue.ts';
import type { AnyData } from './declare.ts';

/** Where an event belongs: its stream, its customer, its date; ids that a repetition cannot change. */

/** Stream names are ASCII: other characters are percent-encoded as UTF-8, and so is the percent sign. */
export function streamOf(type: string, data: AnyData): string {
  const declaration = declarationOf(type as EventType);
  if (declaration.category === '')
    throw new Error(`${type} goes into the stream of the fact that it corrects`);
  return `${declaration.category}-${encoded(declaration.stream(data))}`;
}

function encoded(name: string): string {
  return name.replace(/[^\x21-\x24\x26-\x7e]/gu, (character) => encodeURIComponent(character));
}

/** The business date (local date, or instant where the fact has one); null for facts without. */
export function businessDateOf(type: EventType, data: AnyData): string | null {
  for (const field of declarationOf(type).businessDate) {
    const value = data[field];
    if (typeof value === 'string') return value;
  }
  return null;
}

export function customerOf(type: EventType, data: AnyData): string | null {
  const field = declarationOf(type).customer;
  const value = field === undefined ? undefined : data[field];
  return typeof value === 'string' ? value : null;
}

/** Top-level fields that hold personal data and are recorded sealed. */
export function personalFields(type: string): readonly string[] {
  if (!(eventTypes as readonly string[]).includes(type)) return [];
  return Object.entries(declarationOf(type as EventType).fields)
    .filter(([, field]) => field.personal)
    .map(([name]) => name);
}

const NAMESPACE = '5b0c9ad2-6a2e-5f55-9a0f-3f6d1f3c7e12';

/** The event id of a fact from another system: the same fact sent again gets the same id. */
export function sourceEventId(
  source: { readonly system: string; readonly id: string },
  type: string,
): string {
  return uuidV5(NAMESPACE, JSON.stringify([source.system, source.id, type]));
}
