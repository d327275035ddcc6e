import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { EventLog } from './event-log.ts';

/**
 * Goal: `created` is the server's time where the clock goes on, and never runs backwards where it does not, also across restarts.
 * Method: random clocks that stand still, go on, and jump by up to a day both ways, with appends of one and of several events, and
 * starts in between; CREATED_RUNS makes more of them.
 */
const RUNS = Number(process.env['CREATED_RUNS'] ?? 30);
const DAY_MS = 86_400_000;
const BEGIN_MS = 1_790_000_000_000;
const TICKS_PER_MS = 10_000n;

const step = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), events: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('clock' as const), byMs: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ kind: fc.constant('clock' as const), byMs: fc.integer({ min: -DAY_MS, max: DAY_MS }) }),
  fc.record({ kind: fc.constant('clock' as const), byMs: fc.constantFrom(-DAY_MS, DAY_MS) }),
  fc.record({ kind: fc.constant('restart' as const) }),
);

it(`never runs backwards, and follows a clock that is ahead, in ${RUNS} histories`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const directory = mkdtempSync(join(tmpdir(), 'quadrant-created-'));
      let nowMs = BEGIN_MS;
      let log = new EventLog(directory, () => nowMs);
      const due: bigint[] = [];
      try {
        for (const [n, each] of steps.entries()) {
          if (each.kind === 'clock') nowMs += each.byMs;
          else if (each.kind === 'restart') {
            await log.close();
            log = new EventLog(directory, () => nowMs);
          } else {
            const now = BigInt(nowMs) * TICKS_PER_MS;
            const last = due.at(-1) ?? 0n;
            for (let event = 0; event < each.events; event++) due.push(now > last ? now : last);
            await log.append(
              `stream-${n % 3}`,
              'any',
              Array.from({ length: each.events }, () => ({
                id: crypto.randomUUID(),
                type: 'Noted',
                json: true,
                data: Buffer.from('{}'),
                metadata: Buffer.alloc(0),
              })),
            );
          }
        }
        const created = log.all(0, 'forwards', 1_000).map((record) => record.created);
        expect(created).toEqual(due);
      } finally {
        await log.close();
        rmSync(directory, { recursive: true });
      }
    }),
    { numRuns: RUNS },
  );
}, 300_000);
