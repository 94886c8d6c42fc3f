import { modelledClock } from '../../bench/simulator/clock.js';
import { controlledBy, fixedControls } from '../../bench/simulator/controls.js';
import { Evaluations } from '../../bench/simulator/evaluations.js';
import { simulate } from '../../bench/simulator/simulate.js';
import { taskNamed } from '../../bench/simulator/tasks.js';
import { SimulatedTraining } from '../../bench/simulator/training.js';
import type { StepObservation } from '../../src/core/types.js';
import { none } from '../../src/learning-rates/index.js';
import { fixed, gaussianWalkWithRebound } from '../../src/policies/index.js';

const task = taskNamed('digitsMomentum');
const time = { t0: 2, t1: 0.1 };
const DATASET_SIZE = 1437;

describe('a simulated training', () => {
  it('takes the time that its model says, and is the same each time', () => {
    const run = () => simulate({ task, seed: 1, time, options: 'fixed', maxUpdates: 200, targetLoss: 0.3 });
    const first = run();
    expect(run()).toEqual(first);
    expect(first.isReached).toBe(true);
    expect(first.timeToTarget).toBeCloseTo(2 * first.updatesToTarget + 0.1 * first.examplesToTarget, 9);
    expect(first.finalTrainingLoss).toBeLessThan(first.curve[0]?.loss as number);
    expect(first.measuringTime).toBe(0);
  });

  it('is that of fixed sizes under a fixed policy, but for the time of measuring', () => {
    const plain = simulate({ task, seed: 2, time, options: 'fixed', maxUpdates: 120, stopsAtTarget: false });
    const options = { policy: fixed(), learningRate: none(), measure: { every: 4 } };
    const measured = simulate({ task, seed: 2, time, options, maxUpdates: 120, stopsAtTarget: false });
    expect(measured.finalTrainingLoss).toBe(plain.finalTrainingLoss);
    expect(measured.measuringTime).toBeGreaterThan(0);
    // The first measured batch is cut in two: a second is then known to take t0 more.
    const cuts = Math.round((measured.time - measured.measuringTime - plain.time) / time.t0);
    expect(cuts).toBeGreaterThan(0);
    expect(measured.time).toBeCloseTo(plain.time + measured.measuringTime + cuts * time.t0, 9);
    expect(measured.error).toBeUndefined();
  });

  it('ends an epoch with what is left, and says so', () => {
    const training = new SimulatedTraining(task, 1);
    const controls = fixedControls({ baseBatchSize: 500, baseLearningRate: 0.01 });
    const steps = Array.from({ length: 4 }, () => training.next(controls));
    expect(steps.map(({ batchSize }) => batchSize)).toEqual([500, 500, DATASET_SIZE - 1000, 500]);
    expect(steps.map(({ short }) => short)).toEqual([undefined, undefined, true, undefined]);
    expect(steps.map(({ epoch }) => epoch)).toEqual([0, 0, 0, 1]);
  });

  it('measures where it is told to, and batches of two or more only', () => {
    const training = new SimulatedTraining(task, 1);
    const controls = controlledBy(
      { policy: fixed(), measure: { every: 1 } },
      { baseBatchSize: DATASET_SIZE - 1, baseLearningRate: 0.01 },
    );
    const [whole, single] = [training.next(controls), training.next(controls)];
    expect(whole.gradient?.degreesOfFreedom).toBe(DATASET_SIZE - 2);
    expect(single.batchSize).toBe(1);
    expect(single.gradient).toBeUndefined();
  });

  it('draws for a policy that draws', () => {
    const training = new SimulatedTraining(task, 1);
    const options = { policy: gaussianWalkWithRebound({ drawSize: 32 }) };
    const controls = controlledBy(options, { baseBatchSize: 32, baseLearningRate: 0.05, datasetSize: DATASET_SIZE });
    const step = training.next(controls);
    expect(step.batchSize).toBe(Math.min(32 * step.microBatches, DATASET_SIZE));
    expect(step.gradient?.degreesOfFreedom).toBe(step.batchSize - 1);
  });

  it('ends where its loss is no number any more, and tells of errors', () => {
    const options = {
      policy: { ...fixed(), update: () => ({ state: null, decision: { reason: '', batchSize: NaN } }) },
    };
    const run = simulate({ task, seed: 1, time, options, baseLearningRate: 1e200, maxUpdates: 100 });
    expect(run.isReached).toBe(false);
    expect(run.curve.at(-1)?.updates).toBeLessThan(100);
    expect(run.timeToTarget).toBe(Infinity);
    expect(run.error).toMatch(/batchSize must be a number/);
  });

  it('refuses to go on for ever', () => {
    expect(() => simulate({ task, seed: 1, time, options: 'fixed' })).toThrow(RangeError);
  });
});

describe('evaluations', () => {
  const point = (loss: number, step: number) => ({
    loss,
    time: 10 * step,
    examples: 16 * step,
    updates: step,
    batchSize: 16,
    learningRate: 0.1,
  });

  it('find the target between two, linearly in the logarithm of the loss', () => {
    const evaluations = new Evaluations(2, 1);
    for (const [i, loss] of [8, 4, 1, 3].entries()) evaluations.add(point(loss, i));
    expect(evaluations.toTarget()).toEqual({
      timeToTarget: 15,
      examplesToTarget: 24,
      updatesToTarget: 1.5,
      isReached: true,
    });
  });

  it('are not met by a single dip', () => {
    const evaluations = new Evaluations(2, 2);
    for (const [i, loss] of [16, 4, 1.5, 4].entries()) evaluations.add(point(loss, i));
    expect(evaluations.toTarget().isReached).toBe(false);
    // The means: √(1.5·4) before, √(4·0.5) after.
    evaluations.add(point(0.5, 4));
    const share = Math.log(Math.sqrt(6) / 2) / Math.log(Math.sqrt(6) / Math.sqrt(2));
    expect(evaluations.toTarget().updatesToTarget).toBeCloseTo(3 + share, 12);
  });
});

describe('the modelled clock', () => {
  it('is t0 a pass and t1 an example, with noise about it', () => {
    expect(modelledClock(time, 1).stepMs(16, 2)).toBeCloseTo(5.6, 12);
    expect(modelledClock(time, 1).measureMs(16)).toBeCloseTo(0.88, 12);
    const noisy = modelledClock({ ...time, noise: 0.05 }, 1);
    const times = Array.from({ length: 2000 }, () => noisy.stepMs(20, 1) / 4 - 1);
    const mean = times.reduce((sum, one) => sum + one, 0) / times.length;
    const variance = times.reduce((sum, one) => sum + one * one, 0) / times.length;
    expect(Math.abs(mean)).toBeLessThan(0.005);
    expect(Math.sqrt(variance)).toBeCloseTo(0.05, 2);
  });
});

it('observations say what the pipeline needs', () => {
  const seen: StepObservation[] = [];
  const policy = {
    ...fixed(),
    update: (state: null, _estimates: unknown, { observation }: { observation: StepObservation }) => {
      seen.push(observation);
      return { state, decision: { reason: 'held' } };
    },
  };
  simulate({ task, seed: 1, time, options: { policy }, maxUpdates: 95, stopsAtTarget: false });
  expect(seen[0]).toMatchObject({ step: 1, epoch: 0, examplesSeen: 16, batchSize: 16, microBatches: 2 });
  // A measured batch is cut until the time of a step is known.
  expect(seen[0]?.stepMs).toBeCloseTo(3.6 + time.t0, 9);
  expect(seen[1]).toMatchObject({ microBatches: 1, stepMs: 3.6 });
  expect(seen[0]).toMatchObject({ learningRate: task.baseLearningRate, baseLearningRate: task.baseLearningRate });
  expect(seen[89]).toMatchObject({ step: 90, epoch: 0, examplesSeen: DATASET_SIZE, batchSize: 13, short: true });
  expect(seen[90]).toMatchObject({ step: 91, epoch: 1, examplesSeen: DATASET_SIZE + 16 });
  expect(seen.every(({ gradient, measureMs }) => (gradient === undefined) === (measureMs === undefined))).toBe(true);
});
