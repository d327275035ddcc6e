import {
  type Metadata,
  type ServerUnaryCall,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { WireError } from '../protocol/errors.ts';
import type { Access } from './access.ts';

/** Anything that a handler is called with. */
type Call = ServerUnaryCall<unknown, unknown>;
type Callback = (error: WireError) => void;

/** The calls of a service, for those who say who they are; without access everybody may call them. */
export function guarded(
  calls: UntypedServiceImplementation,
  access: Access | undefined,
): UntypedServiceImplementation {
  if (!access) return calls;
  return Object.fromEntries(
    Object.entries(calls).map(([name, handler]) => [
      name,
      (call: Call, callback: unknown) => {
        const [authorization] = call.metadata.get('authorization');
        if (access.allows(authorization?.toString()))
          return (handler as (call: Call, callback: unknown) => void)(call, callback);
        const refused = new WireError(
          status.UNAUTHENTICATED,
          'This event store is used with the name and password of its data directory.',
          'access-denied',
        );
        // Calls that stream answers have no callback.
        if (typeof callback === 'function') return (callback as Callback)(refused);
        call.emit('error', refused);
      },
    ]),
  ) as UntypedServiceImplementation;
}

/** Without TLS nobody says who they are (the official client keeps it to itself), and everybody is the system. */
export function userOf(metadata: Metadata): string {
  const [, encoded] = /^Basic (.+)$/.exec(metadata.get('authorization')[0]?.toString() ?? '') ?? [];
  return encoded === undefined
    ? 'system'
    : (Buffer.from(encoded, 'base64').toString().split(':')[0] as string);
}
