import { status } from '@grpc/grpc-js';
import { WireError } from '../protocol/errors.ts';
import { ALL } from './definition.ts';

interface Named {
  readonly stream: string | undefined;
  readonly group: string;
}

const trailers = ({ stream, group }: Named) => ({ 'stream-name': stream ?? ALL, 'group-name': group });

export const doesNotExist = (named: Named) =>
  new WireError(
    status.NOT_FOUND,
    `Subscription group ${named.group} on stream ${named.stream ?? ALL} does not exist.`,
    'persistent-subscription-does-not-exist',
    trailers(named),
  );

export const exists = (named: Named) =>
  new WireError(
    status.ALREADY_EXISTS,
    `Subscription group ${named.group} on stream ${named.stream ?? ALL} exists.`,
    'persistent-subscription-exists',
    trailers(named),
  );

export const maximumSubscribersReached = (named: Named) =>
  new WireError(
    status.FAILED_PRECONDITION,
    `Maximum subscriptions reached for subscription group ${named.group} on stream ${named.stream ?? ALL}.`,
    'maximum-subscribers-reached',
    trailers(named),
  );

export const dropped = (named: Named) =>
  new WireError(
    status.CANCELLED,
    `Subscription group ${named.group} on stream ${named.stream ?? ALL} was dropped.`,
    'persistent-subscription-dropped',
    trailers(named),
  );

export const failed = (named: Named, reason: string) =>
  new WireError(
    status.INTERNAL,
    `Subscription group ${named.group} on stream ${named.stream ?? ALL} failed: '${reason}'`,
    'persistent-subscription-failed',
    { ...trailers(named), reason },
  );
