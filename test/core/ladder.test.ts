import fc from 'fast-check';
import { bestSize, candidateAtLeast, ladder, nearestCandidate, nearestMultiple } from '../../src/core/ladder.js';
import { logarithmic } from '../support/arbitraries.js';

test.each([
  ['from the base up', { base: 16, factor: 2, min: 16, max: 130 }, [16, 32, 64, 128]],
  ['below the base', { base: 16, factor: 2, min: 3, max: 32 }, [4, 8, 16, 32]],
  ['a factor that is no whole number', { base: 10, factor: 1.5, min: 10, max: 40 }, [10, 15, 23, 34]],
  ['no size twice', { base: 1, factor: 1.2, min: 1, max: 4 }, [1, 2, 3, 4]],
  ['whole multiples of the quantum', { base: 32, factor: 1.5, min: 32, max: 200, quantum: 32 }, [32, 64, 96, 160]],
  ['bounds without a rung: the nearest bound', { base: 32, factor: 4, min: 40, max: 100 }, [40]],
  ['bounds without a rung: a multiple between them', { base: 32, factor: 4, min: 65, max: 127, quantum: 32 }, [96]],
  ['bounds without a multiple: the one below', { base: 32, factor: 2, min: 70, max: 90, quantum: 32 }, [64]],
  ['a least size above the greatest: the greatest', { base: 16, factor: 2, min: 32, max: 10 }, [10]],
] as const)('%s', (_name, options, sizes) => {
  expect(ladder(options)).toEqual(sizes);
});

test('sorted, distinct, multiples of the quantum within the bounds, with the base if it is one', () => {
  const options = fc
    .record({
      quantum: fc.integer({ min: 1, max: 40 }),
      base: fc.integer({ min: 1, max: 300 }),
      factor: fc.double({ min: 1.05, max: 8, noNaN: true }),
      min: fc.integer({ min: 1, max: 2000 }),
      range: fc.integer({ min: 0, max: 5000 }),
    })
    .map(({ range, ...rest }) => ({ ...rest, max: rest.min + range }));
  fc.assert(
    fc.property(options, (given) => {
      const { quantum, base, min, max } = given;
      const sizes = ladder(given);
      expect(sizes.length).toBeGreaterThan(0);
      expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
      expect(sizes.every((size) => size >= quantum && size % quantum === 0)).toBe(true);
      const hasMultiple = Math.ceil(min / quantum) * quantum <= max;
      if (hasMultiple) expect(sizes.every((size) => size >= min && size <= max)).toBe(true);
      if (base % quantum === 0 && base >= min && base <= max) expect(sizes).toContain(base);
    }),
    { numRuns: 1000 },
  );
});

test('neighbours differ by about the factor', () => {
  const sizes = ladder({ base: 64, factor: 2 ** 0.5, min: 8, max: 4096 });
  for (let i = 1; i < sizes.length; i++) {
    expect((sizes[i] as number) / (sizes[i - 1] as number)).toBeCloseTo(2 ** 0.5, 1);
  }
});

test.each([
  [40, { min: 1, max: 100, quantum: 32 }, 32],
  [50, { min: 1, max: 50, quantum: 32 }, 32],
  [1, { min: 33, max: 100, quantum: 32 }, 64],
  [90, { min: 40, max: 60, quantum: 32 }, 32],
  [9, { min: 1, max: 20, quantum: 32 }, 32],
  [3.7, { min: 1, max: 20 }, 4],
  [1e9, { min: 1, max: Infinity, quantum: 16 }, 1e9],
] as const)('nearestMultiple of %d within %j is %d', (size, bounds, expected) => {
  expect(nearestMultiple(size, bounds)).toBe(expected);
});

describe('of the candidates', () => {
  const SIZES = [16, 64, 100];

  test.each([
    [-1, 16],
    [0, 16],
    [Number.NaN, 16],
    [16, 16],
    [32, 16],
    [32.01, 64],
    [80, 64],
    [80.01, 100],
    [1e300, 100],
    [Infinity, 100],
  ])('the nearest to %d in log size is %d, of two as near the smaller', (size, expected) => {
    expect(nearestCandidate(size, SIZES)).toBe(expected);
  });

  test.each([
    [-1, 16],
    [16, 16],
    [16.01, 64],
    [64, 64],
    [64.01, 100],
    [101, 100],
    [Infinity, 100],
  ])('the least that is no smaller than %d, else the greatest, is %d', (size, expected) => {
    expect(candidateAtLeast(size, SIZES)).toBe(expected);
  });

  test('one is the answer to all', () => {
    expect([nearestCandidate(1, [7]), nearestCandidate(99, [7]), candidateAtLeast(99, [7])]).toEqual([7, 7, 7]);
  });

  test('nearest is what a search through all of them finds', () => {
    const sizes = fc.uniqueArray(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(sizes, logarithmic(0.1, 1e5), (any, size) => {
        const candidates = [...any].sort((a, b) => a - b);
        const distance = (candidate: number): number => Math.abs(Math.log(candidate / size));
        expect(distance(nearestCandidate(size, candidates))).toBeCloseTo(Math.min(...candidates.map(distance)), 12);
      }),
    );
  });
});

test.each([
  ['the greatest of all', 16, [8, 16, 32, 64], [1, 2, 5, 3], 32, 5],
  ['the size in force where a candidate is as good', 16, [8, 16, 32], [2, 2, 2], 16, 2],
  ['the size in force where it is no candidate', 20, [16, 32], [1, 2], 20, 9],
  ['the size in force where nothing can be told', 16, [8, 16, 32], [Number.NaN, 2, Number.NaN], 16, 2],
  ['the first of two as good', 8, [8, 16, 32], [1, 4, 4], 16, 4],
] as const)('bestSize: %s', (_name, batchSize, candidates, values, best, most) => {
  const valueAt = (size: number): number => values[(candidates as readonly number[]).indexOf(size)] ?? 9;
  expect(bestSize({ batchSize, candidates }, valueAt)).toEqual([best, most, valueAt(batchSize)]);
});
