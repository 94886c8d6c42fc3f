import fc from 'fast-check';
import { measuringSchedule, measuringShare } from '../../src/core/measuring.js';
import type { GradientRoute, NoiseEstimate } from '../../src/core/types.js';
import { logarithmic } from '../support/arbitraries.js';
import { type Loop, type LoopStep, runLoop, TIME } from '../support/measured-loop.js';
import { observation, plainObservation } from '../support/observations.js';
import { type Rejection, rejects, rejectsUnknown } from '../support/rejections.js';

/** The steps that were measured. */
const stepsOf = (run: readonly LoopStep[]): number[] =>
  run.flatMap(({ step, isMeasured }) => (isMeasured ? [step] : []));

/** Steps until the warm-up is over, for certain. */
const WARM = 120;

/** Steps from one measurement to the next after the warm-up. */
function gaps(run: readonly LoopStep[]): number[] {
  const measured = stepsOf(run).filter((step) => step > WARM);
  return measured.slice(1).map((step, i) => step - (measured[i] as number));
}

/** The one gap that there is after the warm-up. */
function gap(loop: Loop): number {
  const found = new Set(gaps(runLoop(loop)));
  expect([...found]).toHaveLength(1);
  return [...found][0] as number;
}

/** The mean gap after the warm-up. */
function meanGap(loop: Loop): number {
  const all = gaps(runLoop(loop));
  return all.reduce((a, b) => a + b) / all.length;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** What is counted against the budget: all from the eighth measurement on, which itself is still free. */
function counted(run: readonly LoopStep[]): LoopStep[] {
  const eighth = stepsOf(run)[7] ?? Infinity;
  return run.filter(({ step }) => step >= eighth).map((one) => (one.step === eighth ? { ...one, costMs: 0 } : one));
}

/** The most that measuring was over its budget at the end of any step [ms]. */
function worstExcess(run: readonly LoopStep[], budget: number): number {
  let [excess, worst] = [0, 0];
  for (const { costMs, trainMs } of counted(run)) {
    excess += costMs * (1 - budget) - trainMs * budget;
    worst = Math.max(worst, excess);
  }
  return worst;
}

/** What one measurement costs at most, and a little for the rounding [ms]. */
const oneMeasurement = (run: readonly LoopStep[]): number =>
  Math.max(...counted(run).map(({ costMs }) => costMs)) * (1 + 1e-9);

test('warms up with every second step, whatever it costs', () => {
  expect(stepsOf(runLoop({ steps: 15, measureMs: () => 1e6 }))).toEqual([1, 3, 5, 7, 9, 11, 13, 15]);
});

test('every tenth step while the time of a step is not known', () => {
  expect(gap({ steps: 400, measureMs: () => 1e6, isTimeKnown: false })).toBe(10);
});

test.each([1, 2, 3, 50])('every: %d is exact from the first step on', (every) => {
  const facts = (step: number) => ({ batchSize: step < 100 ? 16 : 64 });
  const run = runLoop({ every, steps: 300, measureMs: () => 1e6, settleSteps: 20, facts });
  expect(run.map(({ isMeasured }) => isMeasured)).toEqual(Array.from({ length: 300 }, (_, i) => i % every === 0));
});

test('steps at the start are left out until the optimizer has settled', () => {
  expect(stepsOf(runLoop({ steps: 20, settleSteps: 10 }))).toEqual([11, 13, 15, 17, 19]);
});

describe('the account', () => {
  test('is debited for measuring and credited for training', () => {
    // Cost 3 + 1.1, T(16) = 5.6: 4.1 · 0.95 / (0.05 · 5.6) = 13.9
    const loop = { budget: 0.05, steps: 2000, measureMs: () => 1.1 };
    expect(meanGap(loop)).toBeCloseTo(13.9, 0);
    expect(new Set(gaps(runLoop(loop)))).toEqual(new Set([13, 14]));
    // From the eighth measurement, at step 15, on: 14 steps pay for the first after it.
    expect(stepsOf(runLoop(loop)).slice(7, 9)).toEqual([15, 29]);
    expect(gap({ ...loop, budget: 1 })).toBe(1);
    // 4.1 · 0.999 / (0.001 · 5.6) = 731, and a thirtieth more for what fades on the way
    expect(meanGap({ ...loop, budget: 0.001, steps: 30_000 }) / 731).toBeCloseTo(1.04, 1);
  });

  test('a measurement is made exactly when (spent + cost)(1 − budget) <= budget · trained', () => {
    const worlds = fc.record({
      fixedMs: logarithmic(0.1, 100),
      perExampleMs: logarithmic(1e-3, 1),
      perMicroBatchMs: logarithmic(0.1, 100),
      budget: logarithmic(0.002, 0.9),
      batchSize: fc.integer({ min: 1, max: 2000 }),
      measureMs: logarithmic(0.01, 50),
    });
    fc.assert(
      fc.property(worlds, ({ budget, batchSize, measureMs, ...time }) => {
        const run = runLoop({ budget, steps: 600, time, measureMs: () => measureMs, facts: () => ({ batchSize }) });
        const cost = measureMs + time.perMicroBatchMs;
        let [spent, trained] = [0, 0];
        counted(run).forEach(({ costMs, trainMs, step }) => {
          // Old steps fade, one part in ten thousand a step.
          [spent, trained] = [spent * 0.9999 + costMs, trained * 0.9999 + trainMs];
          const left = budget * trained - (spent + cost) * (1 - budget);
          // A tie is for the rounding to decide.
          if (step < 600 && Math.abs(left) > 1e-9 * cost) expect(run[step]?.isMeasured).toBe(left > 0);
        });
      }),
    );
  });

  test('a larger batch is measured more often: the pass more costs the same', () => {
    const large = meanGap({ steps: 4000, facts: () => ({ batchSize: 512 }) });
    // T(512) = 55.2
    expect(meanGap({ steps: 4000 }) / large).toBeCloseTo(55.2 / 5.6, 0);
  });

  test.each<GradientRoute>(['closedForm', 'randomSigns', 'perExample', 'temporal'])('%s costs no pass', (route) => {
    // 1.1 · 0.95 / (0.05 · 5.6) = 3.7
    expect(meanGap({ route, budget: 0.05, steps: 4000, measureMs: () => 1.1 })).toBeCloseTo(3.73, 1);
  });

  test.each<GradientRoute>(['closedForm', 'randomSigns', 'perExample', 'temporal'])(
    '%s is charged for the pass that it makes longer',
    (route) => {
      // (1.1 + 0.9) · 0.95 / (0.05 · 5.6) = 6.8
      const loop = { route, budget: 0.05, steps: 4000, measureMs: () => 1.1, watchedMs: 0.9 };
      expect(meanGap(loop)).toBeCloseTo(6.79, 1);
    },
  );

  test('micro-batches that the training itself needs are not charged', () => {
    // 1.1 · 0.95 / (0.05 · (5.6 + 2 · 3)) = 1.8
    const loop = { budget: 0.05, steps: 4000, measureMs: () => 1.1, facts: () => ({ microBatches: 3 }) };
    expect(meanGap({ ...loop, route: 'temporal' })).toBeCloseTo(1.8, 1);
  });
});

describe('the budget is held at every step of a long run', () => {
  const worlds = fc.record({
    fixedMs: logarithmic(0.1, 100),
    perExampleMs: logarithmic(1e-3, 1),
    perMicroBatchMs: logarithmic(0.1, 100),
    budget: logarithmic(0.002, 0.9),
    measureMs: logarithmic(0.01, 50),
    watchedMs: logarithmic(0.01, 50),
    batchSize: fc.integer({ min: 1, max: 2000 }),
    route: fc.constantFrom<GradientRoute>('microBatches', 'closedForm', 'temporal'),
  });
  const jitters = fc.array(fc.double({ min: 0.6, max: 1.4, noNaN: true }), { minLength: 5, maxLength: 20 });

  test('up to one measurement, also where its cost jitters', () => {
    fc.assert(
      fc.property(worlds, jitters, ({ measureMs, watchedMs, budget, batchSize, route, ...time }, jitter) => {
        const costAt = (step: number): number => measureMs * (jitter[(step * 7) % jitter.length] as number);
        const loop = { budget, route, time, watchedMs, measureMs: costAt, facts: () => ({ batchSize }) };
        const run = runLoop({ ...loop, steps: 4000 });
        expect(worstExcess(run, budget)).toBeLessThanOrEqual(oneMeasurement(run));
      }),
      { numRuns: 60 },
    );
  });

  test('and it is used', () => {
    for (const budget of [0.02, 0.1, 0.3]) {
      const run = counted(runLoop({ budget, steps: 20_000 }));
      const [spent, trained] = [sum(run.map(({ costMs }) => costMs)), sum(run.map(({ trainMs }) => trainMs))];
      expect(spent / (spent + trained)).toBeLessThanOrEqual(budget);
      expect(spent / (spent + trained) / budget).toBeGreaterThan(0.97);
    }
  });

  test('up to nine measurements as the batch size changes', () => {
    const changes = fc.array(
      fc.record({ after: fc.integer({ min: 1, max: 60 }), size: fc.constantFrom(4, 16, 64, 256) }),
      {
        minLength: 1,
        maxLength: 60,
        size: 'max',
      },
    );
    fc.assert(
      fc.property(worlds, changes, ({ measureMs, budget, batchSize: first, route, ...time }, plan) => {
        const sizes = [
          Array<number>(200).fill(first),
          ...plan.map(({ after, size }) => Array<number>(after).fill(size)),
        ];
        const path = sizes.flat();
        const facts = (step: number) => ({ batchSize: path[step - 1] as number });
        const run = runLoop({ budget, route, time, measureMs: () => measureMs, facts, steps: path.length });
        // What is owed fades as all else does, one part in ten thousand a step. A look at a new size may overdraw by eight.
        const fading = 1 + path.length / 10_000;
        expect(worstExcess(run, budget)).toBeLessThanOrEqual((8 + 1) * oneMeasurement(run) * fading);
      }),
      { numRuns: 100 },
    );
  });

  test.each([1.5, 3, 20, 0.1])(
    'up to two measurements as its cost changes by %d: the first may hold a pause',
    (factor) => {
      for (const budget of [0.02, 0.3]) {
        const run = runLoop({ budget, steps: 20_000, measureMs: (step) => (step < 3000 ? 10 : 10 * factor) });
        expect(worstExcess(run, budget)).toBeLessThanOrEqual((factor > 2 ? 2 : 1) * oneMeasurement(run));
      }
    },
  );
});

describe('the share of the time that measuring took', () => {
  const shareOf = (loop: Loop): number => measuringShare((runLoop(loop).at(-1) as LoopStep).state);

  test('is none before anything is measured, nor of the warm-up', () => {
    expect(measuringShare(measuringSchedule().init())).toBe(0);
    expect(shareOf({ steps: 15 })).toBe(0);
  });

  test('is what was spent over all that was taken', () => {
    // The pass and the statistics, 3 + 1.1, beside T(16) = 5.6
    expect(shareOf({ every: 1, steps: 500, measureMs: () => 1.1 })).toBeCloseTo(4.1 / 9.7, 12);
    expect(shareOf({ every: 1, steps: 500, measureMs: () => 1.1, route: 'closedForm' })).toBeCloseTo(1.1 / 6.7, 12);
    // The first three steps of four are trained for nothing.
    expect(shareOf({ every: 4, steps: 4, measureMs: () => 1.1 })).toBeCloseTo(4.1 / (4.1 + 4 * 5.6), 3);
  });

  test('comes near the budget and not over it', () => {
    for (const budget of [0.02, 0.1, 0.3]) {
      const share = shareOf({ budget, steps: 20_000 });
      expect(share).toBeLessThanOrEqual(budget);
      expect(share / budget).toBeGreaterThan(0.95);
    }
  });

  test('forgets what was spent long ago', () => {
    const measureMs = (step: number): number => (step < 3000 ? 1000 : 0);
    const early = shareOf({ every: 1, steps: 3000, measureMs });
    expect(early).toBeGreaterThan(0.99);
    // e⁻³ of the old account stays after 30,000 steps.
    expect(shareOf({ every: 1, steps: 33_000, measureMs })).toBeLessThan(0.86);
  });
});

describe('where the noise scale is known to a tenth and rests', () => {
  const SURE: NoiseEstimate = {
    traceOfCovariance: 100,
    squaredGradientNorm: 1,
    noiseScale: 100,
    standardError: 10,
    degreesOfFreedom: 20,
    measurements: 20,
  };
  // 4.1 / (0.05 · 5.6) = 14.6: the budget allows each fifteenth step.
  const loop: Loop = { budget: 0.05, steps: 2000, measureMs: () => 1.1, noise: () => SURE };

  test('it is measured four times less often, but each hundredth step if the budget allows it', () => {
    expect(gap(loop)).toBe(60);
    expect(gap({ ...loop, budget: 0.01 })).toBe(100);
    expect(gap({ ...loop, budget: 0.005 })).toBe(147);
    expect(gap({ ...loop, budget: 1 })).toBe(4);
    expect(meanGap({ ...loop, every: 7 })).toBe(7);
  });

  test('the pass that a route does not make is not counted here either', () => {
    // 1.1 / (0.05 · 5.6) = 3.9
    expect(gap({ ...loop, route: 'closedForm' })).toBe(16);
  });

  test.each<[string, (step: number) => NoiseEstimate | undefined]>([
    ['known less well', () => ({ ...SURE, standardError: 10.1 })],
    ['not known', () => undefined],
    ['moving', (step) => ({ ...SURE, noiseScale: 100 * 1.06 ** step, standardError: 5 * 1.06 ** step })],
  ])('but not where it is %s', (_name, noise) => {
    expect(meanGap({ ...loop, noise })).toBeCloseTo(13.9, 0);
  });

  describe('a lower bound', () => {
    // Its standard error is as large as itself.
    const noise = (): NoiseEstimate => ({ ...SURE, standardError: 100, isLowerBound: true });
    const longGaps = (facts: Loop['facts']): number =>
      gaps(runLoop({ ...loop, noise, ...(facts && { facts }) })).filter((steps) => steps > 30).length;

    test('is known well enough once the batch size has stood for 200 steps', () => {
      const all = gaps(runLoop({ ...loop, noise }));
      expect(new Set(all.slice(0, 3))).toEqual(new Set([14]));
      expect(new Set(all.slice(10))).toEqual(new Set([60]));
    });

    test('is not while the batch size moves', () => {
      const every = (steps: number) => (step: number) => ({ batchSize: Math.floor(step / steps) % 2 === 0 ? 16 : 24 });
      expect(longGaps(every(190))).toBe(0);
      expect(longGaps(every(600))).toBeGreaterThan(5);
    });

    test('is not while it moves', () => {
      const moving = (step: number): NoiseEstimate => ({ ...noise(), noiseScale: 100 * 2.5 ** step });
      expect(gaps(runLoop({ ...loop, noise: moving })).filter((steps) => steps > 30)).toEqual([]);
    });
  });

  test('a move ends it, and what was saved is there for it', () => {
    const noise = (step: number) => (step < 1000 ? SURE : { ...SURE, standardError: 50 });
    const run = runLoop({ ...loop, noise });
    const later = stepsOf(run).filter((step) => step > 1000);
    expect(later.slice(1, 5).map((step, i) => step - (later[i] as number))).toEqual([1, 1, 1, 1]);
    expect(worstExcess(run, 0.05)).toBeLessThanOrEqual(oneMeasurement(run));
  });
});

describe('a new batch size', () => {
  // 4 · 0.995 / (0.005 · 5.6) = 142 steps from one measurement to the next.
  const rare: Loop = { budget: 0.005, steps: 560 };
  const measuredBetween = (loop: Loop, low: number, high: number): number[] =>
    stepsOf(runLoop(loop)).filter((step) => step >= low && step < high);
  const [last = 0] = measuredBetween(rare, 200, 400);

  test('is measured at its tenth and its twentieth step, on account', () => {
    const change = last + 20;
    const facts = (step: number) => ({ batchSize: step < change ? 16 : 32 });
    expect(measuredBetween({ ...rare, facts }, last + 1, last + 60)).toEqual([change + 9, change + 19]);
    expect(measuredBetween(rare, last + 1, last + 60)).toEqual([]);
  });

  /** 16 until step `from`, then twice as much each ten steps, `times` times. */
  const growing = (from: number, times: number) => (step: number) => ({
    batchSize: 16 * 2 ** Math.min(Math.max(Math.floor((step - from) / 10) + 1, 0), times),
  });

  test('the next one need not wait until that is paid: six doublings, each ten steps after the last', () => {
    const change = last + 20;
    const steps = measuredBetween({ ...rare, facts: growing(change, 6) }, last + 1, last + 100);
    expect(steps).toEqual([9, 19, 29, 39, 49, 59, 69].map((after) => change + after));
  });

  test('as long as the account is overdrawn by eight measurements at most', () => {
    const change = last + 20;
    // The pass more costs the same at each size, so that the long steps of a large one would pay for it soon.
    const time = { fixedMs: 5.6, perExampleMs: 0, perMicroBatchMs: 3 };
    const run = runLoop({ ...rare, time, facts: growing(change, 30), steps: change + 300 });
    const looked = stepsOf(run).filter((step) => step > last);
    expect(looked.length).toBeGreaterThanOrEqual(9);
    expect(looked.length).toBeLessThanOrEqual(11);
    expect(worstExcess(run, 0.005)).toBeGreaterThan(7 * oneMeasurement(run));
    expect(worstExcess(run, 0.005)).toBeLessThanOrEqual(9 * oneMeasurement(run) * 1.1);
  });

  test('and all is paid back before the next one of a batch that stays', () => {
    const change = last + 20;
    const run = runLoop({ ...rare, facts: growing(change, 2), steps: 4000 });
    const [, , , , next = 0] = stepsOf(run).filter((step) => step > last);
    // T(64) = 10.4: four measurements of 4 · 0.995 / (0.005 · 10.4) = 77 steps each, and the next one.
    expect(next).toBeGreaterThan(change + 4 * 77);
    const at = run[next - 1] as LoopStep;
    expect(at.isMeasured).toBe(true);
    const counts = counted(run).filter(({ step }) => step < next);
    const [spent, trained] = [sum(counts.map(({ costMs }) => costMs)), sum(counts.map(({ trainMs }) => trainMs))];
    expect((spent + 4) * 0.995).toBeLessThanOrEqual(0.005 * trained * 1.05);
  });

  test('a short batch is none', () => {
    const facts = (step: number) => (step === last + 20 ? { batchSize: 3, short: true as const } : {});
    expect(measuredBetween({ ...rare, facts }, last + 1, last + 60)).toEqual([]);
  });
});

test('a pause of a minute while measuring does not silence it', () => {
  const usual = Math.ceil(meanGap({ steps: 3000 }));
  const measureMs = (step: number): number => (step >= 1000 && step < 1000 + usual ? 60_000 : 1);
  const run = runLoop({ steps: 3000, measureMs });
  expect(stepsOf(run).filter((step) => measureMs(step) > 1)).toHaveLength(1);
  expect(Math.max(...gaps(run))).toBeLessThanOrEqual(2 * usual);
});

test('compilation in the first measurement does not silence it', () => {
  expect(gaps(runLoop({ steps: 3000, measureMs: (step) => (step === 1 ? 5000 : 1) }))).toEqual(
    gaps(runLoop({ steps: 3000 })),
  );
});

test('a cost that the clock rounds to 0 at first is still learnt', () => {
  const slow = runLoop({ budget: 0.05, steps: 4000, measureMs: (step) => (step < 30 ? 0 : 20) });
  // 23 · 0.95 / (0.05 · 5.6) = 78.04
  for (const steps of gaps(slow).slice(-10)) expect(Math.abs(steps - 78.5)).toBeLessThan(1);
});

test.each([undefined, Number.NaN, Infinity, -5])('a cost of %d is not known: goes on as before', (cost) => {
  const strange = runLoop({ steps: 1000, measureMs: () => cost });
  expect(gaps(strange)).toEqual(gaps(runLoop({ steps: 1000, measureMs: () => 0 })));
  expect(JSON.stringify(strange.at(-1)?.state)).not.toContain('null');
});

test.each([0, -1, Number.NaN, Infinity])('a step of %d ms pays nothing in', (stepMs) => {
  const schedule = measuringSchedule({ every: 1 });
  const { state } = schedule.update(schedule.init(), plainObservation({ stepMs: 8 }), { time: TIME });
  expect(state.trainedMs).toBe(8);
  const later = schedule.update(state, plainObservation({ stepMs }), { time: TIME }).state;
  expect(later.trainedMs).toBeCloseTo(8, 2);
});

test('a step measured unasked counts', () => {
  const schedule = measuringSchedule({ every: 3 });
  const { state } = schedule.update(schedule.init(), plainObservation(), {});
  expect(state.stepsSince).toBe(1);
  expect(schedule.update(state, observation(), {})).toMatchObject({
    state: { measurements: 1, stepsSince: 0 },
    measure: false,
  });
});

const ROUTES = 'one of auto, microBatches, closedForm, randomSigns, perExample, temporal';
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
  [() => measuringSchedule({ route: 'closed' as never }), 'measure.route', ROUTES, '"closed"'],
  [() => measuringSchedule({ route: 2 as never }), 'measure.route', ROUTES, '2'],
  [() => measuringSchedule({ layers: 'all' as never }), 'measure.layers', 'one of true, false', '"all"'],
  [() => measuringSchedule({ layers: 1 as never }), 'measure.layers', 'one of true, false', '1'],
]);
rejectsUnknown('measure', measuringSchedule);

test.each(['auto', 'microBatches', 'closedForm', 'randomSigns', 'perExample', 'temporal'] as const)(
  'takes the route %s, with layers or without',
  (route) => {
    for (const layers of [true, false]) expect(() => measuringSchedule({ route, layers })).not.toThrow();
  },
);
