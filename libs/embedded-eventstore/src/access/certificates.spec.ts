import { X509Certificate } from 'node:crypto';
import { issueCertificates } from './certificates.ts';
import { isDue } from './is-due.ts';

const NOW = new Date('2026-01-31T12:00:00Z');

describe('certificates of a store', () => {
  it('are for loopback, signed by an authority that signs nothing else', async () => {
    const issued = await issueCertificates(NOW);
    const authority = new X509Certificate(issued.authority);
    const certificate = new X509Certificate(issued.certificate);

    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.checkIssued(authority)).toBe(true);
    expect(authority.ca).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkHost('example.com')).toBeUndefined();
    expect(new X509Certificate((await issueCertificates(NOW)).authority).subject).not.toBe(authority.subject);
  });

  it('are due in the last year before their end', async () => {
    const { certificate } = await issueCertificates(NOW);
    expect(isDue(certificate, NOW)).toBe(false);
    expect(isDue(certificate, new Date('2035-01-27T12:00:00Z'))).toBe(false);
    expect(isDue(certificate, new Date('2035-01-31T12:00:00Z'))).toBe(true);
  });
});
