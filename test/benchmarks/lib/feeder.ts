import { Client, credentials, Server, ServerCredentials, type ServerWritableStream } from '@grpc/grpc-js';
import {
  alreadyFramed,
  FramedMessages,
} from '../../../libs/embedded-eventstore/src/protocol/framed-messages.ts';

/**
 * Entry of the feeder: a server that gives the answers of another one, byte for byte, from memory.
 *
 * The drain of P1 has to be nearly as fast from the store as from here: then the store does not slow the baseline down
 * and so flatter the contender.
 */
const READ = '/event_store.client.streams.Streams/Read';
/** As the store sends: packs of nearly the client's window, one on its way and the next behind it. */
const PACK_BYTES = 60 * 1024;
const PACKS_ON_THEIR_WAY = 2;

type Call = ServerWritableStream<Buffer, FramedMessages>;

const same = (bytes: Buffer): Buffer => bytes;

async function start({ eventStoreUri }: { readonly eventStoreUri: string }): Promise<{ uri: string }> {
  const upstream = new Client(
    new URL(eventStoreUri.replace(/^esdb:/, 'http:')).host,
    credentials.createInsecure(),
    {
      'grpc.max_receive_message_length': -1,
    },
  );
  const recorded = new Map<string, Promise<readonly FramedMessages[]>>();
  const server = new Server({ 'grpc.max_send_message_length': -1 });
  server.addService(
    {
      Read: {
        path: READ,
        requestStream: false,
        responseStream: true,
        requestSerialize: same,
        requestDeserialize: same,
        responseSerialize: alreadyFramed as unknown as (bytes: FramedMessages) => Buffer,
        responseDeserialize: same as unknown as (bytes: Buffer) => FramedMessages,
      },
    },
    {
      Read: (call: Call) => {
        const key = call.request.toString('base64');
        const packs = recorded.get(key) ?? record(upstream, call.request);
        recorded.set(key, packs);
        packs.then(
          (ready) => feed(call, ready),
          (error: unknown) => call.emit('error', error),
        );
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { uri: `esdb://127.0.0.1:${port}?tls=false` };
}

async function record(upstream: Client, request: Buffer): Promise<readonly FramedMessages[]> {
  const packs: FramedMessages[] = [];
  let [frames, bytes] = [[] as Buffer[], 0];
  const pack = (): void => {
    if (bytes > 0) packs.push(new FramedMessages(Buffer.concat(frames, bytes)));
    [frames, bytes] = [[], 0];
  };
  for await (const message of upstream.makeServerStreamRequest(READ, same, same, request)) {
    const frame = Buffer.alloc(5 + (message as Buffer).length);
    frame.writeUInt32BE((message as Buffer).length, 1);
    (message as Buffer).copy(frame, 5);
    frames.push(frame);
    bytes += frame.length;
    if (bytes >= PACK_BYTES) pack();
  }
  pack();
  return packs;
}

async function feed(call: Call, packs: readonly FramedMessages[]): Promise<void> {
  let onTheirWay = 0;
  let goOn: () => void = () => undefined;
  // It may have gone while its answers were recorded.
  let left = call.cancelled || call.closed;
  const leave = () => {
    left = true;
    goOn();
  };
  call.on('close', leave);
  call.on('cancelled', leave);
  for (const pack of packs) {
    if (onTheirWay >= PACKS_ON_THEIR_WAY && !left)
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
    if (left) return;
    onTheirWay++;
    call.write(pack, () => {
      onTheirWay--;
      goOn();
    });
  }
  call.end();
}

process.on('message', ({ call, order }: { call: number; order: { eventStoreUri: string } }) => {
  start(order).then(
    (result) => process.send?.({ call, result, cpuSeconds: 0 }),
    (error: unknown) => process.send?.({ call, error: String(error), cpuSeconds: 0 }),
  );
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
process.on('disconnect', () => process.exit(0));
