import fc from 'fast-check';
import { erfc } from '../../src/core/normal.js';
import { integrate } from '../support/quadrature.js';

/** Abramowitz and Stegun, tables 7.1 and 7.3, carried on to all digits of a double with mpmath 1.3. */
const TABLE = [
  [0.1, 0.1124629160182849, 0.8875370839817152],
  [0.5, 0.5204998778130465, 0.4795001221869535],
  [1, 0.8427007929497149, 0.15729920705028513],
  [1.5, 0.9661051464753108, 0.033894853524689274],
  [2, 0.9953222650189527, 0.004677734981047266],
  [2.4, 0.999311486103355, 0.0006885138966450786],
  [2.5, 0.999593047982555, 0.0004069520174449589],
  [2.6, 0.9997639655834707, 0.00023603441652934922],
  [3, 0.9999779095030014, 2.209049699858544e-5],
  [3.5, 0.9999992569016276, 7.430983723414128e-7],
  [4, 0.9999999845827421, 1.541725790028002e-8],
  [5, 0.9999999999984626, 1.537459794428035e-12],
  [6, 1.0, 2.1519736712498913e-17],
  [10, 1, 2.088487583762545e-45],
  [20, 1, 5.395865611607901e-176],
  [26, 1, 5.663192408856143e-296],
] as const;

const relativeError = (value: number, truth: number): number => Math.abs(value / truth - 1);

describe('erfc', () => {
  test.each(TABLE)('at %d are those of the tables', (x, expectedErf, expectedErfc) => {
    expect(relativeError(erfc(x), expectedErfc)).toBeLessThan(1e-12);
    expect(relativeError(erfc(-x), 1 + expectedErf)).toBeLessThan(1e-15);
  });

  test('at the ends', () => {
    expect([0, Infinity, -Infinity, Number.NaN].map(erfc)).toEqual([1, 0, 2, Number.NaN]);
  });

  test('agrees with the integral 2/√π ∫ exp(−t²) dt', () => {
    const density = (t: number): number => (2 / Math.sqrt(Math.PI)) * Math.exp(-t * t);
    fc.assert(
      fc.property(fc.double({ min: 1e-8, max: 6, noNaN: true }), (x) => {
        expect(relativeError(erfc(x), integrate(density, x, x + 8))).toBeLessThan(1e-11);
      }),
    );
  });

  test('never grows', () => {
    const grid = Array.from({ length: 14_001 }, (_, i) => i / 1000 - 7);
    expect(grid.filter((x) => erfc(x + 0.001) > erfc(x))).toEqual([]);
  });
});
