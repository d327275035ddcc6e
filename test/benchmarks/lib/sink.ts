import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import {
  featuresService,
  streamsService,
} from '../../../libs/embedded-eventstore/src/protocol/definitions.ts';
import { supportedMethodsCall } from '../../../libs/embedded-eventstore/src/protocol/server-features.ts';

/**
 * Entry of the sink: a server that answers every append of the official client at once, without decoding, checking or
 * keeping its events.
 *
 * What the client reaches here is what it can reach with any store on this machine: a ratio that would need more of it is
 * no ratio of the store.
 */
const same = (bytes: Buffer): Buffer => bytes;
const LENGTH_DELIMITED = 2;
const [CORRELATION_ID, OPTIONS, IS_FINAL] = [1, 2, 4];
const STREAM_IDENTIFIER = 1;
/** `success` of a `BatchAppendResp`: revision 0 at position 0; then `any`. */
const SUCCESS = Buffer.from([0x1a, 8, 0x08, 0, 0x1a, 4, 0x08, 0, 0x10, 0]);
const EXPECTED_ANY = Buffer.from([0x3a, 0]);

/** The last value of each field of a message, by number; a varint is its value. */
function fieldsOf(message: Buffer): Map<number, Buffer | number> {
  const fields = new Map<number, Buffer | number>();
  let at = 0;
  const varint = (): number => {
    let [value, shift] = [0, 1];
    for (;;) {
      const byte = message[at++] as number;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
      shift *= 128;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const value = varint();
    if ((tag & 7) !== LENGTH_DELIMITED) fields.set(tag >> 3, value);
    else {
      fields.set(tag >> 3, message.subarray(at, at + value));
      at += value;
    }
  }
  return fields;
}

function delimited(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | LENGTH_DELIMITED, bytes.length]), bytes]);
}

/** Answers each append when its last part is there. */
function batchAppended(call: ServerDuplexStream<Buffer, Buffer>): void {
  const streams = new Map<string, Buffer>();
  call.on('data', (request: Buffer) => {
    const fields = fieldsOf(request);
    const id = fields.get(CORRELATION_ID) as Buffer;
    const key = id.toString('latin1');
    const options = fields.get(OPTIONS);
    if (options instanceof Buffer) streams.set(key, fieldsOf(options).get(STREAM_IDENTIFIER) as Buffer);
    if (!fields.get(IS_FINAL)) return;
    const stream = streams.get(key) as Buffer;
    streams.delete(key);
    call.write(Buffer.concat([delimited(1, id), SUCCESS, delimited(4, stream), EXPECTED_ANY]));
  });
  call.on('end', () => call.end());
}

async function start(): Promise<{ uri: string }> {
  const server = new Server();
  const raw = {
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  server.addService({ batchAppend: { ...streamsService['batchAppend'], ...raw } } as never, {
    batchAppend: batchAppended,
  });
  server.addService(featuresService as never, { getSupportedMethods: supportedMethodsCall });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { uri: `esdb://127.0.0.1:${port}?tls=false` };
}

process.on('message', ({ call }: { call: number }) => {
  start().then(
    (result) => process.send?.({ call, result, cpuSeconds: 0 }),
    (error: unknown) => process.send?.({ call, error: String(error), cpuSeconds: 0 }),
  );
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
process.on('disconnect', () => process.exit(0));
