import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Identity, mayAct, type Role, TokenRefused, TokenVerifier } from '#access';
import { ProblemError, problem } from './problems.ts';

const NEEDS = 'needs-roles';
const OPEN = 'open-to-everybody';
const UNITS = 'open-to-tokens-of-units';

/** The roles of which a caller needs one; none named: any role. */
export const Needs = (...roles: readonly Role[]) => SetMetadata(NEEDS, roles);

/** No token is needed. */
export const Open = () => SetMetadata(OPEN, true);

/**
 * A token that is limited to units may come here: the handler looks at the unit, or shows nothing of the company.
 * Every other route is for tokens without such a limit.
 */
export const OpenToUnits = () => SetMetadata(UNITS, true);

/** Who may come to a route. */
export interface Access {
  readonly open: boolean;
  readonly roles: readonly Role[];
  readonly units: boolean;
}

export function accessOf(handler: object, controller: object): Access {
  const said = <T>(key: string): T | undefined =>
    (Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, controller)) as T | undefined;
  return {
    open: said<boolean>(OPEN) ?? false,
    roles: said<readonly Role[]>(NEEDS) ?? [],
    units: said<boolean>(UNITS) ?? false,
  };
}

type IdentifiedRequest = FastifyRequest & { identity?: Identity };

/** Whoever is asking. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Identity => {
  return context.switchToHttp().getRequest<IdentifiedRequest>().identity as Identity;
});

@Injectable()
export class TokenGuard implements CanActivate {
  constructor(private readonly tokens: TokenVerifier) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = accessOf(context.getHandler(), context.getClass());
    if (access.open) return true;
    const request = context.switchToHttp().getRequest<IdentifiedRequest>();
    const identity = await this.#identityOf(request);
    if (!mayAct(identity, access.roles)) {
      throw new ProblemError(
        problem(
          'not-allowed',
          `This needs the role ${access.roles.join(' or ') || 'of somebody'}; the token has ${identity.roles.join(', ') || 'none'}.`,
        ),
      );
    }
    if (identity.units !== undefined && !access.units) {
      throw new ProblemError(
        problem(
          'not-allowed',
          `This concerns the whole company; the token is limited to the units ${identity.units.join(', ')}.`,
        ),
      );
    }
    request.identity = identity;
    return true;
  }

  async #identityOf(request: IdentifiedRequest): Promise<Identity> {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || !token) {
      throw new ProblemError(
        problem(
          'no-token',
          'Send a header Authorization: Bearer <token>; `quadrant token --role viewer` prints one.',
        ),
      );
    }
    try {
      return await this.tokens.verify(token);
    } catch (error) {
      if (error instanceof TokenRefused) throw new ProblemError(problem('bad-token', error.message));
      throw error;
    }
  }
}
