import fc from 'fast-check';
import { type Position, position } from '#kernel';
import { SharedEnd } from './shared-end.ts';

/** Goal: an answer is never older than its question, however many ask and whatever fails; readings are shared. */
it('an answer comes from a reading that began after the question', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
      async (scheduler, questions) => {
        let clock = 0;
        let readings = 0;
        const end = new SharedEnd(async (): Promise<Position> => {
          readings += 1;
          const began = ++clock;
          await scheduler.schedule(Promise.resolve(), 'reading');
          if (began % 5 === 0) throw new Error(`reading ${began} failed`);
          return position(BigInt(began));
        });
        const answers = questions.map(async (late) => {
          if (late) await scheduler.schedule(Promise.resolve(), 'asks later');
          const asked = clock;
          const answer = await end.get().catch((error: unknown) => {
            const [, began] = /^reading (\d+) failed$/.exec((error as Error).message) ?? [];
            return BigInt(began ?? -1);
          });
          expect(answer).toBeGreaterThan(BigInt(asked));
        });
        await scheduler.waitFor(Promise.all(answers));
        expect(readings).toBeLessThanOrEqual(questions.length);
      },
    ),
  );
});

it('is read twice for a hundred questions at once: for the first, and for all others', async () => {
  let readings = 0;
  const end = new SharedEnd(async () => {
    readings += 1;
    await new Promise((resolve) => setImmediate(resolve));
    return position(BigInt(readings));
  });
  const answers = await Promise.all(Array.from({ length: 100 }, () => end.get()));
  expect(answers.filter((answer) => answer === 1n)).toHaveLength(1);
  expect(answers.filter((answer) => answer === 2n)).toHaveLength(99);
  expect(readings).toBe(2);
  expect(await end.get()).toBe(3n);
});
