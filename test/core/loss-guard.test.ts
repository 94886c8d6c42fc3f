import { guardLoss, type LossGuardState, newLossGuard } from '../../src/core/loss-guard.js';
import { throughJson } from '../support/json.js';
import { normal, uniform } from '../support/random.js';

const SETTINGS = { window: 100, most: 16 };

/** Windows of two batches of 50, that far from their mean, under these factors; the last one stays. */
function over(
  means: readonly number[],
  { away = 0, factors = [4] }: { away?: number; factors?: readonly number[] } = {},
): LossGuardState[] {
  let state = newLossGuard(16);
  return means.map((mean, i) => {
    const factor = factors[i] ?? (factors.at(-1) as number);
    for (const loss of [mean - away, mean + away]) {
      state = throughJson(guardLoss(state, { loss, batchSize: 50, factor }, SETTINGS));
    }
    return state;
  });
}
const ceilings = (...args: Parameters<typeof over>) => over(...args).map(({ ceiling }) => ceiling);
const strikes = (...args: Parameters<typeof over>) => over(...args).map((state) => state.strikes);

test('a loss that falls leaves the factor alone', () => {
  expect(ceilings([5, 4, 3, 2])).toEqual([16, 16, 16, 16]);
});

test('a rise halves the factor in force, a fall gives back √2 up to the most', () => {
  expect(ceilings([5, 6, 5])).toEqual([16, 2, 2 * Math.SQRT2]);
  expect(ceilings([5, 6, 5, 4, 3, 2, 1, 0.9, 0.8, 0.7]).at(-1)).toBe(16);
  // Of what is still allowed, where that is less.
  expect(ceilings([5, 6, 7])).toEqual([16, 2, 1]);
});

test('never below the least factor', () => {
  expect(ceilings([5, 6, 7], { factors: [0.1] })).toEqual([16, 1 / 16, 1 / 16]);
});

test('a rise within two standard errors is none', () => {
  // Two equal weights, each a deviation of 1 from the mean: each window's squared error is 1, that of the difference 2.
  const bound = 2 * Math.SQRT2;
  expect(ceilings([50, 50 + bound - 0.001], { away: 1 })[1]).toBe(16);
  expect(ceilings([50, 50 + bound + 0.001], { away: 1 })[1]).toBe(2);
  // It gives nothing back either.
  expect(ceilings([50, 60, 61], { away: 1 })).toEqual([16, 2, 2]);
  expect(ceilings([50, 60, 60], { away: 1 })).toEqual([16, 2, 2 * Math.SQRT2]);
});

test('half-way back to the first window, at one and a half times the lowest, trips it however noisy', () => {
  const noisy = { away: 1000 };
  expect(ceilings([16, 4, 8.001], noisy)[2]).toBe(2);
  expect(ceilings([16, 4, 7.999], noisy)[2]).toBe(16);
  expect(ceilings([4.4, 4, 5.999], noisy)[2]).toBe(16);
  expect(ceilings([4.4, 4, 6.001], noisy)[2]).toBe(2);
  // A loss below 0 has no half-way.
  expect(ceilings([16, -4, 15], noisy)[2]).toBe(16);
});

test('three in a row above the user rate end it; a window without a rise begins anew', () => {
  expect(strikes([1, 2, 3, 4, 3, 2])).toEqual([0, 1, 2, 3, 3, 3]);
  expect(strikes([10, 11, 12, 11.9, 13, 14, 14.5, 14.9])).toEqual([0, 1, 2, 0, 1, 2, 3, 3]);
  expect(strikes([1, 2, 3, 4, 5], { factors: [1] })).toEqual([0, 0, 0, 0, 0]);
  expect(strikes([1, 2, 3, 4, 5], { factors: [1.01] })).toEqual([0, 1, 2, 3, 3]);
  // A rise that noise may have made is neither.
  expect(strikes([50, 60, 61, 70], { away: 1 })).toEqual([0, 1, 1, 2]);
});

test('a window of a single batch has no standard error', () => {
  let state = newLossGuard(16);
  for (const loss of [1, 1.4, 1.45])
    state = throughJson(guardLoss(state, { loss, batchSize: 100, factor: 4 }, SETTINGS));
  expect(state.ceiling).toBe(16);
  for (const loss of [1.6]) state = throughJson(guardLoss(state, { loss, batchSize: 100, factor: 4 }, SETTINGS));
  expect(state.ceiling).toBe(2);
});

test('the error of a window is that of a mean weighted by examples', () => {
  const sizes = [10, 20, 70];
  const losses = [3, 5, 4];
  let state = newLossGuard(16);
  sizes.forEach((batchSize, i) => {
    state = guardLoss(state, { loss: losses[i] as number, batchSize, factor: 4 }, SETTINGS);
  });
  const mean = (10 * 3 + 20 * 5 + 70 * 4) / 100;
  const variance = (10 * (3 - mean) ** 2 + 20 * (5 - mean) ** 2 + 70 * (4 - mean) ** 2) / 100;
  const readings = 100 ** 2 / (10 ** 2 + 20 ** 2 + 70 ** 2);
  expect(state.before?.mean).toBeCloseTo(mean, 12);
  expect(state.before?.error).toBeCloseTo(variance / (readings - 1), 12);
});

test('a loss that stands still trips it in about one window of forty', () => {
  const gaussian = normal(uniform(5));
  let [state, trips] = [newLossGuard(16), 0];
  for (let i = 0; i < 2000 * 50; i++) {
    const { ceiling } = state;
    state = guardLoss(state, { loss: 10 + gaussian(), batchSize: 2, factor: 0.5 }, SETTINGS);
    if (state.ceiling < ceiling) trips += 1;
  }
  expect(trips / 2000).toBeGreaterThan(0.01);
  expect(trips / 2000).toBeLessThan(0.04);
});
