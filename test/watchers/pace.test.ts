import fc from 'fast-check';
import type { TimeEstimate } from '../../src/core-entry.js';
import { Pace } from '../../src/watchers/pace.js';
import { FACTS } from './support.js';

const time = (fixedMs: number, perExampleMs: number): TimeEstimate => ({ fixedMs, perExampleMs, perMicroBatchMs: 0 });

/** So many steps at a size, each of `ms`; returns the clock after them. */
function run(
  pace: Pace,
  { steps, batchSize, ms, from = 0 }: Record<'steps' | 'batchSize' | 'ms', number> & { from?: number },
) {
  for (let i = 1; i <= steps; i++) pace.add(batchSize, ms, from + i * ms);
  return from + steps * ms;
}

test('is not known before the first step', () => {
  expect(new Pace().timeFor({ examples: 100, batchSize: 16 }, undefined, FACTS)).toBeUndefined();
});

test('at a size that rests it is what the steps took, whatever the model says', () => {
  fc.assert(
    fc.property(
      fc.record({ batchSize: fc.integer({ min: 1, max: 512 }), ms: fc.double({ min: 0.5, max: 50, noNaN: true }) }),
      fc.option(fc.constantFrom(time(4, 0.1), time(0, 1), time(20, 0)), { nil: undefined }),
      ({ batchSize, ms }, model) => {
        const pace = new Pace();
        run(pace, { steps: 20, batchSize, ms });
        expect(pace.timeFor({ examples: 10 * batchSize, batchSize }, model, FACTS)).toBeCloseTo(10 * ms, 6);
      },
    ),
  );
});

test('after a change of size it is right before a step of the new size is seen', () => {
  // A step takes 1.5·(4 + 0.1·m) ms by the clock: a third goes into what is around it.
  const pace = new Pace();
  run(pace, { steps: 50, batchSize: 16, ms: 1.5 * (4 + 1.6) });
  expect(pace.timeFor({ examples: 1280, batchSize: 128 }, time(4, 0.1), FACTS)).toBeCloseTo(10 * 1.5 * (4 + 12.8), 6);
  expect(pace.timeFor({ examples: 1280, batchSize: 16 }, time(4, 0.1), FACTS)).toBeCloseTo(80 * 1.5 * (4 + 1.6), 6);
});

test('without a model it is what an example took of late', () => {
  const pace = new Pace();
  const at = run(pace, { steps: 10, batchSize: 10, ms: 10 });
  run(pace, { steps: 10, batchSize: 30, ms: 10, from: at });
  expect(pace.timeFor({ examples: 400, batchSize: 30 }, undefined, FACTS)).toBeCloseTo(200, 6);
});

test('forgets what was longer ago than ten seconds, however many steps there were', () => {
  const pace = new Pace();
  const at = run(pace, { steps: 5000, batchSize: 16, ms: 100 });
  run(pace, { steps: 12_000, batchSize: 16, ms: 1, from: at });
  expect(pace.timeFor({ examples: 16, batchSize: 16 }, undefined, FACTS)).toBeCloseTo(1, 6);
});

test('a size that changes at every step costs no more than so much memory, and is still told from the latest', () => {
  const pace = new Pace();
  for (let i = 0; i < 4000; i++) pace.add(i % 2 === 0 ? 16 : 32, i < 3900 ? 50 : i % 2 === 0 ? 2 : 4, i);
  expect(pace.timeFor({ examples: 48, batchSize: 16 }, undefined, FACTS)).toBeCloseTo(6, 6);
});

test('counts what cutting a large batch costs', () => {
  const pace = new Pace();
  const model = { fixedMs: 2, perExampleMs: 0.1, perMicroBatchMs: 3 };
  const facts = { ...FACTS, maxMicroBatchSize: 64 };
  run(pace, { steps: 10, batchSize: 64, ms: 8.4 });
  expect(pace.timeFor({ examples: 128, batchSize: 128 }, model, facts)).toBeCloseTo(2 + 12.8 + 3, 6);
});
