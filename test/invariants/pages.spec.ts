import fc from 'fast-check';
import type { Binary } from 'mongodb';
import type { Position } from '#kernel';
import { EpochReader, type Input } from '#read-models';
import { type Change, type DimensionName, dimensions, unpackGroups } from '#scorecard';
import { InMemoryReadModel } from '../../libs/scorecard/src/projection/in-memory.testkit.ts';
import { Documents, inputOf, project, randomLog } from './documents.ts';

/**
 * Conservation and Group: what a page says at T is the exact sum of its deltas up to T, and the deltas of one position lie together.
 * Method: random logs with amounts beyond 2^53 on a real store, against the same steps applied to plain maps.
 */
const RUNS = Number(process.env['INVARIANT_RUNS'] ?? 2);
const EVENTS = 40;
const LONG_MS = 300_000;
const NAMES = Object.keys(dimensions) as DimensionName[];

/** The log with amounts that no double can hold. */
function withHugeAmounts(log: readonly Input[]): Input[] {
  const last = log.at(-1)?.position ?? 0n;
  const huge = [1n, 2n, 3n].map((n): Input => {
    const position = (last + n) as Position;
    const change: Change = {
      position,
      factPosition: position,
      recordedAt: 1_700_000_100_000,
      factId: `huge-${n}`,
      type: 'LedgerAmountPosted',
      revision: 0n,
      before: null,
      after: {
        postingId: `huge-${n}`,
        unitId: 'root',
        postedOn: '2024-01-15',
        accountCode: 'operating-expense:x',
        amount: `900719925474099${n}.000001`,
        currency: 'EUR',
        opening: false,
      },
    };
    return inputOf(change);
  });
  return [...log, ...huge];
}

function plain(name: DimensionName, log: readonly Input[]): InMemoryReadModel {
  return new InMemoryReadModel(
    dimensions[name],
    log.flatMap((input) => (input.kind === 'change' ? [input.change] : [])),
  );
}

describe('pages on a real store', () => {
  let documents: Documents;
  beforeAll(async () => {
    documents = await Documents.open();
  });
  afterAll(() => documents.close());

  const logs = fc.record({ seed: fc.nat(100_000), size: fc.integer({ min: 4, max: EVENTS }) });

  it(
    `Conservation: a page at T is the sum of its deltas up to T, beyond 2^53 as well (${RUNS} logs, 12 T each)`,
    async () => {
      let beyond = false;
      await fc.assert(
        fc.asyncProperty(
          logs,
          fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
          async ({ seed, size }, at) => {
            const log = withHugeAmounts(randomLog(seed, EVENTS));
            await documents.with(async ({ db }) => {
              await project(db, log, [size]);
              for (const [n, pick] of at.entries()) {
                const name = NAMES[n % NAMES.length] as DimensionName;
                const knownAt = (log[n < 4 ? log.length - 1 : pick % log.length] as Input).position;
                const expected = plain(name, log).content(knownAt);
                const reader = new EpochReader(db, name, 0, knownAt);
                for (const [page, lines] of Object.entries(expected)) {
                  const deltas = (await reader.page(page))?.deltas() ?? [];
                  expect(deltas.map(({ slot, measure, amount }) => `${slot} ${measure} ${amount}`)).toEqual(
                    lines,
                  );
                  beyond ||= deltas.some(({ amount }) => BigInt(Number(amount)) !== amount);
                }
              }
            });
          },
        ),
        { numRuns: RUNS, endOnFailure: true },
      );
      expect(beyond).toBe(true);
    },
    LONG_MS,
  );

  it(
    `Group: the deltas of one position for one page are stored together, all of them and once (${RUNS} logs)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(logs, async ({ seed, size }) => {
          const log = withHugeAmounts(randomLog(seed, EVENTS));
          await documents.with(async ({ db }) => {
            await project(db, log, [size]);
            for (const name of NAMES) {
              const stored: string[] = [];
              const chunks = db.collection<{ _id: string; g: Binary[] }>(`${name}.0.pages`);
              for await (const { _id, g } of chunks.find({})) {
                const page = _id.slice(0, _id.lastIndexOf('|'));
                for (const packed of g)
                  for (const { position, deltas } of unpackGroups(packed.buffer.subarray(0, packed.position)))
                    stored.push(groupText(page, position, deltas));
              }
              const model = new InMemoryReadModel(dimensions[name]);
              const expected = log.flatMap((input) => {
                if (input.kind !== 'change') return [];
                const { position, pages } = model.apply(input.change);
                return [...pages].map(([page, deltas]) => groupText(page, position, deltas));
              });
              expect(stored.sort()).toEqual(expected.sort());
            }
          });
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
    LONG_MS,
  );

  it(
    `Policy: setting, correcting and voiding policies writes no delta: pages are those of the log without them (${RUNS} logs)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(logs, async ({ seed, size }) => {
          const log = randomLog(seed, EVENTS);
          const without = log.filter(
            (input) => !(input.kind === 'change' && input.change.type === 'MeasurePolicySet'),
          );
          const contents = async (of: readonly Input[]) => {
            let status: readonly object[] = [];
            await documents.with(async (readModels) => {
              await project(readModels.db, of, [size]);
              status = (await readModels.status()).map(({ dimension, deltas, content }) => ({
                dimension,
                deltas,
                content,
              }));
            });
            return status;
          };
          fc.pre(without.length < log.length);
          expect(await contents(log)).toEqual(await contents(without));
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
    LONG_MS,
  );
});

function groupText(
  page: string,
  position: bigint,
  deltas: readonly { slot: number; measure: string; amount: bigint }[],
): string {
  return `${page} ${position}: ${deltas.map(({ slot, measure, amount }) => `${slot} ${measure} ${amount}`).join('; ')}`;
}
