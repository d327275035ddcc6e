import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LIMITS } from './limits.ts';
import { ProblemError, problem } from './problems.ts';

/** What a route says about its body with `@RouteConfig`: other limits than those of every route. */
export interface BodyRules {
  readonly bodyBytes?: number;
  /** Name of the field whose members may be texts of any length. */
  readonly longTextsIn?: string;
}

/** Bodies are JSON, and nothing else: parsed, then measured, before anything looks at them. */
export function takeJsonBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    route.bodyLimit = (route.config as BodyRules | undefined)?.bodyBytes ?? LIMITS.bodyBytes;
  });
  fastify.removeAllContentTypeParsers();
  // Keys that would reach an object's prototype are an error, not a field.
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    parse(request, text as string, (error, body) => {
      if (error) {
        done(error);
        return;
      }
      const wrong = beyondLimits(body, rulesOf(request).longTextsIn);
      if (wrong === undefined) done(null, body);
      else
        done(
          new ProblemError(problem('invalid-input', `${wrong.field} ${wrong.message}.`, { errors: [wrong] })),
        );
    });
  });
}

function rulesOf(request: FastifyRequest): BodyRules {
  return (request.routeOptions.config ?? {}) as BodyRules;
}

/** The first value that is nested too deeply or too long. Without recursion: the depth is what is measured. */
export function beyondLimits(
  body: unknown,
  longTextsIn?: string,
): { readonly field: string; readonly message: string } | undefined {
  const open: { value: unknown; path: string; depth: number }[] = [{ value: body, path: '', depth: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path, depth } = next;
    if (typeof value === 'string' && value.length > LIMITS.textLength) {
      if (longTextsIn !== undefined && depth === 3 && path.startsWith(`${longTextsIn}.`)) continue;
      return { field: path, message: `must have at most ${LIMITS.textLength} characters` };
    }
    if (typeof value !== 'object' || value === null) continue;
    if (depth > LIMITS.nesting)
      return { field: path, message: `is nested more than ${LIMITS.nesting} levels deep` };
    // The last one is looked at first: put in backwards, so that the first mistake is the one that is named.
    const members = Object.entries(value).reverse();
    for (const [name, member] of members) {
      const field = Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
      open.push({ value: member, path: field, depth: depth + 1 });
    }
  }
  return undefined;
}
