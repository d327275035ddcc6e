import { issueToken, localSecret, type Role } from '#access';
import type { Config } from './config.ts';
import { type Outcome, UsageError } from './outcome.ts';

/** Prints a token, and nothing else, on stdout. */
export async function token(
  config: Config,
  options: { role: Role[]; sub: string; unit?: string[]; expiresIn: string },
): Promise<Outcome> {
  if (config.jwks) {
    process.stderr.write('Tokens come from the issuer of QUADRANT_JWKS; this installation issues none.\n');
    return 1;
  }
  if (!/^[1-9]\d{0,5} ?(s|m|h|d|w|y)$/.test(options.expiresIn))
    throw new UsageError(`--expires-in must be a time like 30m, 12h or 7d, not "${options.expiresIn}".`);
  const secret = config.jwtSecret ? Buffer.from(config.jwtSecret) : localSecret(config.data);
  process.stdout.write(
    `${await issueToken(secret, { subject: options.sub, roles: options.role, expiresIn: options.expiresIn, ...(options.unit ? { units: options.unit } : {}) })}\n`,
  );
  return 0;
}
