import { jest } from '@jest/globals';
import { TargetWatch, type WatchOptions } from '../../../bench/policies/target-watch.js';

/** A training of 100 examples in batches of 25, each taking 10 ms by a clock that stands still otherwise. */
async function watched(losses: readonly number[], options: Partial<WatchOptions> = {}, evaluationMs = 0) {
  let now = 1000;
  let evaluation = 0;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
  const lossOf = async () => {
    if (evaluation > 0) now += evaluationMs;
    return losses[evaluation++] as number;
  };
  const watch = new TargetWatch({
    targetLoss: 0.1,
    limitMs: 1000,
    ruinedLoss: 2,
    datasetSize: 100,
    lossOf,
    ...options,
  });
  const model = { stopTraining: false };
  Object.assign(watch, { model });
  await watch.start();
  for (let batch = 0; batch < 100 && !model.stopTraining; batch++) {
    now += 10;
    await watch.onBatchEnd(batch, { size: 25 });
  }
  clock.mockRestore();
  return watch.outcome;
}

describe('TargetWatch', () => {
  it('ends at the target, interpolated between the evaluations', async () => {
    expect(await watched([10, 1, 0.01])).toEqual({ end: 'target', elapsedMs: 15, updates: 1.5, examples: 37.5 });
  });

  it('stops the clock while it evaluates', async () => {
    expect(await watched([10, 1, 0.01], {}, 500)).toMatchObject({ elapsedMs: 15 });
  });

  it('evaluates every quarter of an epoch only', async () => {
    expect(await watched([10, 0.1], { datasetSize: 400 })).toMatchObject({ updates: 4, examples: 100 });
  });

  it('abandons a training past the limit with an evaluation', async () => {
    const outcome = await watched([10, 1.5], { limitMs: 25, datasetSize: 10_000 });
    expect(outcome).toEqual({ end: 'time', elapsedMs: 30, updates: 3, examples: 75 });
  });

  it('calls a training ruined that ends no better than a guess, or at no number', async () => {
    expect(await watched([9, 2.5], { limitMs: 25, datasetSize: 10_000 })).toMatchObject({ end: 'ruined', updates: 3 });
    expect(await watched([9, 2], { limitMs: 5 })).toMatchObject({ end: 'ruined' });
    expect(await watched([9, 1.99], { limitMs: 5 })).toMatchObject({ end: 'time' });
    expect(await watched([2, Number.NaN])).toMatchObject({ end: 'ruined', elapsedMs: 10 });
    expect(await watched([2, Number.POSITIVE_INFINITY])).toMatchObject({ end: 'ruined', elapsedMs: 10 });
  });

  it('waits for the device before it reads the clock', async () => {
    const settled = async () => {
      await Promise.resolve();
      jest.mocked(performance.now).mockReturnValue(1100);
    };
    expect(await watched([10, 0.1], { settled })).toMatchObject({ elapsedMs: 100, examples: 25 });
  });

  it('takes the updates from the one who knows', async () => {
    expect(await watched([10, 0.1], { updates: () => 7 })).toMatchObject({ updates: 7, examples: 25 });
  });
});
