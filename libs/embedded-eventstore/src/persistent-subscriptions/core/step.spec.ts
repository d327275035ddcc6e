import { beginning, type GroupState, type Rules } from './state.ts';
import { type Effect, type Input, nextTick, step } from './step.ts';

/**
 * Goal: what happens when, one thing at a time.
 * Method: inputs to the machine, its effects in words. The combinations are the model's affair (`group-model.spec.ts`).
 */
const rules: Rules = {
  strategy: 'RoundRobin',
  maxRetryCount: 1,
  messageTimeoutMs: 100,
  checkpointAfterMs: 1000,
  minCheckpointCount: 1,
  maxCheckpointCount: 3,
  historyBufferSize: 10,
  liveBufferSize: 10,
  readBatchSize: 5,
};

class Driven {
  readonly state: GroupState<string>;
  now = 0;

  constructor(own: Partial<Rules> = {}, checkpoint?: number) {
    const next = checkpoint === undefined ? 0 : checkpoint + 1;
    this.state = beginning({ ...rules, ...own }, { next, checkpoint, parkedFrom: 0, now: 0 });
  }

  take(input: Input<string>): string[] {
    return step(this.state, input, this.now).flatMap(inWords);
  }

  /** A page of the source with these ids, from its beginning or where it is; nothing comes after it. */
  page(...ids: readonly string[]): string[] {
    const from = this.state.next;
    const parts = ids.map((id, i) => ({ place: from + i, count: 1, wanted: { id, event: id, pin: id } }));
    return this.take({ kind: 'page', parts, next: from + ids.length, ended: true });
  }

  join(consumer: string, bufferSize = 10): string[] {
    return this.take({ kind: 'joined', consumer, bufferSize });
  }

  tickAt(now: number): string[] {
    this.now = now;
    return this.take({ kind: 'tick' });
  }

  ack(...ids: readonly string[]): string[] {
    return this.take({ kind: 'acknowledged', ids });
  }

  nack(action: 'park' | 'retry' | 'skip' | 'stop', ...ids: readonly string[]): string[] {
    return this.take({ kind: 'refused', ids, action, reason: 'why' });
  }
}

function inWords(effect: Effect<string>): string[] {
  switch (effect.kind) {
    case 'deliver':
      return [`${effect.delivery.id} to ${effect.consumer}, retry ${effect.delivery.retryCount}`];
    case 'answered':
      return [];
    case 'park':
      return [`park ${effect.delivery.id}: ${effect.reason.replace('\n', ' ')}`];
    case 'checkpoint':
      return [`checkpoint ${effect.place}`];
    case 'read':
      return [`read ${effect.count} from ${effect.from}`];
    case 'read-parked':
      return [`read ${effect.count} parked from ${effect.from} below ${effect.stop}`];
    case 'cut-parked':
      return [`cut parked below ${effect.before}`];
  }
}

it('reads before anybody is there, and delivers when somebody comes', () => {
  const group = new Driven();
  expect(group.take({ kind: 'changed' })).toEqual(['read 5 from 0']);
  expect(group.page('a', 'b')).toEqual([]);
  expect(group.state.live).toBe(true);
  expect(group.join('one')).toEqual(['a to one, retry 0', 'b to one, retry 0']);
});

it('goes on behind a checkpoint', () => {
  expect(new Driven({}, 6).take({ kind: 'changed' })).toEqual(['read 5 from 7']);
});

it('asks again when the source changed while a page was under way', () => {
  const group = new Driven();
  group.take({ kind: 'changed' });
  expect(group.take({ kind: 'changed' })).toEqual([]);
  expect(group.page('a')).toEqual(['read 5 from 1']);
  expect(group.state.live).toBe(false);
});

it('falls behind when its live buffer is full, and reads on in batches when there is room', () => {
  const group = new Driven({ liveBufferSize: 2, historyBufferSize: 3, readBatchSize: 2 });
  group.take({ kind: 'changed' });
  expect(group.page('a', 'b')).toEqual([]);
  expect(group.take({ kind: 'changed' })).toEqual([]);
  expect(group.state.live).toBe(false);
  expect(group.join('one', 1)).toEqual(['a to one, retry 0', 'read 2 from 2']);
});

it('gives a consumer no more than it can hold, and the next one when it has answered', () => {
  const group = new Driven();
  group.join('one', 1);
  expect(group.page('a', 'b')).toEqual(['a to one, retry 0']);
  expect(group.ack('a')).toContain('b to one, retry 0');
});

it('tries again what was refused, before what is new, and parks what was refused too often', () => {
  const group = new Driven();
  group.join('one', 1);
  group.page('a', 'b');
  expect(group.nack('retry', 'a')).toEqual(['a to one, retry 1']);
  expect(group.nack('retry', 'a')).toEqual(['park a: Reached retry count of 1', 'b to one, retry 0']);
});

it.each(['skip', 'stop'] as const)('%s answers', (action) => {
  const group = new Driven({ maxCheckpointCount: 1 });
  group.join('one');
  group.page('a');
  expect(group.nack(action, 'a')).toEqual(['checkpoint 0']);
});

it('tries again what was not answered in time', () => {
  const group = new Driven();
  group.join('one');
  group.page('a');
  expect(nextTick(group.state)).toBe(100);
  expect(group.tickAt(99)).toEqual([]);
  expect(group.tickAt(100)).toEqual(['a to one, retry 1']);
});

it('without a time-out waits for ever', () => {
  const group = new Driven({ messageTimeoutMs: 0 });
  group.join('one');
  group.page('a');
  expect(nextTick(group.state)).toBeUndefined();
});

it('gives what a consumer leaves behind to the others, however often it was tried', () => {
  const group = new Driven({ maxRetryCount: 0 });
  group.join('one');
  group.page('a', 'b');
  group.join('two');
  expect(group.take({ kind: 'left', consumer: 'one' })).toEqual(['a to two, retry 1', 'b to two, retry 1']);
});

it('takes an answer that comes late', () => {
  const group = new Driven();
  group.join('one');
  group.page('a');
  group.take({ kind: 'left', consumer: 'one' });
  group.ack('a');
  expect(group.join('two')).toEqual([]);
});

it('of two events with one id delivers the second when the first is answered', () => {
  const group = new Driven();
  group.join('one');
  expect(group.page('a', 'a')).toEqual(['a to one, retry 0']);
  expect(group.ack('a')).toEqual(['a to one, retry 0']);
});

describe('checkpoints', () => {
  it('after so many answers', () => {
    const group = new Driven();
    group.join('one');
    group.page('a', 'b', 'c', 'd');
    expect(group.ack('a', 'b')).toEqual([]);
    expect(group.ack('c')).toEqual(['checkpoint 2']);
  });

  it('below what is open', () => {
    const group = new Driven();
    group.join('one');
    group.page('a', 'b', 'c', 'd', 'e');
    expect(group.ack('b', 'c', 'd', 'e')).toEqual([]);
    expect(group.ack('a')).toEqual(['checkpoint 4']);
  });

  it('after a time for fewer, but not for none', () => {
    const group = new Driven({ messageTimeoutMs: 0, minCheckpointCount: 2 });
    group.join('one');
    group.page('a', 'b', 'c');
    group.ack('a');
    expect(nextTick(group.state)).toBeUndefined();
    group.ack('b');
    expect(nextTick(group.state)).toBe(1000);
    expect(group.tickAt(1000)).toEqual(['checkpoint 1']);
    expect(nextTick(group.state)).toBeUndefined();
  });

  it('not past a message until it lies in the parked stream', () => {
    const group = new Driven({ maxCheckpointCount: 1 });
    group.join('one');
    group.page('a', 'b');
    expect(group.nack('park', 'a')).toEqual(["park a: Client explicitly NAK'ed message. why"]);
    expect(group.ack('b')).toEqual([]);
    expect(group.take({ kind: 'parked', id: 'a', done: true })).toEqual(['checkpoint 1']);
  });

  it('deliver again what could not be parked', () => {
    const group = new Driven();
    group.join('one');
    group.page('a');
    group.nack('park', 'a');
    expect(group.take({ kind: 'parked', id: 'a', done: false })).toEqual(['a to one, retry 1']);
  });

  it('also for events that nobody wanted', () => {
    const group = new Driven();
    group.take({ kind: 'changed' });
    const page: Input<string> = {
      kind: 'page',
      parts: [{ place: 640, count: 5, wanted: undefined }],
      next: 641,
      ended: true,
    };
    expect(group.take(page)).toEqual(['checkpoint 640']);
  });
});

describe('replay of parked messages', () => {
  const parked = (place: number) => ({ id: `p${place}`, event: `p${place}`, pin: '', place });

  it('delivers them anew, and cuts them off when all are answered', () => {
    const group = new Driven();
    group.join('one');
    expect(group.take({ kind: 'replay', stop: 2 })).toEqual(['read 2 parked from 0 below 2']);
    expect(group.take({ kind: 'parked-page', messages: [parked(0), parked(1)], next: 2 })).toEqual([
      'p0 to one, retry 0',
      'p1 to one, retry 0',
    ]);
    expect(group.ack('p1')).toEqual([]);
    expect(group.ack('p0')).toEqual(['cut parked below 2']);
  });

  it('a second one takes only what the first has not', () => {
    const group = new Driven();
    group.take({ kind: 'replay', stop: 2 });
    group.take({ kind: 'parked-page', messages: [parked(0), parked(1)], next: 2 });
    expect(group.take({ kind: 'replay', stop: 2 })).toEqual([]);
    expect(group.take({ kind: 'replay', stop: 3 })).toEqual(['read 1 parked from 2 below 3']);
  });

  it('keeps to what was refused meanwhile: the source first, then what was parked', () => {
    const group = new Driven();
    group.take({ kind: 'replay', stop: 1 });
    group.take({ kind: 'parked-page', messages: [parked(0)], next: 1 });
    group.page('a');
    group.join('one');
    group.take({ kind: 'left', consumer: 'one' });
    expect(group.join('two')).toEqual(['a to two, retry 1', 'p0 to two, retry 1']);
  });
});
