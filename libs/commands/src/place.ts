import { streamOf } from '#contracts';
import type { Content } from './decider.ts';

/** The stream that a fact belongs to; it follows from its type and ids. Only asked for content that is valid. */
export function placeOf(type: string, data: Content): string {
  return streamOf(type, data);
}
