import { randomUUID } from 'node:crypto';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb.js';
import { Timestamp } from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { all, eventStoreContract, revisionsOf, someEvents, uniqueStream } from './contract.ts';
import { grpc, identifier, messages, uuid, wireOf } from './wire.ts';

/** Goal: BatchAppend answers every append exactly once, however the parts of appends are mixed on one stream. */
const store = eventStoreContract();
const below = wireOf(store);
const { BatchAppendReq } = messages;
type Request = InstanceType<typeof BatchAppendReq>;
type Response = InstanceType<typeof messages.BatchAppendResp>;

const hour = 3_600_000;

function options(stream: string, deadlineInMs = hour) {
  return new BatchAppendReq.Options()
    .setStreamIdentifier(identifier(stream))
    .setAny(new Empty())
    .setDeadline(Timestamp.fromDate(new Date(Date.now() + deadlineInMs)));
}

function message(data = '{}', id = randomUUID()) {
  const proposed = new BatchAppendReq.ProposedMessage()
    .setId(uuid(id))
    .setData(Buffer.from(data).toString('base64'));
  proposed.getMetadataMap().set('type', 'Noted').set('content-type', 'application/json');
  return proposed;
}

interface Part {
  readonly of: string;
  readonly options?: ReturnType<typeof options>;
  readonly events?: readonly ReturnType<typeof message>[];
  readonly final?: boolean;
}

function part({ of, options: given, events = [], final = false }: Part): Request {
  const request = new BatchAppendReq().setCorrelationId(uuid(of)).setIsFinal(final);
  if (given) request.setOptions(given);
  return request.setProposedMessagesList([...events]);
}

/** Sends the parts and gives what is answered, up to the answer to one more append that is sent when all have been answered. */
function exchange(requests: readonly Request[]): Promise<Response[]> {
  const call = below.wire.streams.batchAppend({ deadline: Date.now() + 50_000 });
  const expected = requests.filter((request) => request.getIsFinal()).length;
  const last: string = randomUUID();
  const answers: Response[] = [];
  return new Promise((resolve, reject) => {
    call.on('error', reject);
    call.on('data', (answer) => {
      if (textOf(answer) === last) {
        call.removeAllListeners('error');
        call.on('error', () => undefined);
        call.cancel();
        resolve(answers);
        return;
      }
      answers.push(answer);
      if (answers.length === expected)
        call.write(part({ of: last, options: options(uniqueStream()), events: [message()], final: true }));
    });
    for (const request of requests) call.write(request);
  });
}

/** The correlation id of an answer, in whichever form it came. */
function textOf(answer: Response | undefined): string | undefined {
  const id = answer?.getCorrelationId();
  const halves = id?.getStructured();
  if (!halves) return id?.getString();
  const hex = [halves.getMostSignificantBits(), halves.getLeastSignificantBits()]
    .map((half) => BigInt.asUintN(64, BigInt(half)).toString(16).padStart(16, '0'))
    .join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The type of an error's details. */
const detailOf = (answer: Response | undefined) =>
  answer?.getError()?.getDetails()?.getTypeUrl().split('.').at(-1);
const nameOf = (answer: Response | undefined) =>
  Buffer.from(answer?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString();

it('answers one append with its revision, position and stream', async () => {
  const stream = uniqueStream();
  const of = randomUUID();
  const [answer, ...more] = await exchange([
    part({ of, options: options(stream), events: [message(), message()], final: true }),
  ]);
  expect(more).toEqual([]);
  expect(textOf(answer)).toBe(of);
  expect(nameOf(answer)).toBe(stream);
  expect(answer?.getSuccess()?.getCurrentRevision()).toBe('1');
  expect(BigInt(answer?.getSuccess()?.getPosition()?.getCommitPosition() ?? 0)).toBeGreaterThan(0n);
});

it('gathers the parts of an append until the last', async () => {
  const stream = uniqueStream();
  const of = randomUUID();
  const answers = await exchange([
    part({ of, options: options(stream), events: [message()] }),
    part({ of, events: [message(), message()] }),
    part({ of }),
    part({ of, events: [message()], final: true }),
  ]);
  expect(answers.map((answer) => answer.getSuccess()?.getCurrentRevision())).toEqual(['3']);
  expect(await revisionsOf(store.client.readStream(stream))).toEqual([0, 1, 2, 3]);
});

it('keeps appends apart whose parts are mixed, and answers each once', async () => {
  const streams = Array.from({ length: 8 }, () => uniqueStream());
  const ids: string[] = streams.map(() => randomUUID());
  const requests: Request[] = [];
  for (let round = 0; round < 5; round++)
    for (const [n, stream] of streams.entries())
      requests.push(
        part({
          of: ids[n] as string,
          ...(round === 0 ? { options: options(stream) } : {}),
          events: [message(JSON.stringify({ n, round }))],
          final: round === 4,
        }),
      );
  const answers = await exchange(requests);
  expect(answers.map(textOf).sort()).toEqual([...ids].sort());
  for (const answer of answers) expect(nameOf(answer)).toBe(streams[ids.indexOf(textOf(answer) as string)]);
  for (const [n, stream] of streams.entries()) {
    const data = (await all(store.client.readStream(stream))).map(({ event }) => event?.data);
    expect(data).toEqual([0, 1, 2, 3, 4].map((round) => ({ n, round })));
  }
});

it('answers a wrong version with what was expected and what is there', async () => {
  const stream = uniqueStream();
  await store.client.appendToStream(stream, someEvents(3));
  const given = options(stream).setStreamPosition('7');
  const [answer] = await exchange([
    part({ of: randomUUID(), options: given, events: [message()], final: true }),
  ]);
  expect(answer?.getStreamPosition()).toBe('7');
  expect(detailOf(answer)).toBe('WrongExpectedVersion');
  expect(nameOf(answer)).toBe(stream);
});

it('answers an append to a tombstoned stream with the stream', async () => {
  const stream = uniqueStream();
  await store.client.tombstoneStream(stream);
  const [answer] = await exchange([
    part({ of: randomUUID(), options: options(stream), events: [message()], final: true }),
  ]);
  expect(detailOf(answer)).toBe('StreamDeleted');
  expect(nameOf(answer)).toBe(stream);
});

it('answers an append that is too large, and swallows its other parts', async () => {
  const stream = uniqueStream();
  const of = randomUUID();
  const large = () => message(`"${'x'.repeat(400_000)}"`);
  const after = randomUUID();
  const answers = await exchange([
    part({ of, options: options(stream), events: [large()] }),
    part({ of, events: [large()] }),
    part({ of, events: [large()] }),
    part({ of, events: [message()], final: true }),
    part({ of: after, options: options(stream), events: [message()], final: true }),
  ]);
  expect(answers.map(textOf).sort()).toEqual([of, after].sort());
  const refused = answers.find((answer) => textOf(answer) === of);
  expect(detailOf(refused)).toBe('MaximumAppendSizeExceeded');
  expect(await revisionsOf(store.client.readStream(stream))).toEqual([0]);
});

it.each([
  ['a small append', () => [message()]],
  [
    'an append that is too large as well',
    () => Array.from({ length: 3 }, () => message(`"${'x'.repeat(400_000)}"`)),
  ],
])('answers %s whose deadline has passed with a timeout, and writes nothing', async (_name, events) => {
  const stream = uniqueStream();
  const of = randomUUID();
  const [answer, ...more] = await exchange([
    part({ of, options: options(stream, -hour), events: events(), final: true }),
  ]);
  expect(more).toEqual([]);
  expect(answer?.getError()?.getCode()).toBe(grpc.status.DEADLINE_EXCEEDED);
  expect(detailOf(answer)).toBe('Timeout');
  await expect(all(store.client.readStream(stream))).rejects.toThrow();
});

it('leaves out an append whose last part never came', async () => {
  const [stream, whole] = [uniqueStream(), uniqueStream()];
  const of = randomUUID();
  const answers = await exchange([
    part({ of: randomUUID(), options: options(stream), events: [message()] }),
    part({ of, options: options(whole), events: [message()], final: true }),
  ]);
  expect(answers.map(textOf)).toEqual([of]);
  await expect(all(store.client.readStream(stream))).rejects.toThrow();
});

it('answers a thousand appends on one stream, each once', async () => {
  const stream = uniqueStream();
  const ids = Array.from({ length: 1000 }, () => randomUUID());
  const answers = await exchange(
    ids.map((of) => part({ of, options: options(stream), events: [message()], final: true })),
  );
  expect(answers.map(textOf).sort()).toEqual([...ids].sort());
  const revisions = answers.map((answer) => Number(answer.getSuccess()?.getCurrentRevision()));
  expect(revisions.sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
});
