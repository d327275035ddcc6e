import fc from 'fast-check';
import { STRATEGIES } from './consumers.ts';
import { GroupWorld } from './group-world.testkit.ts';
import type { Rules } from './state.ts';
import type { NackAction } from './step.ts';

/**
 * Goal: whatever consumers, clock and disk do, and whenever the store is killed, nothing that was not answered is lost, and
 * nothing is delivered that must not be.
 * Method: random commands on the state machine (`GROUP_MODEL_RUNS` for more of them); after each one the invariants of
 * `GroupWorld`, at the end a consumer that takes everything. `GROUP_MODEL_SEED` replays a failure.
 */
const RUNS = Number(process.env['GROUP_MODEL_RUNS'] ?? 400);
const SEED = process.env['GROUP_MODEL_SEED'];

type Command = fc.Command<object, GroupWorld>;

/** A command that any state takes, unless `applies` says otherwise. */
function command(
  name: string,
  run: (world: GroupWorld) => void,
  applies: (world: GroupWorld) => boolean = () => true,
): Command {
  return {
    // All that is known of a world is in the world itself.
    check: () => true,
    run: (_model, world) => {
      if (applies(world)) run(world);
    },
    toString: () => name,
  };
}

const someHolds = (world: GroupWorld) => world.held.size > 0;
const heldOne = (world: GroupWorld, which: number) =>
  [...world.held.keys()][which % world.held.size] as string;

const commands = [
  fc
    .array(fc.boolean(), { minLength: 1, maxLength: 5 })
    .map((wanted) => command(`append ${wanted.join()}`, (world) => world.append(wanted))),
  fc.integer({ min: 1, max: 4 }).map((size) =>
    command(
      `join ${size}`,
      (world) => world.join(size),
      (world) => world.consumers.size < 4,
    ),
  ),
  fc.nat(3).map((which) =>
    command(
      `leave ${which}`,
      (world) => world.leave([...world.consumers.keys()][which % world.consumers.size] as string),
      (world) => world.consumers.size > 0,
    ),
  ),
  ...Array.from({ length: 3 }, () =>
    fc
      .nat(9)
      .map((which) =>
        command(`ack ${which}`, (world) => world.acknowledge(heldOne(world, which)), someHolds),
      ),
  ),
  fc
    .tuple(fc.nat(9), fc.constantFrom<NackAction>('park', 'retry', 'skip', 'stop'))
    .map(([which, action]) =>
      command(`${action} ${which}`, (world) => world.refuse(heldOne(world, which), action), someHolds),
    ),
  fc.constant(command('late ack', (world) => world.acknowledgeLate())),
  fc.constantFrom(1, 30, 60, 200).map((ms) => command(`pass ${ms}`, (world) => world.pass(ms))),
  ...Array.from({ length: 4 }, () =>
    fc.tuple(fc.nat(4), fc.boolean()).map(([which, fails]) =>
      command(
        `complete ${which} ${fails}`,
        (world) => world.complete(which, fails),
        (world) => world.waiting.length > 0,
      ),
    ),
  ),
  fc
    .option(fc.nat(5), { nil: undefined })
    .map((stopAt) => command(`replay ${stopAt}`, (world) => world.replay(stopAt))),
  // Rare, so that there is something to lose.
  fc
    .nat(4)
    .map((n) =>
      n === 0 ? command('kill', (world) => world.kill()) : command('pass 0', (world) => world.pass(0)),
    ),
];

const anyRules: fc.Arbitrary<Rules> = fc
  .record({
    strategy: fc.constantFrom(...STRATEGIES),
    maxRetryCount: fc.nat(2),
    messageTimeoutMs: fc.constantFrom(0, 50),
    checkpointAfterMs: fc.constantFrom(0, 100, 1000),
    minCheckpointCount: fc.nat(3),
    maxCheckpointCount: fc.nat(5),
    historyBufferSize: fc.integer({ min: 2, max: 8 }),
    liveBufferSize: fc.integer({ min: 1, max: 8 }),
    readBatchSize: fc.integer({ min: 1, max: 7 }),
  })
  .filter(({ readBatchSize, historyBufferSize }) => readBatchSize < historyBufferSize);

it(
  `a group under ${RUNS} random runs, with consumers that come and go, and a store that is killed`,
  () => {
    let deliveries = 0;
    let starts = 0;
    let parked = 0;
    fc.assert(
      fc.property(anyRules, fc.commands(commands, { maxCommands: 200, size: 'max' }), (rules, sequence) => {
        const world = new GroupWorld(rules);
        fc.modelRun(() => ({ model: {}, real: world }), sequence);
        world.drain();
        deliveries += world.deliveries;
        starts += world.starts;
        parked += world.parked.length;
      }),
      { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
    );
    // The runs did what they are there for.
    expect(deliveries).toBeGreaterThan(RUNS);
    expect(starts).toBeGreaterThan(RUNS);
    expect(parked).toBeGreaterThan(0);
  },
  60_000 + RUNS * 10,
);
