import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { type Identity, mayAct, type Role, TokenRefused, TokenVerifier } from '#access';
import { ProblemError, problem } from './problems.ts';

const NEEDS = 'needs-roles';
const OPEN = 'open-to-everybody';

/** The roles of which a caller needs one; none named: any role. */
export const Needs = (...roles: readonly Role[]) => SetMetadata(NEEDS, roles);

/** No token is needed. */
export const Open = () => SetMetadata(OPEN, true);

type IdentifiedRequest = FastifyRequest & { identity?: Identity };

/** Whoever is asking. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Identity => {
  return context.switchToHttp().getRequest<IdentifiedRequest>().identity as Identity;
});

@Injectable()
export class TokenGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenVerifier,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(OPEN, targets)) return true;
    const request = context.switchToHttp().getRequest<IdentifiedRequest>();
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || !token) {
      throw new ProblemError(
        problem(
          'no-token',
          'Send a header Authorization: Bearer <token>; `quadrant token --role viewer` prints one.',
        ),
      );
    }
    let identity: Identity;
    try {
      identity = await this.tokens.verify(token);
    } catch (error) {
      if (error instanceof TokenRefused) throw new ProblemError(problem('bad-token', error.message));
      throw error;
    }
    const needed = this.reflector.getAllAndOverride<readonly Role[]>(NEEDS, targets) ?? [];
    if (!mayAct(identity, needed)) {
      throw new ProblemError(
        problem(
          'not-allowed',
          `This needs the role ${needed.join(' or ')}; the token has ${identity.roles.join(', ') || 'none'}.`,
        ),
      );
    }
    request.identity = identity;
    return true;
  }
}
