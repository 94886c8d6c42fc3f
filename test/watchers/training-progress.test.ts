import type { TimeEstimate } from '../../src/core-entry.js';
import { TrainingProgress } from '../../src/watchers/training-progress.js';
import { FACTS, madeClock, stepOf } from './support.js';

const EXAMPLES = 1000;
const TIME: TimeEstimate = { fixedMs: 6, perExampleMs: 0.05, perMicroBatchMs: 0 };

/** By the clock: a quarter more than the model has it. */
const stepMs = (size: number): number => 1.25 * (6 + 0.05 * size);

interface Plan {
  /** Batch size of each epoch; divides 1000. */
  readonly sizes: readonly number[];
  readonly validationMs?: number;
  readonly isSizeKnown?: boolean;
  readonly areEpochsKnown?: boolean;
}

interface Told {
  readonly epoch: number;
  readonly isOver: boolean;
  readonly left: number | undefined;
  /** Added up step by step to the end, the batch size staying what it is [ms]. */
  readonly right: number;
}

/** A training on a device of known times: what is said to be left after each step and each epoch, and what is right. */
function told({ sizes, validationMs = 0, isSizeKnown = true, areEpochsKnown = true }: Plan): Told[] {
  const clock = madeClock();
  const { datasetSize: _, ...facts } = FACTS;
  const progress = new TrainingProgress({ ...facts, ...(isSizeKnown && { datasetSize: EXAMPLES }) });
  const all: Told[] = [];
  const tell = (epoch: number, batchSize: number, done: number, isOver: boolean): void => {
    let right = isOver ? 0 : validationMs;
    for (let seen = done; seen < EXAMPLES; seen += batchSize) right += stepMs(batchSize);
    for (let later = epoch + 1; later < sizes.length; later++) {
      for (let seen = 0; seen < EXAMPLES; seen += batchSize) right += stepMs(batchSize);
      right += validationMs;
    }
    all.push({ epoch, isOver, left: progress.timeLeft(batchSize, TIME), right });
  };
  for (const [epoch, batchSize] of sizes.entries()) {
    progress.beginEpoch({ epoch, ...(areEpochsKnown && { epochs: sizes.length }) });
    for (let done = batchSize; done <= EXAMPLES; done += batchSize) {
      clock.pass(stepMs(batchSize));
      progress.step(stepOf(1, { batchSize, stepMs: stepMs(batchSize) }), clock.now());
      tell(epoch, batchSize, done, false);
    }
    clock.pass(validationMs);
    progress.endEpoch(clock.now());
    tell(epoch, sizes[epoch + 1] ?? batchSize, EXAMPLES, true);
  }
  return all;
}

const GROWING = [10, 10, 20, 50, 100, 200, 500, 1000];

test.each([
  ['grows', GROWING],
  ['shrinks', [200, 100, 50, 10]],
  ['goes up and down', [10, 200, 20, 500, 20]],
])('the time left is right at every step while the batch size %s', (_name, sizes) => {
  for (const { left, right } of told({ sizes })) expect(left).toBeCloseTo(right, 6);
});

test('counts the evaluations to come, once one was seen', () => {
  const [first, rest] = [told({ sizes: GROWING, validationMs: 700 }), told({ sizes: GROWING, validationMs: 700 })].map(
    (all, i) => all.filter(({ epoch, isOver }) => (i === 0) === (epoch === 0 && !isOver)),
  ) as [Told[], Told[]];
  for (const { left, right } of first) expect(left).toBeCloseTo(right - 700 * GROWING.length, 6);
  for (const { left, right } of rest) expect(left).toBeCloseTo(right, 6);
});

test('where the size of an epoch is not known, the one before stands for it', () => {
  for (const { epoch, isOver, left, right } of told({ sizes: GROWING, isSizeKnown: false })) {
    if (epoch === 0 && !isOver) expect(left).toBeUndefined();
    else expect(left).toBeCloseTo(right, 6);
  }
});

test('where the number of epochs is not known, it is the time to the end of the epoch', () => {
  const oneEpoch = told({ sizes: [20] });
  const all = told({ sizes: [20, 20, 20], areEpochsKnown: false });
  expect(all.map(({ left }) => left?.toFixed(6))).toEqual(
    [...oneEpoch, ...oneEpoch, ...oneEpoch].map(({ right }) => right.toFixed(6)),
  );
});

test('an evaluation that a loop makes after the next pass has begun counts as one', () => {
  const clock = madeClock();
  const progress = new TrainingProgress(FACTS, 3);
  for (const epoch of [0, 1]) {
    progress.beginEpoch({ epoch });
    for (let i = 0; i < 10; i++) {
      // 300 ms of the loop's own before the first step of a pass.
      clock.pass(i === 0 ? 310 : 10);
      progress.step(stepOf(1, { batchSize: 100, stepMs: 10 }), clock.now());
    }
    if (epoch === 1) expect(progress.timeLeft(100, TIME)).toBeCloseTo(300 + 10 * 10 + 300, 6);
    progress.endEpoch(clock.now());
  }
});

test('says what is done, with the mean loss by examples', () => {
  const progress = new TrainingProgress(FACTS);
  progress.beginEpoch({ epoch: 4, epochs: 9 });
  progress.step(stepOf(1, { batchSize: 10, loss: 1 }), 0);
  progress.step(stepOf(2, { batchSize: 30, loss: 2 }), 10);
  expect(progress.state).toEqual({ epoch: 4, epochs: 9, done: 40, total: EXAMPLES, loss: 1.75 });
});
