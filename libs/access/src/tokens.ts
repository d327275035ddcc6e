import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { type Identity, isRole, type Role } from './roles.ts';

/** Where the keys of tokens come from: a shared secret, or a JSON Web Key Set. */
export type TokenKeys = { readonly secret: Uint8Array } | { readonly jwks: string };

const ALGORITHM = 'HS256';
const AUDIENCE = 'quadrant';
const TOKENS_REMEMBERED = 10_000;
const SECRET_BYTES = 32;

/** A token that is not accepted, and why in one sentence. */
export class TokenRefused extends Error {}

/** The key of this installation: made at the first start, readable by its owner only. */
export function localSecret(directory: string): Uint8Array {
  const path = join(directory, 'token-key');
  if (!existsSync(path)) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // It appears with its content: a kill in between leaves no empty key that would sign tokens from then on.
    const own = `${path}.${process.pid}`;
    writeFileSync(own, randomBytes(SECRET_BYTES).toString('base64url'), { mode: 0o600, flush: true });
    try {
      linkSync(own, path);
    } catch (error) {
      // Another process of this installation was first: its key is the key.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    rmSync(own);
  }
  const secret = Buffer.from(readFileSync(path, 'utf8'), 'base64url');
  if (secret.length !== SECRET_BYTES)
    throw new Error(
      `${path} must hold a key of ${SECRET_BYTES} bytes, but has ${secret.length}; move it away, and a new one is made.`,
    );
  return secret;
}

/** Issues a token of this installation. `expiresIn`: as in `12h`. */
export async function issueToken(
  secret: Uint8Array,
  { subject, roles, units, expiresIn = '12h' }: Identity & { readonly expiresIn?: string },
): Promise<string> {
  return new SignJWT({ roles, ...(units === undefined ? {} : { units }) })
    .setProtectedHeader({ alg: ALGORITHM })
    .setSubject(subject)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(expiresIn)
    .sign(secret);
}

/** Verifies tokens and remembers the good ones until they end. */
export class TokenVerifier {
  readonly #verify: (token: string) => Promise<JWTPayload>;
  readonly #known = new LRUCache<string, { identity: Identity; ends: number }>({ max: TOKENS_REMEMBERED });

  constructor(keys: TokenKeys) {
    if ('secret' in keys) {
      // The algorithm is fixed: a token that names another one (or none) is refused whatever it is signed with.
      this.#verify = async (token) =>
        (
          await jwtVerify(token, keys.secret, {
            algorithms: [ALGORITHM],
            audience: AUDIENCE,
            requiredClaims: ['exp', 'sub'],
          })
        ).payload;
    } else {
      const set: JWTVerifyGetKey = createRemoteJWKSet(new URL(keys.jwks));
      this.#verify = async (token) =>
        (
          await jwtVerify(token, set, {
            algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
            audience: AUDIENCE,
            requiredClaims: ['exp', 'sub'],
          })
        ).payload;
    }
  }

  /** Who the token speaks for; throws TokenRefused. */
  async verify(token: string): Promise<Identity> {
    const known = this.#known.get(token);
    if (known && known.ends > Date.now()) return known.identity;
    try {
      const payload = await this.#verify(token);
      const identity = identityOf(payload);
      this.#known.set(token, { identity, ends: (payload.exp as number) * 1000 });
      return identity;
    } catch (error) {
      if (error instanceof TokenRefused) throw error;
      throw new TokenRefused(
        error instanceof errors.JWTExpired
          ? 'The token has expired; ask for a new one.'
          : 'The token is not valid here.',
      );
    }
  }
}

function identityOf(payload: JWTPayload): Identity {
  const roles = payload['roles'];
  if (
    !Array.isArray(roles) ||
    !roles.every((role): role is Role => typeof role === 'string' && isRole(role))
  ) {
    throw new TokenRefused('The token names no known roles.');
  }
  const units = payload['units'];
  if (units !== undefined && !(Array.isArray(units) && units.every((unit) => typeof unit === 'string'))) {
    throw new TokenRefused('The token’s units are not a list of unit ids.');
  }
  return {
    subject: payload.sub as string,
    roles,
    ...(units === undefined ? {} : { units: units as string[] }),
  };
}
