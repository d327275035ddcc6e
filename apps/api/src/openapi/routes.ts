import { RequestMethod, type Type } from '@nestjs/common';
import {
  HTTP_CODE_METADATA,
  METHOD_METADATA,
  PARAMTYPES_METADATA,
  PATH_METADATA,
  ROUTE_ARGS_METADATA,
} from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { Role } from '#access';
import { accessOf } from '../guard.ts';
import { type Operation, operationOf } from './operation.ts';

/** A route as its controller declares it. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** As in `/v1/customers/:id`. */
  readonly path: string;
  readonly status: number;
  readonly operation: Operation;
  readonly name: string;
  readonly tag: string;
  readonly parameters: readonly string[];
  readonly query: Type | undefined;
  readonly body: Type | undefined;
  /** No token is needed. */
  readonly open: boolean;
  readonly roles: readonly Role[];
}

/** The routes of controllers, read from the same metadata that Nest's router reads. */
export function routesOf(controllers: readonly Type[]): readonly Route[] {
  return controllers.flatMap((controller) => {
    const base = Reflect.getMetadata(PATH_METADATA, controller) as string;
    const prototype = controller.prototype as Record<string, unknown>;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const handler = prototype[name];
      const method =
        typeof handler === 'function'
          ? (Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod)
          : undefined;
      if (method === undefined) return [];
      return [routeOf(controller, base, name, handler as object, method)];
    });
  });
}

function routeOf(
  controller: Type,
  base: string,
  name: string,
  handler: object,
  method: RequestMethod,
): Route {
  const operation = operationOf(handler);
  if (operation === undefined)
    throw new Error(`${controller.name}.${name} needs @Answers: what it is and answers.`);
  const path = `/${[base, Reflect.getMetadata(PATH_METADATA, handler) as string].join('/')}`
    .replaceAll(/\/+/g, '/')
    .replace(/(?<=.)\/$/, '');
  const types = (Reflect.getMetadata(PARAMTYPES_METADATA, controller.prototype, name) ?? []) as Type[];
  const typeOf = (kind: RouteParamtypes): Type | undefined => {
    const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Record<
      string,
      { readonly index: number }
    >;
    const found = Object.entries(args).find(([key]) => key.startsWith(`${kind}:`));
    return found && types[found[1].index];
  };
  const status = Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined;
  const { open, roles } = accessOf(handler, controller);
  return {
    method: RequestMethod[method].toLowerCase() as Route['method'],
    path,
    status: status ?? (method === RequestMethod.POST ? 201 : 200),
    operation,
    name,
    tag: controller.name.replace(/Controller$/, ''),
    parameters: [...path.matchAll(/:(\w+)/g)].map(([, parameter]) => parameter as string),
    query: typeOf(RouteParamtypes.QUERY),
    body: typeOf(RouteParamtypes.BODY),
    open,
    roles,
  };
}
