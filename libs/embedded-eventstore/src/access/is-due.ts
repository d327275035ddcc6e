import { X509Certificate } from 'node:crypto';

const RENEWED_BEFORE_MS = 365 * 86_400_000;

/** Whether a certificate is to be replaced, long before it ends. */
export function isDue(pem: string, now: Date): boolean {
  return Date.parse(new X509Certificate(pem).validTo) - now.getTime() < RENEWED_BEFORE_MS;
}
