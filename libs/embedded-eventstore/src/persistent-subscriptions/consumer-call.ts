import { randomUUID } from 'node:crypto';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { userOf } from '../access/guarded.ts';
import { type Persistent, persistent } from '../protocol/definitions.ts';
import { asWireError, invalid, type WireError } from '../protocol/errors.ts';
import { FramedMessages } from '../protocol/framed-messages.ts';
import { uuidText } from '../protocol/identifiers.ts';
import type { NackAction } from './core/step.ts';
import { ALL } from './definition.ts';
import { subscriptionConfirmation } from './delivered-message.ts';
import type { Connection, Group } from './group.ts';
import type { Groups } from './groups.ts';
import { maximumSubscribersReached } from './refusals.ts';
import { namedGroup } from './requested-group.ts';

type Request = InstanceType<Persistent['ReadReq']>;
type Options = InstanceType<Persistent['ReadReq']['Options']>;
type Call = ServerDuplexStream<Request, FramedMessages>;
type Ids = Parameters<typeof uuidText>[0][];

const { Action } = persistent.ReadReq.Nack;
const ACTIONS: ReadonlyMap<number, NackAction> = new Map([
  [Action.UNKNOWN, 'retry'],
  [Action.PARK, 'park'],
  [Action.RETRY, 'retry'],
  [Action.SKIP, 'skip'],
  [Action.STOP, 'stop'],
]);

/** Read: a consumer says which group it joins, and then answers what it is sent. */
export function consumerCall(groups: Groups) {
  return (call: Call): void => {
    let joined: { readonly group: Group; readonly connection: Connection } | undefined;
    let over = false;
    const leave = () => {
      over = true;
      joined?.group.leave(joined.connection);
    };
    const end = (error: WireError) => {
      if (over) return;
      leave();
      call.emit('error', error);
    };
    call.on('data', (request: Request) => {
      if (over) return;
      try {
        if (joined) answered(joined.group, request);
        else joined = join(groups, call, request.getOptions(), end);
      } catch (error) {
        end(asWireError(error));
      }
    });
    call.on('end', () => {
      if (over) return;
      leave();
      call.end();
    });
    call.on('cancelled', leave);
    call.on('close', leave);
    call.on('error', leave);
  };
}

function join(
  groups: Groups,
  call: Call,
  options: Options | undefined,
  end: (error: WireError) => void,
): { readonly group: Group; readonly connection: Connection } {
  if (!options) throw invalid('options', 'must be the first message');
  const name = namedGroup(options);
  const bufferSize = options.getBufferSize();
  if (bufferSize < 1) throw invalid('options.buffer_size', 'must be at least 1');
  const group = groups.get(name);
  if (group.isFull) throw maximumSubscribersReached(name);
  const connection: Connection = {
    id: randomUUID(),
    name: String(call.metadata.get('connection-name')[0] ?? ''),
    from: call.getPeer(),
    user: userOf(call.metadata),
    bufferSize,
    ids: options.getUuidOption()?.hasString() ? 'text' : 'structured',
    // Never more than the consumer's buffer is on its way: that bounds what waits for the connection.
    send: (frames) => call.write(new FramedMessages(Buffer.concat(frames))),
    end,
  };
  connection.send([subscriptionConfirmation(`${name.stream ?? ALL}::${name.group}`)]);
  group.join(connection);
  return { group, connection };
}

function answered(group: Group, request: Request): void {
  const ack = request.getAck();
  const nack = request.getNack();
  if (ack) group.take({ kind: 'acknowledged', ids: texts('ack', ack.getIdsList()) });
  else if (nack)
    group.take({
      kind: 'refused',
      ids: texts('nack', nack.getIdsList()),
      action: ACTIONS.get(nack.getAction()) ?? 'retry',
      reason: nack.getReason(),
    });
  else throw invalid('content', 'must be ack or nack after the first message');
}

function texts(field: string, ids: Ids): string[] {
  return ids.map((id) => {
    const text = uuidText(id);
    if (text === undefined) throw invalid(`${field}.ids`, 'must be UUIDs');
    return text;
  });
}
