import { checkLevel, studentQuantile } from '../../src/core/student.js';
import { integrate } from '../support/quadrature.js';
import { rejects } from '../support/rejections.js';

/** Printed tables, three decimals. */
test.each([
  [0.6, 9, 0.261],
  [0.75, 5, 0.727],
  [0.75, 9, 0.703],
  [0.9, 8, 1.397],
  [0.95, 8, 1.86],
  [0.95, 9, 1.833],
  [0.975, 5, 2.571],
  [0.975, 8, 2.306],
  [0.975, 9, 2.262],
  [0.975, 30, 2.042],
  [0.975, 1000000, 1.96],
  [0.99, 9, 2.821],
  [0.99, 30, 2.457],
])('P(t <= q) = %d with %d degrees of freedom: q = %d', (p, free, q) => {
  expect(Math.abs(studentQuantile(p, free) - q)).toBeLessThan(p === 0.99 ? 0.0011 : 0.0009);
  expect(studentQuantile(1 - p, free)).toBeCloseTo(-studentQuantile(p, free), 9);
});

test.each([5, 9, 40])('with %d degrees of freedom the density integrates to it', (free) => {
  const density = (t: number): number => (1 + (t * t) / free) ** (-(free + 1) / 2);
  const whole = 2 * (integrate(density, 0, 10) + integrate(density, 10, 200));
  for (const p of [0.6, 0.9, 0.95, 0.975, 0.99]) {
    const share = 0.5 + integrate(density, 0, studentQuantile(p, free)) / whole;
    expect(Math.abs(share - p)).toBeLessThan(1e-4);
  }
});

test('the median is 0', () => {
  expect(studentQuantile(0.5, 9)).toBeCloseTo(0, 12);
});

test('a level of an interval', () => {
  expect([checkLevel('x', 0.5), checkLevel('x', 0.98)]).toEqual([0.5, 0.98]);
});

rejects([
  [() => studentQuantile(0.009, 9), 'studentQuantile: p', 'between 0.01 and 0.99', '0.009'],
  [() => studentQuantile(0.991, 9), 'studentQuantile: p', 'between 0.01 and 0.99', '0.991'],
  [() => studentQuantile(0.9, 4), 'studentQuantile: degreesOfFreedom', 'a whole number >= 5', '4'],
  [() => checkLevel('x: level', 0.49), 'x: level', 'between 0.5 and 0.98', '0.49'],
  [() => checkLevel('x: level', 0.981), 'x: level', 'between 0.5 and 0.98', '0.981'],
]);
