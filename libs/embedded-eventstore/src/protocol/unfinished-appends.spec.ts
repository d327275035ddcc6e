import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb.js';
import { grpc, identifier, messages, uuid, Wire } from '../../../../test/contracts/eventstore/wire.ts';
import { type EmbeddedEventStore, startEmbeddedEventStore } from '../index.ts';
import { UNFINISHED_BYTES_MAX, UNFINISHED_MAX } from './unfinished-appends.ts';

/** Goal: appends that are begun and never finished do not fill the server's memory. */
const { BatchAppendReq } = messages;
type Request = InstanceType<typeof BatchAppendReq>;

let directory: string;
let store: EmbeddedEventStore;
let wire: Wire;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quadrant-unfinished-'));
  store = await startEmbeddedEventStore({ directory });
  wire = new Wire(store.uri);
});
afterEach(async () => {
  wire.close();
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

function part(of: string, { metadata = 0, final = false } = {}): Request {
  const event = new BatchAppendReq.ProposedMessage()
    .setId(uuid(randomUUID()))
    .setData(Buffer.from('{}').toString('base64'))
    .setCustomMetadata(new Uint8Array(metadata));
  event.getMetadataMap().set('type', 'Noted').set('content-type', 'application/json');
  return new BatchAppendReq()
    .setCorrelationId(uuid(of))
    .setIsFinal(final)
    .setOptions(new BatchAppendReq.Options().setStreamIdentifier(identifier('notes')).setAny(new Empty()))
    .setProposedMessagesList([event]);
}

/** Opens a call; `ended` is its status, `answers` how many it has got. */
function opened() {
  const call = wire.streams.batchAppend({ deadline: Date.now() + 50_000 });
  let answers = 0;
  let wake = (): void => undefined;
  call.on('data', () => {
    answers++;
    wake();
  });
  const ended = new Promise<number>((resolve) =>
    call.on('error', (error) => resolve((error as { code?: number }).code ?? -1)),
  );
  return {
    call,
    ended,
    answered: async (count: number) => {
      while (answers < count)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
  };
}

it('ends the call of a connection that begins too many, whose other calls go on', async () => {
  const [greedy, honest] = [opened(), opened()];
  for (let n = 0; n <= UNFINISHED_MAX; n++) greedy.call.write(part(randomUUID()));
  expect(await greedy.ended).toBe(grpc.status.RESOURCE_EXHAUSTED);
  // What the ended call held is given back.
  const kept = Array.from({ length: UNFINISHED_MAX }, () => randomUUID());
  for (const of of kept) honest.call.write(part(of));
  for (const of of kept) honest.call.write(part(of, { final: true }));
  await honest.answered(UNFINISHED_MAX);
  honest.call.cancel();
  await honest.ended;
  expect(store.stats().events).toBe(1 + 2 * UNFINISHED_MAX);
});

it('counts what the calls of a connection hold together, in bytes', async () => {
  const calls = [opened(), opened()];
  const size = 4 * 1024 * 1024;
  for (let held = 0; held <= UNFINISHED_BYTES_MAX; held += size)
    calls[(held / size) % 2]?.call.write(part(randomUUID(), { metadata: size }));
  expect(await Promise.race(calls.map(({ ended }) => ended))).toBe(grpc.status.RESOURCE_EXHAUSTED);
  for (const { call } of calls) call.cancel();
  await Promise.all(calls.map(({ ended }) => ended));
  expect(store.stats().events).toBe(1);
});
