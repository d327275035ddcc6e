import { type Instant, instant, isLocalDate, type LocalDate, uuidV5 } from '#kernel';
import { declarationOf, isEventType } from './catalogue.ts';
import type { AnyData } from './declare.ts';
import type { DataOf, Fields } from './fields.ts';

/** Where an event belongs: its stream, customer, unit, document and date. Asked of data that fits its contract. */

/** Stream names are ASCII: other characters are percent-encoded as UTF-8, and so is the percent sign. */
export function streamOf(type: string, data: AnyData): string {
  const { category, stream } = declarationOf(type);
  if (category === '') throw new Error(`${type} goes into the stream of the fact that it corrects`);
  const name = stream(data as DataOf<Fields> & AnyData);
  // Two ids in one name: a colon inside one of them must not be taken for the one between them.
  const parts: readonly unknown[] = Array.isArray(name) ? name : [name];
  if (!parts.every(isName)) {
    throw new Error(`${type} has a stream only with all the ids that its name is made of`);
  }
  const inName = parts.length === 1 ? encoded : (part: string) => encoded(part).replaceAll(':', '%3A');
  return `${category}-${parts.map(inName).join(':')}`;
}

function isName(part: unknown): part is string {
  return typeof part === 'string' && part !== '';
}

function encoded(name: string): string {
  return name.replace(/[^\x21-\x24\x26-\x7e]/gu, (character) => encodeURIComponent(character));
}

/** The business date (local date, or instant where the fact has one); null for facts without. */
export function businessDateOf(type: string, data: AnyData): LocalDate | Instant | null {
  for (const field of declarationOf(type).businessDate) {
    const value = data[field];
    if (typeof value === 'string') return isLocalDate(value) ? value : instant(value);
  }
  return null;
}

/** The customer file that the event names; of a merge the survivor. */
export function customerOf(type: string, data: AnyData): string | null {
  return textIn(data, declarationOf(type).customer);
}

/** The unit that the event itself names; without one, its metadata's or its document's counts, else root. */
export function unitOf(type: string, data: AnyData): string | null {
  return 'unitId' in declarationOf(type).fields ? textIn(data, 'unitId') : null;
}

/** A document (order, invoice, case, project, employee) whose unit a fact takes when it names none. */
export interface Document {
  readonly category: string;
  readonly id: string;
}

export function documentOf(type: string, data: AnyData): Document | null {
  const { document } = declarationOf(type);
  const id = textIn(data, document?.field);
  return document === undefined || id === null ? null : { category: document.category, id };
}

function textIn(data: AnyData, field: string | undefined): string | null {
  const value = field === undefined ? undefined : data[field];
  return typeof value === 'string' ? value : null;
}

/** Top-level fields that hold personal data and are recorded sealed, whole. */
export function personalFields(type: string): readonly string[] {
  if (!isEventType(type)) return [];
  return Object.entries(declarationOf(type).fields)
    .filter(([, field]) => field.personal)
    .map(([name]) => name);
}

/** Namespace of the ids of facts from other systems; never to be changed. */
const SOURCES = '5b0c9ad2-6a2e-5f55-9a0f-3f6d1f3c7e12';

/** The event id of a fact from another system: the same fact sent again gets the same id. */
export function sourceEventId(
  source: { readonly system: string; readonly id: string },
  type: string,
): string {
  return uuidV5(SOURCES, JSON.stringify([source.system, source.id, type]));
}
