import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ServerCredentials } from '@grpc/grpc-js';
import { makeDirectory, syncDirectory } from '#directory-lock';
import { isDue } from './is-due.ts';

/** How clients of a server with TLS find and prove each other. */
export interface Access {
  readonly credentials: ServerCredentials;
  /** Whether a call's `authorization` header is that of the user (Basic, RFC 7617). */
  allows(authorization: string | undefined): boolean;
  /** The address with everything that a client needs; left in the file `uri` as well. */
  published(port: number): string;
}

const USERNAME = 'quadrant';
const PASSWORD_BYTES = 32;

/**
 * The access of a store's directory, made at its first start: `access/ca.crt`, `server.crt`, `server.key` and `password`, readable by
 * their owner only. The directory may be given relative to the working directory; addresses name it absolutely. Certificates are renewed at a start in the last of their ten years; the password stays.
 *
 * Errors: those of the file system.
 */
export async function openAccess(directory: string, now: Date): Promise<Access> {
  const folder = resolve(directory, 'access');
  const file = (name: string) => join(folder, name);
  makeDirectory(folder);
  chmodSync(folder, 0o700);
  if (!existsSync(file('password')))
    publish(file('password'), randomBytes(PASSWORD_BYTES).toString('base64url'));
  // The authority is written last, and no name of the others can come to the disk after its own: where it is, the other two are,
  // and belong to it.
  if (!existsSync(file('ca.crt')) || isDue(readFileSync(file('ca.crt'), 'utf8'), now)) {
    rmSync(file('ca.crt'), { force: true });
    syncDirectory(folder);
    // Only where they are made: what makes them takes a third of a start to load.
    const { issueCertificates } = await import('./certificates.ts');
    const { authority, certificate, key } = await issueCertificates(now);
    publish(file('server.key'), key);
    publish(file('server.crt'), certificate);
    syncDirectory(folder);
    publish(file('ca.crt'), authority);
  }
  const password = readFileSync(file('password'), 'utf8');
  const expected = digest(`Basic ${Buffer.from(`${USERNAME}:${password}`).toString('base64')}`);
  return {
    credentials: ServerCredentials.createSsl(null, [
      { private_key: readFileSync(file('server.key')), cert_chain: readFileSync(file('server.crt')) },
    ]),
    allows: (authorization) =>
      authorization !== undefined && timingSafeEqual(digest(authorization), expected),
    published: (port) => {
      // By its name: the name that TLS sends may not be an address (RFC 6066, 3).
      const authority = encodeURIComponent(file('ca.crt'));
      const uri = `esdb://${USERNAME}:${password}@localhost:${port}?tls=true&tlsCAFile=${authority}`;
      publish(file('uri'), uri);
      return uri;
    },
  };
}

/** A file appears with its content. */
function publish(path: string, content: string): void {
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, content, { mode: 0o600, flush: true });
  renameSync(aside, path);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
