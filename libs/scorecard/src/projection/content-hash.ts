import { hash } from 'node:crypto';
import type { Position } from '#kernel';
import type { Delta } from './page.ts';

/**
 * The content hash of a read model: a commutative sum over its groups (all deltas of one position on one page).
 *
 * It does not depend on batches, chunks or the order of pages: the same log gives the same hash, and a chunk that got lost
 * or was counted twice gives another. Kept beside the checkpoint. 128 bits of SHA-256, as 32 hexadecimal digits.
 */
export const NO_CONTENT = '0'.repeat(32);

const MODULUS = 1n << 128n;

/** The hash of all deltas that one position writes to one page, in their order on the page. */
export function contentHashOf(page: string, position: Position, deltas: readonly Delta[]): bigint {
  let text = `${page}\n${position}`;
  for (const { slot, measure, amount } of deltas) text += `\n${slot}\n${measure}\n${amount}`;
  return BigInt(`0x${hash('sha256', text).slice(0, 32)}`);
}

export function addHash(content: string, more: bigint): string {
  return ((BigInt(`0x${content}`) + more) % MODULUS).toString(16).padStart(32, '0');
}
