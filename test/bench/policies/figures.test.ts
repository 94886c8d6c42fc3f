import {
  bestFirst,
  bestFixed,
  figuresOf,
  geometricMean,
  metricDifferences,
  timeRatios,
} from '../../../bench/policies/figures.js';
import { outcome, taskResult } from './outcomes.js';

describe('ratios', () => {
  it('divides times seed by seed', () => {
    expect(timeRatios([outcome(50), outcome(300)], [outcome(100), outcome(200)])).toEqual([0.5, 1.5]);
  });

  it('is infinite where the target was missed, an upper bound where only the other missed it', () => {
    const missed = outcome(100, { end: 'time' });
    expect(timeRatios([missed, outcome(50), missed], [outcome(50), missed, missed])).toEqual([
      Number.POSITIVE_INFINITY,
      0.5,
      Number.POSITIVE_INFINITY,
    ]);
    const ruined = outcome(5, { end: 'ruined' });
    expect(timeRatios([ruined, outcome(50), ruined], [outcome(50), ruined, ruined])).toEqual([
      Number.POSITIVE_INFINITY,
      0,
      Number.POSITIVE_INFINITY,
    ]);
  });

  it('subtracts metrics seed by seed', () => {
    expect(metricDifferences([outcome(1, { metric: 91 })], [outcome(1, { metric: 90.5 })])).toEqual([0.5]);
  });

  it('means by ratio', () => {
    expect(geometricMean([0.5, 2])).toBeCloseTo(1, 12);
    expect(geometricMean([1, 8])).toBeCloseTo(Math.sqrt(8), 12);
  });
});

describe('the best fixed pair', () => {
  it('is the fastest by median; one that mostly missed comes last', () => {
    const slow = { batchSize: 32, learningRate: 1, outcomes: [outcome(9), outcome(9), outcome(1)] };
    const fast = { batchSize: 64, learningRate: 1, outcomes: [outcome(8), outcome(8), outcome(99)] };
    const missed = [outcome(1, { end: 'time' }), outcome(1, { end: 'ruined' }), outcome(1)];
    const never = { batchSize: 128, learningRate: 1, outcomes: missed };
    expect(bestFirst([never, slow, fast]).map(({ batchSize }) => batchSize)).toEqual([64, 32, 128]);
  });

  it('is the base where no other is faster', () => {
    expect(bestFixed(taskResult()).batchSize).toBe(64);
    expect(bestFixed(taskResult({ fixed: [] }))).toMatchObject({ batchSize: 16, learningRate: 0.05 });
    const slow = [{ batchSize: 32, learningRate: 1, outcomes: [outcome(999), outcome(999), outcome(999)] }];
    expect(bestFixed(taskResult({ fixed: slow })).batchSize).toBe(16);
  });
});

describe('figuresOf', () => {
  const slow = [{ name: 'default', outcomes: [outcome(200, { metric: 88 }), outcome(400), outcome(800)] }];

  it('takes medians over the seeds of a task', () => {
    expect(figuresOf([taskResult()])).toEqual({
      timeRatioToBaseWorst: 0.5,
      timeRatioToBestFixedGeometricMean: expect.closeTo(1.2, 12),
      metricDifferenceWorst: 0,
      tasks: 1,
      tasksUnderHalf: 1,
      easyTimeRatioToBase: 0.5,
      easyTimeRatioToBestFixed: 1.2,
      easyMetricDifference: 0,
    });
  });

  it('sums up over the tasks', () => {
    const hard = taskResult({ task: 'hard', contenders: slow });
    expect(figuresOf([taskResult(), hard])).toMatchObject({
      timeRatioToBaseWorst: 2,
      timeRatioToBestFixedGeometricMean: expect.closeTo(Math.sqrt(1.2 * 4), 12),
      tasks: 2,
      tasksUnderHalf: 1,
      hardTimeRatioToBase: 2,
      hardTimeRatioToBestFixed: 4,
    });
  });

  it('takes the first result of a task that has the default', () => {
    const rules = taskResult({ contenders: [{ name: 'default+linear', outcomes: [outcome(1)] }] });
    expect(figuresOf([rules])).toEqual({});
    expect(figuresOf([rules, taskResult(), taskResult({ contenders: slow })])).toMatchObject({
      tasks: 1,
      easyTimeRatioToBase: 0.5,
    });
  });

  it('keeps the other starts apart, and counts ruined runs', () => {
    const plain = [outcome(400), outcome(400), outcome(400, { end: 'time' })];
    const ruined = [outcome(100), outcome(200), outcome(9, { end: 'ruined' })];
    const untuned = taskResult({ start: 'untuned', plain, contenders: [{ name: 'default', outcomes: ruined }] });
    expect(figuresOf([untuned])).toEqual({
      untunedTimeRatioToPlainWorst: 0.5,
      untunedTimeRatioToBestFixedGeometricMean: expect.closeTo(2, 12),
      untunedRunsRuined: 1,
      easyUntunedTimeRatioToPlain: 0.5,
      easyUntunedTimeRatioToBestFixed: 2,
    });
    expect(figuresOf([{ ...untuned, start: 'tooLarge' }])).toMatchObject({
      tooLargeRunsRuined: 1,
      easyTooLargeTimeRatioToPlain: 0.5,
    });
  });
});
