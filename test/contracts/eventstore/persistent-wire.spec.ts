import groupsService from '@eventstore/db-client/generated/persistent_grpc_pb.js';
import messages from '@eventstore/db-client/generated/persistent_pb.js';
import { eventStoreContract, failureOf, someEvents, uniqueStream } from './contract.ts';
import { channelTo, empty, grpc, identifier, shared } from './wire.ts';

/**
 * Goal: what the protocol of persistent subscriptions allows and the official client never sends.
 * Method: requests below the client, by URI only. What only the embedded store refuses by name runs against it alone.
 */
const store = eventStoreContract('groups');
const own = process.env['ESDB_URL'] ? describe.skip : describe;

type Client = InstanceType<typeof groupsService.PersistentSubscriptionsClient>;
type CreateOptions = InstanceType<typeof messages.CreateReq.Options>;
type Settings = InstanceType<typeof messages.CreateReq.Settings>;
type Delivered = InstanceType<typeof messages.ReadResp.ReadEvent>;

let groups: Client;
beforeAll(() => {
  const { host, credentials } = channelTo(store.uri);
  groups = new groupsService.PersistentSubscriptionsClient(host, credentials);
});
afterAll(() => groups.close());

const deadline = () => ({ deadline: Date.now() + 50_000 });

function settings(): Settings {
  return new messages.CreateReq.Settings()
    .setMaxRetryCount(2)
    .setMinCheckpointCount(1)
    .setMaxCheckpointCount(10)
    .setLiveBufferSize(100)
    .setHistoryBufferSize(100)
    .setReadBatchSize(10)
    .setMessageTimeoutMs(60_000)
    .setCheckpointAfterMs(1000);
}

function onStream(stream: string): CreateOptions {
  const { CreateReq } = messages;
  return new CreateReq.Options()
    .setGroupName('g')
    .setSettings(settings())
    .setStream(new CreateReq.StreamOptions().setStreamIdentifier(identifier(stream)).setStart(empty()));
}

function create(options: CreateOptions | undefined): Promise<void> {
  const request = new messages.CreateReq();
  if (options) request.setOptions(options);
  return new Promise((resolve, reject) => {
    groups.create(request, new grpc.Metadata(), deadline(), (error) => (error ? reject(error) : resolve()));
  });
}

function info(stream: string): Promise<InstanceType<typeof messages.SubscriptionInfo>> {
  const options = new messages.GetInfoReq.Options().setStreamIdentifier(identifier(stream)).setGroupName('g');
  return new Promise((resolve, reject) => {
    groups.getInfo(
      new messages.GetInfoReq().setOptions(options),
      new grpc.Metadata(),
      deadline(),
      (error, answer) => {
        const found = answer?.getSubscriptionInfo();
        if (found) resolve(found);
        else reject(error ?? new Error('the answer has no info'));
      },
    );
  });
}

function readOptions(stream: string, bufferSize = 10) {
  return new messages.ReadReq.Options()
    .setStreamIdentifier(identifier(stream))
    .setGroupName('g')
    .setBufferSize(bufferSize)
    .setUuidOption(new messages.ReadReq.Options.UUIDOption().setStructured(empty()));
}

/** A consumer: sends the first request, hands each event to `answer`, which says when it is enough. */
function consume(
  first: InstanceType<typeof messages.ReadReq>,
  answer: (event: Delivered) => InstanceType<typeof messages.ReadReq> | 'enough',
): Promise<string[]> {
  const call = groups.read(deadline());
  const contents: string[] = [];
  return new Promise((resolve, reject) => {
    call.on('error', reject);
    call.on('data', (response: InstanceType<typeof messages.ReadResp>) => {
      contents.push(response.hasSubscriptionConfirmation() ? 'confirmation' : 'event');
      const event = response.getEvent();
      if (!event) return;
      const next = answer(event);
      if (next !== 'enough') {
        call.write(next);
        return;
      }
      call.removeAllListeners('error');
      // The client's own cancellation comes back as an error.
      call.on('error', () => resolve(contents));
      call.cancel();
    });
    call.write(first);
  });
}

it('where a group begins is told as a text', async () => {
  const { CreateReq } = messages;
  const starts: readonly (readonly [InstanceType<typeof CreateReq.StreamOptions>, string])[] = [
    [new CreateReq.StreamOptions().setStart(empty()), '0'],
    [new CreateReq.StreamOptions().setEnd(empty()), '-1'],
    [new CreateReq.StreamOptions().setRevision('5'), '5'],
  ];
  for (const [start, text] of starts) {
    const stream = uniqueStream();
    await create(onStream(stream).setStream(start.setStreamIdentifier(identifier(stream))));
    const found = await info(stream);
    expect(found.getStartFrom()).toBe(text);
    expect(found.getLastCheckpointedEventPosition()).toBe('');
  }
});

it('old clients give times in ticks of 100 ns', async () => {
  const stream = uniqueStream();
  const ticks = settings().setMessageTimeoutTicks('50000000').setCheckpointAfterTicks('20000000');
  await create(onStream(stream).setSettings(ticks));
  const found = await info(stream);
  expect(found.getMessageTimeoutMilliseconds()).toBe(5000);
  expect(found.getCheckPointAfterMilliseconds()).toBe(2000);
});

it('a strategy may be given by its name', async () => {
  const stream = uniqueStream();
  await create(onStream(stream).setSettings(settings().setConsumerStrategy('PinnedByCorrelation')));
  expect((await info(stream)).getNamedConsumerStrategy()).toBe('PinnedByCorrelation');
});

it('ids are two numbers if so wanted, in both directions; a retry count is always told', async () => {
  const stream = uniqueStream();
  await store.client.appendToStream(stream, someEvents(2));
  await create(onStream(stream));
  const delivered: Delivered[] = [];
  const contents = await consume(new messages.ReadReq().setOptions(readOptions(stream, 1)), (event) => {
    delivered.push(event);
    const id = event.getEvent()?.getId();
    if (delivered.length === 2 || !id) return 'enough';
    return new messages.ReadReq().setAck(new messages.ReadReq.Ack().setIdsList([id]));
  });
  expect(contents).toEqual(['confirmation', 'event', 'event']);
  expect(delivered.map((event) => event.getEvent()?.getStreamRevision())).toEqual(['0', '1']);
  for (const event of delivered) {
    expect(event.getEvent()?.getId()?.hasStructured()).toBe(true);
    expect(event.hasRetryCount()).toBe(true);
    expect(event.getRetryCount()).toBe(0);
    expect(event.getCommitPosition()).toBe(event.getEvent()?.getCommitPosition());
  }
});

own('the embedded store says what is wrong with a request', () => {
  const cases: readonly (readonly [string, (stream: string) => Promise<unknown>, string])[] = [
    ['no options', () => create(undefined), 'options'],
    ['no settings', (stream) => create(onStream(stream).setSettings(undefined)), 'options.settings'],
    ['no name', (stream) => create(onStream(stream).setGroupName('')), 'options.group_name'],
    ['no stream', () => create(onStream('')), 'stream_identifier'],
    ['$all as a stream', () => create(onStream('$all')), 'stream_identifier'],
    [
      'a strategy that there is not',
      (stream) => create(onStream(stream).setSettings(settings().setConsumerStrategy('Favourite'))),
      'consumer_strategy',
    ],
    [
      'a batch that fills the buffer',
      (stream) => create(onStream(stream).setSettings(settings().setReadBatchSize(100))),
      'read_batch_size',
    ],
    [
      'a negative count',
      (stream) => create(onStream(stream).setSettings(settings().setMaxRetryCount(-1))),
      'max_retry_count',
    ],
    [
      'an expression that is none',
      () => {
        const { CreateReq } = messages;
        const { FilterOptions } = CreateReq.AllOptions;
        const filter = new FilterOptions().setStreamIdentifier(new FilterOptions.Expression().setRegex('('));
        const all = new CreateReq.AllOptions().setStart(empty()).setFilter(filter);
        return create(
          new CreateReq.Options().setGroupName(uniqueStream()).setSettings(settings()).setAll(all),
        );
      },
      'filter.regex',
    ],
    [
      'a consumer that takes nothing',
      async (stream) => {
        await create(onStream(stream));
        return consume(new messages.ReadReq().setOptions(readOptions(stream, 0)), () => 'enough');
      },
      'buffer_size',
    ],
    [
      'an answer before the first request',
      () => consume(new messages.ReadReq().setAck(new messages.ReadReq.Ack()), () => 'enough'),
      'options',
    ],
    [
      'an id that is none',
      async (stream) => {
        await store.client.appendToStream(stream, someEvents(1));
        await create(onStream(stream));
        const nobody = new shared.UUID().setString('nobody');
        return consume(new messages.ReadReq().setOptions(readOptions(stream)), () =>
          new messages.ReadReq().setAck(new messages.ReadReq.Ack().setIdsList([nobody])),
        );
      },
      'ack.ids',
    ],
  ];
  it.each(cases)('%s', async (_what, ask, field) => {
    const failure = await failureOf(ask(uniqueStream()));
    expect(failure).toMatchObject({ code: grpc.status.INVALID_ARGUMENT });
    expect(failure.message).toContain(field);
  });
});
