import { personalFields } from '#contracts';
import type { Content } from '../change.ts';
import type { KeyStore, Sealed } from './key-store.ts';

/** Fields that say whose personal data a fact holds, in order of precedence, and the kind of person. */
const SUBJECTS = [
  ['customerId', 'customer'],
  ['prospectId', 'customer'],
  ['employeeId', 'employee'],
] as const;

/**
 * Seals the personal fields of a fact with its subject's key; the key is on disk before this resolves.
 *
 * A fact with personal fields that names nobody is sealed for its own event: nobody but this installation reads it.
 */
export async function sealPersonal(
  keys: KeyStore | undefined,
  options: { readonly type: string; readonly data: Content; readonly eventId: string },
): Promise<Content> {
  const { type, data, eventId } = options;
  const sealed: Record<string, unknown> = { ...data };
  for (const field of personalFields(type)) {
    if (data[field] === undefined || data[field] === null || isSealed(data[field])) continue;
    if (keys === undefined) {
      throw new Error(
        `${type}.${field} is personal and this process has no key store; it must not be recorded.`,
      );
    }
    sealed[field] = await keys.seal(subjectOf(data, eventId), field, data[field]);
  }
  return sealed;
}

/** The first personal field of a fact whose subject has been erased: it cannot be sealed any more. */
export function erasedField(keys: KeyStore | undefined, type: string, data: Content): string | undefined {
  const told = personalFields(type).filter((field) => data[field] !== undefined && data[field] !== null);
  const subject = subjectOf(data, '');
  return told.length > 0 && keys?.isErased(subject) ? told[0] : undefined;
}

/** Opens what was sealed; a field whose key has been destroyed, or is not known here, is left out. */
export function openPersonal(keys: KeyStore | undefined, data: Content, eventId: string): Content {
  const opened: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(data)) {
    if (!isSealed(value)) {
      opened[field] = value;
      continue;
    }
    const plain = keys?.open(subjectOf(data, eventId), field, value);
    if (plain !== undefined) opened[field] = plain;
  }
  return opened;
}

/** True for the envelope of a sealed value. */
export function isSealed(value: unknown): value is Sealed {
  return typeof value === 'object' && value !== null && 'sealed' in value;
}

function subjectOf(data: Content, eventId: string): string {
  for (const [field, kind] of SUBJECTS) {
    const id = data[field];
    if (typeof id === 'string') return `${kind}-${id}`;
  }
  return `event-${eventId}`;
}

/** The subject under which a customer's personal data is sealed; destroying its key erases the person. */
export function customerSubject(customerId: string): string {
  return `customer-${customerId}`;
}
