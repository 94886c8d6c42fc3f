import fc from 'fast-check';
import { nearestDouble } from '../../src/run-log/decimal.js';

/** The digits as {@link nearestDouble} takes them, and what Number makes of them. */
function both(digits: string, scale: number): { found: number; right: number } {
  const high = Number(digits.slice(0, 9));
  const low = Number(digits.slice(9) || '0');
  return {
    found: nearestDouble(high, low, Math.max(0, digits.length - 9), scale),
    right: Number(`${digits}e${-scale}`),
  };
}

const anyDigits = fc
  .tuple(fc.integer({ min: 1, max: 17 }), fc.bigInt({ min: 0n, max: 10n ** 17n - 1n }))
  .map(([count, value]) => String(value).slice(0, count));

test('gives the nearest double or says that it cannot tell', () => {
  fc.assert(
    fc.property(anyDigits, fc.integer({ min: -30, max: 30 }), (digits, scale) => {
      const { found, right } = both(digits, scale);
      expect(Number.isNaN(found) || Object.is(found, right)).toBe(true);
    }),
    { numRuns: 20_000 },
  );
});

test('can tell for nearly all numbers that JavaScript writes', () => {
  let known = 0;
  const COUNT = 20_000;
  fc.assert(
    fc.property(fc.double({ min: 1e-5, max: 1e15, noNaN: true }), (value) => {
      const [whole = '', fraction = ''] = String(value).split('.');
      const digits = (whole + fraction).replace(/^0+(?=\d)/, '');
      const { found } = both(digits, fraction.length);
      if (Number.isNaN(found)) return;
      known += 1;
      expect(found).toBe(value);
    }),
    { numRuns: COUNT },
  );
  expect(known / COUNT).toBeGreaterThan(0.99);
});

test('half way between two doubles it leaves the choice to Number', () => {
  // 2⁵³ + 1 lies between two doubles, and so does its tenth of ten times.
  expect(both('9007199254740993', 0)).toEqual({ found: 9007199254740992, right: 9007199254740992 });
  expect(nearestDouble(900719925, 47409930, 8, 1)).toBeNaN();
});
