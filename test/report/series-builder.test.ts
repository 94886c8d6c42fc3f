import { fixed } from '../../src/policies/index.js';
import { seriesBuilder } from '../../src/report/series-builder.js';
import { observation, plainObservation } from '../support/observations.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';
import { madeSeries, madeSteps, sizeAt } from './support.js';

const build = (options: object) => () => seriesBuilder({ name: 'x', ...options });

rejects([
  [build({ maxPoints: 99 }), 'maxPoints', 'a whole number >= 100', '99'],
  [build({ maxChanges: 1 }), 'maxChanges', 'a whole number >= 2', '1'],
  [build({ memory: 0 }), 'memory', 'a finite number > 0', '0'],
]);
rejectsUnknown('seriesBuilder', (options) => seriesBuilder({ name: 'x', ...options }));

describe('a run', () => {
  const series = madeSeries({ about: { backend: 'wasm' } });

  test('has a point for each step as long as they are few', () => {
    expect([...series.steps]).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect([...series.batchSize]).toEqual(Array.from({ length: 100 }, (_, i) => sizeAt(i + 1)));
    expect(series.loss[24]).toBe(0.4);
    expect(series.validationLoss[24]).toBe(0.5);
    expect(series.validationLoss[25]).toBeNaN();
    expect(series.about).toEqual({ backend: 'wasm' });
  });

  test('counts time as steps and measuring', () => {
    expect(series.seconds[4]).toBeCloseTo(0.052, 12);
    expect(series.seconds[99]).toBeCloseTo(1.04, 12);
  });

  test('has each change where it was decided, and why', () => {
    const places = series.changes.map(({ step, examples, from, to }) => [step, examples, from.batchSize, to.batchSize]);
    expect(places).toEqual([
      [20, 320, 16, 32],
      [40, 960, 32, 64],
      [60, 2240, 64, 128],
    ]);
    expect(series.changes[0]?.reason).toBe('32 gains most <per> "second" & step');
    expect(series.changes[0]?.seconds).toBeCloseTo(0.208, 12);
  });

  test('has the noise scale with a band symmetric in the logarithm', () => {
    const { estimate, low, high } = series.noiseScale as NonNullable<typeof series.noiseScale>;
    expect(estimate[3]).toBeNaN();
    expect(estimate[59]).toBe(100);
    // exp(1.96·10/100) = 1.216...
    expect(low[59]).toBeCloseTo(100 / 1.21653, 3);
    expect(high[59]).toBeCloseTo(121.653, 3);
  });

  test('is summed up', () => {
    expect(series.summary).toMatchObject({
      ...{ steps: 100, measuredSteps: 20, brokenSteps: 0, examples: 7360, changes: 3, noiseScale: 140 },
      ...{ firstBatchSize: 16, leastBatchSize: 16, mostBatchSize: 128, finalBatchSize: 128, firstLearningRate: 0.1 },
      leastValidationLoss: 0.25,
    });
    expect(series.summary.examplesPerSecond).toBeCloseTo(7360 / 1.04, 9);
    expect(series.summary.finalLoss).toBe(series.smoothedLoss[99]);
  });
});

test('the speed is that of the size in force, whatever was before', () => {
  const { examplesPerSecond } = madeSeries();
  expect(examplesPerSecond[3]).toBeCloseTo(1600, 9);
  expect(examplesPerSecond[20]).toBeCloseTo(3200, 9);
});

test('without standard error or statistics there is no band, and no noise scale', () => {
  const noise = { traceOfCovariance: 1, squaredGradientNorm: 1, noiseScale: 50, measurements: 4 };
  const steps = madeSteps(10).map((step) => ({ ...step, estimates: { noise } as never }));
  const { noiseScale } = madeSeries({}, steps);
  expect(noiseScale?.estimate[9]).toBe(50);
  expect(noiseScale?.low[9]).toBeNaN();
  expect(
    madeSeries(
      {},
      steps.map((step) => ({ ...step, estimates: {} })),
    ).noiseScale,
  ).toBeUndefined();
});

test("an epoch's short last batch shows the size that was asked for", () => {
  const builder = seriesBuilder({ name: 'x' });
  const decision = { step: 1, batchSize: 64, learningRate: 0.2, learningRateFactor: 2, measure: false, reason: 'up' };
  builder.add(plainObservation(), decision);
  builder.add(plainObservation({ step: 2, batchSize: 5, learningRate: 0.05, short: true }), { ...decision, step: 2 });
  const { batchSize, learningRate, changes } = builder.series();
  expect([...batchSize]).toEqual([16, 64]);
  expect([...learningRate]).toEqual([0.01, 0.2]);
  expect(changes).toHaveLength(1);
});

test('a record without decisions shows its changes after the step before', () => {
  const builder = seriesBuilder({ name: 'x' });
  for (let step = 1; step <= 6; step++) {
    builder.add(plainObservation({ step, examplesSeen: 16 * step, batchSize: step > 3 ? 32 : 16 }));
  }
  const { changes } = builder.series();
  expect(changes).toMatchObject([
    { step: 3, examples: 48, from: { batchSize: 16 }, to: { batchSize: 32 }, reason: '' },
  ]);
});

describe('a replay', () => {
  const decision = { learningRate: 0.1, learningRateFactor: 1, measure: true };

  test('shows what was asked for, and goes on asking where the policy only holds what the record has', () => {
    const builder = seriesBuilder({ name: 'x', kind: 'replay' });
    builder.add(observation({ step: 1 }), { ...decision, step: 1, batchSize: 64, reason: 'better' });
    builder.add(plainObservation({ step: 2 }), { ...decision, step: 2, batchSize: 16, reason: 'held' });
    builder.add(observation({ step: 3 }), { ...decision, step: 3, batchSize: 16, reason: 'best' });
    builder.add(plainObservation({ step: 4 }), { ...decision, step: 4, batchSize: 16, reason: 'held' });
    const { batchSize, changes } = builder.series();
    expect([...batchSize]).toEqual([16, 64, 64, 16]);
    expect(changes.map(({ step, reason }) => [step, reason])).toEqual([
      [1, 'better'],
      [3, 'best'],
    ]);
  });

  test('begins with what its policy starts with', () => {
    const start = fixed(64).start?.({} as never) ?? 64;
    const builder = seriesBuilder({ name: 'x', kind: 'replay', start: { batchSize: start, learningRate: 0.1 } });
    builder.add(observation(), { ...decision, step: 1, batchSize: 64, reason: 'fixed' });
    expect([...builder.series().batchSize]).toEqual([64]);
    expect(builder.series().changes).toEqual([]);
  });
});

test('broken numbers are counted and leave the smoothed loss alone', () => {
  const builder = seriesBuilder({ name: 'x' });
  builder.add(plainObservation({ step: 1, loss: 2 }));
  builder.add(plainObservation({ step: 2, loss: Number.NaN, stepMs: Number.POSITIVE_INFINITY }));
  builder.add(plainObservation({ step: 3, loss: Number.POSITIVE_INFINITY, stepMs: 0 }));
  const { smoothedLoss, seconds, summary } = builder.series();
  expect([...smoothedLoss]).toEqual([2, 2, 2]);
  expect([...seconds]).toEqual([0.005, 0.005, 0.005]);
  expect(summary).toMatchObject({ brokenSteps: 2, finalLoss: 2, leastLoss: 2 });
});

test('a record without any step, loss or time makes a series all the same', () => {
  const { summary, steps } = seriesBuilder({ name: 'x' }).series();
  expect(steps).toHaveLength(0);
  expect(summary).toMatchObject({ steps: 0, changes: 0 });
  expect(summary).not.toHaveProperty('seconds');
  expect(summary).not.toHaveProperty('finalLoss');
});

test('a run of any length keeps points and changes within their bounds, and every change around its points', () => {
  const builder = seriesBuilder({ name: 'x', maxPoints: 200, maxChanges: 20 });
  for (let step = 1; step <= 50_000; step++) {
    const batchSize = step > 40_000 ? 16 + (step % 2) : 16;
    builder.add(plainObservation({ step, examplesSeen: 16 * step, batchSize, loss: step === 12_345 ? 99 : 1 }));
  }
  const { steps, loss, changes, summary } = builder.series();
  expect(steps.length).toBeLessThanOrEqual(240);
  expect(changes.length).toBeLessThanOrEqual(20);
  expect(summary.changes).toBe(10_000);
  expect(Math.max(...loss)).toBe(99);
  for (const { step } of changes) expect([...steps]).toEqual(expect.arrayContaining([step, step + 1]));
});
