import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { crashPoint } from '#crash-points';
import { makeDirectory, syncDirectory } from '#directory-lock';
import { copyEnvironment, makeEnvironment } from '#lmdb-copy';

/** A sealed value as it stands in event data: only who has the subject's key can read it. */
export interface Sealed {
  readonly sealed: {
    /** Which key; a random UUID that says nothing about the subject. */
    readonly keyId: string;
    /** 96 bits, base64. */
    readonly iv: string;
    /** 128 bits, base64. */
    readonly tag: string;
    /** AES-256-GCM of the value's JSON, base64. */
    readonly ciphertext: string;
  };
}

/** Nobody's personal data can be recorded any more once that person has been erased. */
export class SubjectErased extends Error {
  readonly code = 'subject-erased';
  readonly subject: string;

  constructor(subject: string) {
    super(`The personal data of ${subject} has been erased; none can be recorded under this id any more.`);
    this.name = 'SubjectErased';
    this.subject = subject;
  }
}

/**
 * One 256-bit key for each person; the personal fields of events are sealed with it (envelope encryption).
 *
 * The keys live apart from the log, so that destroying one makes every copy of that log forget the person.
 */
export interface KeyStore {
  /**
   * Seals a JSON value for a field of a subject; the key is on disk when this resolves.
   *
   * Fault: {@link SubjectErased}. The result differs each time (random iv): compare opened values, not envelopes.
   */
  seal(subject: string, path: string, value: unknown): Promise<Sealed>;
  /** The value, or undefined when the key has been destroyed or never existed here. Throws when tampered with. */
  open(subject: string, path: string, envelope: Sealed): unknown;
  /** True when the subject's key has been destroyed. */
  isErased(subject: string): boolean;
  /**
   * Destroys the subject's key; what was sealed with it cannot be read any more.
   *
   * The disk page that held it is reused by later writes, not wiped at once; backups of this directory are the
   * operator's to expire.
   */
  destroy(subject: string): Promise<void>;
  close(): Promise<void>;
}

interface StoredKey {
  readonly keyId: string;
  readonly key: Buffer | null;
}

const ALGORITHM = 'aes-256-gcm';

const FILE = 'data.mdb';
/** Of an empty store; lmdb makes it larger as it fills. */
const MAP_BYTES = 2 ** 20;

/** Opens (and creates) the key store in a directory that only this user can enter. */
export function openKeyStore({ directory }: { readonly directory: string }): KeyStore {
  makeDirectory(directory);
  chmodSync(directory, 0o700);
  const file = join(directory, FILE);
  if (!existsSync(file)) makeEnvironment(file, MAP_BYTES);
  // Also of one that was there: who made it may have been killed before this.
  syncDirectory(directory);
  // Without overlapping sync a commit's promise means "on disk": the key is durable before the event that needs it.
  const db = openLmdb<StoredKey, string>({ path: directory, noSubdir: false, overlappingSync: false });

  const keyFor = async (subject: string): Promise<StoredKey & { readonly key: Buffer }> => {
    const found = db.get(subject) ?? (await create(subject));
    if (found.key === null) throw new SubjectErased(subject);
    return { keyId: found.keyId, key: found.key };
  };

  /** Two processes may meet a new subject at once: the first one's key stands, both use it. */
  const create = async (subject: string): Promise<StoredKey> => {
    await db.ifNoExists(subject, () => {
      db.put(subject, { keyId: randomUUID(), key: randomBytes(32) });
    });
    crashPoint('keys.after-create');
    const stored = db.get(subject);
    if (stored === undefined)
      throw new Error(`The key store in ${directory} did not keep a key it was given.`);
    return stored;
  };

  return {
    seal: async (subject, path, value) => {
      const { keyId, key } = await keyFor(subject);
      const iv = randomBytes(12);
      const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(binding(subject, path));
      const ciphertext = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return {
        sealed: {
          keyId,
          iv: iv.toString('base64'),
          tag: cipher.getAuthTag().toString('base64'),
          ciphertext: ciphertext.toString('base64'),
        },
      };
    },
    open: (subject, path, { sealed }) => {
      const stored = db.get(subject);
      if (stored === undefined || stored.key === null || stored.keyId !== sealed.keyId) return undefined;
      const decipher = createDecipheriv(ALGORITHM, stored.key, Buffer.from(sealed.iv, 'base64'), {
        authTagLength: 16,
      });
      decipher.setAAD(binding(subject, path)).setAuthTag(Buffer.from(sealed.tag, 'base64'));
      const opened = Buffer.concat([
        decipher.update(Buffer.from(sealed.ciphertext, 'base64')),
        decipher.final(),
      ]);
      return JSON.parse(opened.toString('utf8'));
    },
    isErased: (subject) => db.get(subject)?.key === null,
    destroy: async (subject) => {
      const keyId = db.get(subject)?.keyId ?? randomUUID();
      await db.put(subject, { keyId, key: null });
    },
    close: () => db.close(),
  };
}

/** What a key store has: two with the same digest have the same keys for the same subjects. */
export interface KeysContent {
  readonly subjects: number;
  /** SHA-256 over subjects, names of keys and keys in order of the subjects, hexadecimal. */
  readonly digest: string;
}

/**
 * Copies the keys of a directory into another one that only this user can enter, whether or not they are in use; keys that were
 * destroyed are not in the copy. Errors: those of the file system.
 */
export function copyKeys(from: string, to: string): Promise<KeysContent> {
  return copyEnvironment(from, to, {}, readKeys);
}

async function readKeys(directory: string): Promise<KeysContent> {
  const db = openLmdb<StoredKey, string>({ path: directory, noSubdir: false, readOnly: true });
  try {
    const hash = createHash('sha256');
    let subjects = 0;
    for (const { key, value } of db.getRange({})) {
      hash.update(JSON.stringify([key, value.keyId, value.key?.toString('base64') ?? null]));
      subjects++;
    }
    return { subjects, digest: hash.digest('hex') };
  } finally {
    await db.close();
  }
}

/** Length-prefixed, so that no other subject and path give the same bytes. */
function binding(subject: string, path: string): Buffer {
  return Buffer.from(`${subject.length}:${subject}:${path}`, 'utf8');
}
