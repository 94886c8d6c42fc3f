import fc from 'fast-check';
import { type MeasureOptions, measuringSchedule } from '../../src/core/measuring.js';
import type { StepObservation, TimeEstimate } from '../../src/core/types.js';
import { logarithmic } from '../support/arbitraries.js';
import { gradientStatistics, observation, plainObservation } from '../support/observations.js';
import { type Rejection, rejects, rejectsUnknown } from '../support/rejections.js';

const TIME: TimeEstimate = { fixedMs: 4, perExampleMs: 0.1, perMicroBatchMs: 3 };

/** A loop that obeys the schedule; steps count from 1. */
interface Loop extends MeasureOptions {
  readonly steps: number;
  readonly settleSteps?: number;
  readonly measureMs?: (step: number) => number | undefined;
  readonly time?: TimeEstimate | 'unknown';
  readonly facts?: (step: number) => Partial<StepObservation>;
}

/** @returns whether each step was measured */
function run({
  steps,
  settleSteps,
  measureMs = () => 1,
  facts = () => ({}),
  time = TIME,
  ...options
}: Loop): boolean[] {
  const schedule = measuringSchedule(options, settleSteps);
  let state = schedule.init();
  let measure = schedule.atStart;
  return Array.from({ length: steps }, (_, i) => {
    const step = i + 1;
    const [measured, cost] = [measure, measureMs(step)];
    const statistics = { gradient: gradientStatistics(), ...(cost !== undefined && { measureMs: cost }) };
    const seen = { ...plainObservation({ step, ...facts(step) }), ...(measured && statistics) };
    ({ state, measure } = schedule.update(state, seen, time === 'unknown' ? undefined : time));
    return measured;
  });
}

/** The steps that were measured. */
const stepsOf = (flags: readonly boolean[]): number[] => flags.flatMap((flag, i) => (flag ? [i + 1] : []));

/** Steps until the warm-up is over, for certain. */
const WARM = 120;

/** Steps from one measurement to the next after the warm-up. */
function gaps(flags: readonly boolean[]): number[] {
  const measured = stepsOf(flags).filter((step) => step > WARM);
  return measured.slice(1).map((step, i) => step - (measured[i] as number));
}

/** The one gap that there is after the warm-up. */
function gap(loop: Loop): number {
  const found = new Set(gaps(run(loop)));
  expect(found.size).toBe(1);
  return [...found][0] as number;
}

test('warms up with every second step, whatever it costs', () => {
  expect(stepsOf(run({ steps: 15, measureMs: () => 1e6 }))).toEqual([1, 3, 5, 7, 9, 11, 13, 15]);
});

test('every tenth step while the time of a step is not known', () => {
  expect(gap({ steps: 400, measureMs: () => 1e6, time: 'unknown' })).toBe(10);
});

test.each([1, 2, 3, 50])('every: %d is exact from the first step on', (every) => {
  const sizes = (step: number) => ({ batchSize: step < 100 ? 16 : 64 });
  const flags = run({ every, steps: 300, measureMs: () => 1e6, settleSteps: 20, facts: sizes });
  expect(flags).toEqual(Array.from({ length: 300 }, (_, i) => i % every === 0));
});

test('waits ⌈cost / (budget · T(B))⌉ steps', () => {
  // cost 3 + 1.1, T(16) = 5.6: 4.1 / (0.05 · 5.6) = 14.6
  expect(gap({ budget: 0.05, steps: 400, measureMs: () => 1.1 })).toBe(15);
  expect(gap({ budget: 1, steps: 400, measureMs: () => 0 })).toBe(1);
  expect(gap({ budget: 0.0001, steps: 900, measureMs: () => 1.1 })).toBe(100);
});

test('a larger batch is measured more often: the pass more costs the same', () => {
  expect(gap({ steps: 2000, facts: () => ({ batchSize: 512 }) })).toBeLessThan(gap({ steps: 2000 }));
});

test('steps at the start are left out until the optimizer has settled', () => {
  expect(stepsOf(run({ steps: 20, settleSteps: 10 }))).toEqual([11, 13, 15, 17, 19]);
});

describe('a new batch size', () => {
  const rare: Loop = { budget: 1e-6, steps: 560 };
  const measuredBetween = (loop: Loop, low: number, high: number): number[] =>
    stepsOf(run(loop)).filter((step) => step >= low && step < high);
  const [last = 0] = measuredBetween(rare, 400, 500);

  test('is measured at its tenth step', () => {
    const change = last + 20;
    const facts = (step: number) => ({ batchSize: step < change ? 16 : 32 });
    expect(measuredBetween({ ...rare, facts }, last + 1, last + 60)).toEqual([change + 9]);
    expect(measuredBetween(rare, last + 1, last + 60)).toEqual([]);
  });

  test('a short batch is none', () => {
    const facts = (step: number) => (step === last + 20 ? { batchSize: 3, short: true as const } : {});
    expect(measuredBetween({ ...rare, facts }, last + 1, last + 60)).toEqual([]);
  });
});

test('after the warm-up keeps within the budget, or measures each hundredth step', () => {
  const worlds = fc.record({
    fixedMs: logarithmic(0.1, 100),
    perExampleMs: logarithmic(1e-3, 1),
    perMicroBatchMs: logarithmic(0.1, 100),
    measureMs: fc.oneof(fc.constant(0), logarithmic(0.01, 50)),
    jitter: fc.array(fc.double({ min: 0.7, max: 1.3, noNaN: true }), { minLength: 5, maxLength: 20 }),
    budget: logarithmic(0.002, 1),
    batchSize: fc.integer({ min: 1, max: 2000 }),
  });
  fc.assert(
    fc.property(worlds, ({ measureMs, jitter, budget, batchSize, ...time }) => {
      const costAt = (step: number): number => measureMs * (jitter[step % jitter.length] as number);
      const steps = WARM + 3000;
      const flags = run({ budget, steps, measureMs: costAt, time, facts: () => ({ batchSize }) });
      const plain = time.fixedMs + time.perExampleMs * batchSize;
      const measured = stepsOf(flags).filter((step) => step > WARM);
      const spent = measured.reduce((sum, step) => sum + time.perMicroBatchMs + costAt(step), 0);
      const share = spent / (spent + plain * 3000);
      const typical = (measureMs + time.perMicroBatchMs) / plain;
      // One measurement more than the steps hold may fall into the window; jitter moves the smoothed cost.
      expect(share).toBeLessThanOrEqual(Math.max(budget, typical / 100) * 1.1 + typical / 3000);
      expect(Math.max(...gaps(flags))).toBeLessThanOrEqual(100);
    }),
    { numRuns: 60 },
  );
});

test('a pause of a minute while measuring does not silence it', () => {
  const usual = gap({ steps: 3000 });
  const measureMs = (step: number): number => (step >= 1000 && step < 1000 + usual ? 60_000 : 1);
  const flags = run({ steps: 3000, measureMs });
  expect(stepsOf(flags).filter((step) => measureMs(step) > 1)).toHaveLength(1);
  expect(Math.max(...gaps(flags))).toBeLessThanOrEqual(2 * usual);
});

test('compilation in the first measurement does not silence it', () => {
  expect(gap({ steps: 3000, measureMs: (step) => (step === 1 ? 5000 : 1) })).toBe(gap({ steps: 3000 }));
});

test('a cost that the clock rounds to 0 at first is still learnt', () => {
  const slow = run({ budget: 0.05, steps: 3000, measureMs: (step) => (step < 30 ? 0 : 20) });
  expect(gaps(slow).at(-1)).toBe(Math.ceil((20 + 3) / (0.05 * 5.6)));
});

test.each([undefined, Number.NaN, Infinity, -5])('a cost of %d is not known: goes on as before', (cost) => {
  expect(gap({ steps: 1000, measureMs: () => cost })).toBe(gap({ steps: 1000, measureMs: () => 0 }));
});

test('a step measured unasked counts', () => {
  const schedule = measuringSchedule({ every: 3 });
  const { state } = schedule.update(schedule.init(), plainObservation(), undefined);
  expect(state.stepsSince).toBe(1);
  expect(schedule.update(state, observation(), undefined)).toMatchObject({
    state: { measurements: 1, stepsSince: 0 },
    measure: false,
  });
});

rejects([
  ...[0, 1.5, -1, Number.NaN].map(
    (every): Rejection => [() => measuringSchedule({ every }), 'measure.every', 'a whole number >= 1', String(every)],
  ),
  ...[0, -1, 1.1, Number.NaN].map(
    (budget): Rejection => [
      () => measuringSchedule({ budget }),
      'measure.budget',
      'between 0.000001 and 1',
      String(budget),
    ],
  ),
]);
rejectsUnknown('measure', measuringSchedule);
