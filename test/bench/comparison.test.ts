import { accuracyDifferencesOf, costOf, type Pair, ratiosOf } from '../../examples/support/comparison.js';
import { median } from '../../examples/support/statistics.js';
import type { TrainingRecord } from '../../examples/support/training.js';

function record(elapsedMs: number, accuracy: number, isReached = true): TrainingRecord {
  return { isReached, accuracy, epochs: [{ loss: 0.1, elapsedMs, updates: 10, examples: 160 }] };
}

function pair(base: TrainingRecord, adaptive: TrainingRecord): Pair {
  return { seed: 1, base, adaptive };
}

describe('a comparison', () => {
  it('divides adaptive by base, pair by pair', () => {
    const pairs = [pair(record(200, 0.5), record(100, 0.75)), pair(record(100, 0.5), record(300, 0.25))];
    expect(ratiosOf(pairs, 'elapsedMs')).toEqual([0.5, 3]);
    expect(accuracyDifferencesOf(pairs)).toEqual([25, -25]);
  });

  it('counts a missed target as a cost without bound', () => {
    expect(costOf(record(5, 0.5, false)).elapsedMs).toBe(Number.POSITIVE_INFINITY);
    const missed = [pair(record(200, 0.5), record(100, 0.5, false))];
    expect(ratiosOf(missed, 'elapsedMs')).toEqual([Number.POSITIVE_INFINITY]);
  });

  it('refuses a base that missed the target', () => {
    const missed = [pair(record(200, 0.5, false), record(100, 0.5))];
    expect(() => ratiosOf(missed, 'elapsedMs')).toThrow(/seed 1: the base run missed the target/);
  });

  it('takes the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
  });
});
