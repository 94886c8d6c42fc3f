import fc from 'fast-check';
import { nonNegativeLeastSquares } from '../../src/estimators/least-squares.js';

type Row = readonly [x0: number, x1: number, x2: number, y: number, weight: number];

/** Each of the three derivatives of Σ weight·(x·θ − y)², and what it is small against. */
function slopes(rows: readonly Row[], theta: readonly [number, number, number]): readonly [number, number][] {
  return ([0, 1, 2] as const).map((i) => {
    let [slope, scale] = [0, 0];
    for (const [x0, x1, x2, y, weight] of rows) {
      const found = x0 * theta[0] + x1 * theta[1] + x2 * theta[2];
      slope += weight * ([x0, x1, x2][i] as number) * (found - y);
      scale += Math.abs(weight * ([x0, x1, x2][i] as number)) * (Math.abs(found) + Math.abs(y));
    }
    return [slope, scale];
  });
}

const tenth = (min: number, max: number) => fc.integer({ min: 10 * min, max: 10 * max }).map((value) => value / 10);
const rowsOf = fc.array(fc.tuple(tenth(0, 5), tenth(0, 5), tenth(0, 5), tenth(-3, 9), tenth(1, 4)), {
  minLength: 4,
  maxLength: 9,
});

test('the slope is 0 where an unknown is above 0, and upwards where it is 0: there is no better answer', () => {
  fc.assert(
    fc.property(rowsOf, (rows) => {
      const theta = nonNegativeLeastSquares(rows.flat());
      slopes(rows, theta).forEach(([slope, scale], i) => {
        const unknown = theta[i] as number;
        expect(unknown).toBeGreaterThanOrEqual(0);
        expect(slope).toBeGreaterThanOrEqual(-1e-7 * (scale + 1e-9));
        if (unknown > 0) expect(Math.abs(slope)).toBeLessThanOrEqual(1e-7 * scale);
      });
    }),
    { numRuns: 500 },
  );
});

const AXES: readonly (readonly [number, number, number])[] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 2, 3],
];

test.each<[number, number, number]>([
  [3, 5, 7],
  [3, 5, 0],
  [3, 0, 7],
  [0, 5, 7],
  [3, 0, 0],
  [0, 5, 0],
  [0, 0, 7],
  [0, 0, 0],
])('finds θ = %d, %d, %d where it fits', (a, b, c) => {
  const rows = AXES.flatMap((x, i) => [...x, x[0] * a + x[1] * b + x[2] * c, i + 1]);
  nonNegativeLeastSquares(rows).forEach((value, i) => {
    expect(value).toBeCloseTo([a, b, c][i] as number, 10);
  });
});

test('by hand: weighs the equations, and leaves out an unknown that would be below 0', () => {
  // (3·1·6 + 1·1·2)/(3 + 1)
  expect(nonNegativeLeastSquares([1, 0, 0, 6, 3, 1, 0, 0, 2, 1])).toEqual([5, 0, 0]);
  // θ₀ + θ₁ = 1 and θ₁ = 4 would make θ₀ = −3: θ₁ alone is (1 + 4)/2.
  expect(nonNegativeLeastSquares([1, 1, 0, 1, 1, 0, 1, 0, 4, 1])).toEqual([0, 2.5, 0]);
  expect(nonNegativeLeastSquares([1, 0, 1, 1, 1, 0, 0, 1, 4, 1])).toEqual([0, 0, 2.5]);
  expect(nonNegativeLeastSquares([1, 1, 0, 1, 1, 1, 0, 0, 4, 1])).toEqual([2.5, 0, 0]);
});

test('two unknowns that cannot be told apart: one of them alone', () => {
  expect(nonNegativeLeastSquares([1, 1, 0, 6, 1, 2, 2, 0, 12, 1])).toEqual([6, 0, 0]);
  expect(nonNegativeLeastSquares([0, 1, 1, 6, 1, 0, 2, 2, 12, 1])).toEqual([0, 6, 0]);
});

test('without equations, or with weights of nothing, all are 0', () => {
  expect(nonNegativeLeastSquares([])).toEqual([0, 0, 0]);
  expect(nonNegativeLeastSquares([1, 0, 0, 5, 1e-12])).toEqual([0, 0, 0]);
  expect(nonNegativeLeastSquares([1, 0, 0, 5, 1.1e-12])[0]).toBeCloseTo(5, 10);
});
