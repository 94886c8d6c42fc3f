import fc from 'fast-check';
import type { StepObservation, TimeEstimate } from '../../src/core/types.js';
import { stepTime } from '../../src/estimators/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { deepFreeze, throughJson } from '../support/json.js';
import { gradientStatistics, observation, plainObservation } from '../support/observations.js';
import { uniform } from '../support/random.js';

/** [batch size, micro-batches, milliseconds]. */
type Reading = readonly [number, number, number];

/** The estimate after these readings; step numbers begin after the cold ones. */
function estimateOf(readings: readonly Reading[], firstStep = 3): TimeEstimate | undefined {
  const estimator = stepTime();
  let state = estimator.init();
  readings.forEach(([batchSize, microBatches, stepMs], i) => {
    const seen = plainObservation({ step: firstStep + i, batchSize, microBatches, stepMs });
    state = deepFreeze(estimator.update(state, seen));
  });
  return estimator.estimate(throughJson(state), plainObservation());
}

const timeOf = (
  { fixedMs, perExampleMs, perMicroBatchMs }: TimeEstimate,
  batchSize: number,
  microBatches = 1,
): number => fixedMs + perExampleMs * batchSize + perMicroBatchMs * (microBatches - 1);

const KINDS = [
  [16, 1],
  [16, 2],
  [32, 1],
  [64, 1],
  [64, 2],
] as const;

/** `rounds` readings of each kind, their times made by `disturb` out of the true ones. */
function readingsOf(
  truth: TimeEstimate,
  rounds: number,
  kinds: readonly (readonly [number, number])[] = KINDS,
  disturb: (ms: number, i: number) => number = (ms) => ms,
): Reading[] {
  return Array.from({ length: rounds }, () => kinds)
    .flat()
    .map(([batchSize, pieces], i) => [batchSize, pieces, disturb(timeOf(truth, batchSize, pieces), i)]);
}

const truths = fc.record({
  fixedMs: logarithmic(0.05, 100),
  perExampleMs: logarithmic(1e-3, 1),
  perMicroBatchMs: logarithmic(0.05, 100),
});

test('recovers all three from noise-free times', () => {
  const truth = { fixedMs: 5, perExampleMs: 0.1, perMicroBatchMs: 5 };
  const found = estimateOf(readingsOf(truth, 3)) as TimeEstimate;
  expect(found.fixedMs).toBeCloseTo(5, 10);
  expect(found.perExampleMs).toBeCloseTo(0.1, 12);
  expect(found.perMicroBatchMs).toBeCloseTo(5, 10);
});

test('recovers any from noise-free times, to the weight of the prior', () => {
  fc.assert(
    fc.property(truths, (truth) => {
      const found = estimateOf(readingsOf(truth, 3)) as TimeEstimate;
      for (const size of [16, 32, 64]) expect(timeOf(found, size) / timeOf(truth, size)).toBeCloseTo(1, 1.7);
      const slack = 0.03 * timeOf(truth, 16, 2);
      expect(Math.abs(found.fixedMs - truth.fixedMs)).toBeLessThan(slack);
      expect(Math.abs(found.perMicroBatchMs - truth.perMicroBatchMs)).toBeLessThan(slack);
      expect(Math.abs(found.perExampleMs - truth.perExampleMs) * 64).toBeLessThan(slack);
    }),
  );
});

const NOISY: TimeEstimate = { fixedMs: 6, perExampleMs: 0.08, perMicroBatchMs: 4 };

/** One reading: its time times up to 1.2, as a busy machine has it. */
const jitter = (seed: number): ((ms: number) => number) => {
  const next = uniform(seed);
  return (ms) => ms * (1 + 0.2 * next());
};

test('recovers them roughly from times with noise', () => {
  for (const seed of [1, 2, 3]) {
    const found = estimateOf(readingsOf(NOISY, 7, KINDS, jitter(seed))) as TimeEstimate;
    for (const size of [16, 64]) {
      expect(timeOf(found, size) / timeOf(NOISY, size)).toBeGreaterThan(0.9);
      expect(timeOf(found, size) / timeOf(NOISY, size)).toBeLessThan(1.25);
    }
    expect(found.perMicroBatchMs).toBeGreaterThan(2);
    expect(found.perMicroBatchMs).toBeLessThan(7);
  }
});

test('one reading in seven a hundred times too long changes nothing', () => {
  const calm = estimateOf(readingsOf(NOISY, 7));
  for (let hit = 0; hit < 7; hit++) {
    // Readings come in rounds of the five kinds.
    const slow = (ms: number, i: number): number => (Math.floor(i / KINDS.length) % 7 === hit ? ms * 100 : ms);
    expect(estimateOf(readingsOf(NOISY, 7, KINDS, slow))).toEqual(calm);
  }
});

test('follows drift within the readings it keeps', () => {
  const slower = { fixedMs: 12, perExampleMs: 0.16, perMicroBatchMs: 8 };
  const found = estimateOf([...readingsOf(NOISY, 20), ...readingsOf(slower, 7)]);
  expect(found).toEqual(estimateOf(readingsOf(slower, 7), 3 + 20 * KINDS.length));
});

test('a kind not seen for long counts little', () => {
  const later = { fixedMs: 12, perExampleMs: 0.16, perMicroBatchMs: 8 };
  const kinds = KINDS.filter(([size]) => size > 16);
  const readings = [...readingsOf(NOISY, 7), ...readingsOf(later, 700, kinds)];
  expect(timeOf(estimateOf(readings) as TimeEstimate, 64) / timeOf(later, 64)).toBeCloseTo(1, 2);
  expect(timeOf(estimateOf(readings) as TimeEstimate, 32) / timeOf(later, 32)).toBeCloseTo(1, 2);
});

test('one size alone, cut in one and in two: the fixed cost is what a micro-batch more costs', () => {
  const found = estimateOf(readingsOf({ fixedMs: 5, perExampleMs: 0.1, perMicroBatchMs: 2 }, 3, KINDS.slice(0, 2)));
  expect(found?.perMicroBatchMs).toBeCloseTo(2, 3);
  expect(found?.fixedMs).toBeCloseTo(2, 3);
  expect(timeOf(found as TimeEstimate, 16)).toBeCloseTo(6.6, 3);
});

test('is absent before three readings of two kinds', () => {
  expect(estimateOf([])).toBeUndefined();
  expect(estimateOf(readingsOf(NOISY, 2))).toBeUndefined();
  expect(estimateOf(readingsOf(NOISY, 9, KINDS.slice(0, 1)))).toBeUndefined();
  expect(estimateOf(readingsOf(NOISY, 3, KINDS.slice(0, 2)))).toBeDefined();
});

test('reads neither the first two steps, which hold compilation, nor a time that is none', () => {
  const warm = readingsOf(NOISY, 3);
  const cold: Reading[] = [
    [16, 1, 0.1],
    [16, 2, 0.1],
  ];
  const none: Reading[] = [0, -1, Infinity, Number.NaN].map((ms) => [16, 1, ms]);
  expect(estimateOf([...cold, ...warm], 1)).toEqual(estimateOf(warm));
  expect(estimateOf([...none, ...warm])).toEqual(estimateOf(warm, 3 + none.length));
});

test('nothing is ever negative or not finite', () => {
  const reading = fc.tuple(fc.constantFrom(1, 8, 16, 64, 500), fc.integer({ min: 1, max: 3 }), logarithmic(0.01, 1e4));
  fc.assert(
    fc.property(fc.array(reading, { minLength: 1, maxLength: 120, size: 'max' }), (readings) => {
      const found = estimateOf(readings);
      if (found === undefined) return;
      expect(Object.values(found).filter((value) => !(value >= 0 && Number.isFinite(value)))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('the state does not grow with the sizes seen', () => {
  const estimator = stepTime();
  let state = estimator.init();
  for (let step = 3; step < 500; step++) {
    state = estimator.update(state, plainObservation({ step, batchSize: step % 90, microBatches: 1 + (step % 3) }));
  }
  expect(state.cells.length).toBeLessThanOrEqual(16);
});

describe('steps that were measured in their one pass', () => {
  const watched = { gradient: gradientStatistics({ route: 'closedForm', degreesOfFreedom: 15 }), microBatches: 1 };
  const plain = (step: number) => plainObservation({ step, stepMs: 5 });
  const estimator = stepTime();
  const run = (steps: readonly StepObservation[]) => {
    const state = steps.reduce((before, one) => estimator.update(before, one), estimator.init());
    return estimator.estimate(state, steps.at(-1) as StepObservation);
  };
  const cut = [3, 4, 5].map((step) => observation({ step, stepMs: 7, microBatches: 2 }));

  it('are not mistaken for plain ones, which they may be shorter than', () => {
    const plainSteps = Array.from({ length: 9 }, (_, i) => plain(6 + i));
    const mixed = [
      ...plainSteps,
      ...Array.from({ length: 9 }, (_, i) => observation({ ...watched, step: 20 + i, stepMs: 1 })),
    ];
    const alone = run([...cut, ...plainSteps, plain(28)]);
    const both = run([...cut, ...mixed]);
    expect(both?.perMicroBatchMs).toBeCloseTo(alone?.perMicroBatchMs as number, 6);
    expect((both?.fixedMs as number) + 16 * (both?.perExampleMs as number)).toBeCloseTo(5, 1);
  });

  it('stand in for them where there are none, until there is one', () => {
    const every = Array.from({ length: 9 }, (_, i) => observation({ ...watched, step: 6 + i, stepMs: 4 }));
    const only = run([...cut, ...every]);
    expect((only?.fixedMs as number) + 16 * (only?.perExampleMs as number)).toBeCloseTo(4, 1);
    const then = run([...cut, ...every, plain(16), plain(17), plain(18)]);
    expect((then?.fixedMs as number) + 16 * (then?.perExampleMs as number)).toBeCloseTo(5, 1);
  });
});
