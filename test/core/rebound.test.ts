import fc from 'fast-check';
import { bestBatchSize, expectedDecrease, type Walker } from '../../src/core/rebound.js';
import { logarithmic } from '../support/arbitraries.js';
import { integrate, normalDensity } from '../support/quadrature.js';

/**
 * s − E|s − S* − ηx| − S* by quadrature over z = (x − μ)√m/σ, split at the floor: only the part beyond it is integrated,
 * for E|y| = E y + 2E max(−y, 0).
 */
function decreaseByQuadrature({ height, drift, spread }: Walker, m: number): number {
  const rest = height - drift;
  const tau = spread / Math.sqrt(m);
  if (tau === 0) return height - Math.abs(rest);
  const kink = rest / tau;
  const beyond = (z: number): number => Math.abs(tau * z - rest) * normalDensity(z);
  if (rest > 0) return drift - 2 * (kink > 38 ? 0 : integrate(beyond, kink, Math.max(kink, 0) + 12));
  return height + rest - 2 * (kink < -38 ? 0 : integrate(beyond, Math.min(kink, 0) - 12, kink));
}

function expectSame(walker: Walker, m: number): void {
  const expected = decreaseByQuadrature(walker, m);
  const scale = walker.height + Math.abs(walker.drift) + walker.spread / Math.sqrt(m);
  expect(Math.abs(expectedDecrease(walker, m) - expected)).toBeLessThanOrEqual(
    1e-9 * Math.abs(expected) + 1e-14 * scale,
  );
}

/** Drifts of both signs, small against the height and beyond it; spreads from none to far above it. */
const walkers: fc.Arbitrary<Walker> = fc
  .record({
    height: logarithmic(1e-6, 10),
    drift: fc.oneof(
      fc.constantFrom(0, 1, 2),
      fc.tuple(fc.constantFrom(-1, 1), logarithmic(1e-6, 10)).map(([sign, size]) => sign * size),
    ),
    spread: fc.oneof(fc.constant(0), logarithmic(1e-4, 1e4)),
  })
  .map(({ height, drift, spread }) => ({ height, drift: drift * height, spread: spread * height }));

describe('expectedDecrease', () => {
  test.each([
    ['a = 0', { height: 1, drift: 1, spread: 0.5 }, 1],
    ['a near 0', { height: 1, drift: 1 - 1e-9, spread: 0.5 }, 4],
    ['a < 0', { height: 1, drift: 1.4, spread: 0.5 }, 3],
    ['a << -1', { height: 1, drift: 1.9, spread: 0.1 }, 25],
    ['m = 1', { height: 0.3, drift: 0.01, spread: 0.2 }, 1],
    ['a = 5', { height: 1, drift: 0.001, spread: 1 }, 25],
    ['a >> 1', { height: 2, drift: 1e-3, spread: 1e-2 }, 64],
    ['a step uphill', { height: 0.6, drift: -0.019, spread: 0.2 }, 7],
    ['no spread', { height: 1, drift: 0.4, spread: 0 }, 9],
    ['no spread, past the floor', { height: 1, drift: 1.4, spread: 0 }, 9],
  ] satisfies [string, Walker, number][])('at %s agrees with quadrature', (_name, walker, m) => {
    expectSame(walker, m);
  });

  test('agrees with quadrature everywhere', () => {
    fc.assert(fc.property(walkers, fc.integer({ min: 1, max: 5000 }), expectSame), { numRuns: 300 });
  });

  test('is the drift, whatever m, far from the floor', () => {
    for (const m of [1, 10, 1000]) expect(expectedDecrease({ height: 2, drift: 1e-7, spread: 1e-2 }, m)).toBe(1e-7);
  });

  test('at a = 0 is the height less the mean of the half-normal', () => {
    expect(expectedDecrease({ height: 1, drift: 1, spread: 2 }, 4)).toBeCloseTo(1 - Math.sqrt(2 / Math.PI), 15);
  });

  test('never grows with the spread and never exceeds the height', () => {
    fc.assert(
      fc.property(walkers, logarithmic(1.01, 100), (walker, factor) => {
        const noisier = { ...walker, spread: walker.spread * factor };
        const slack = 1e-14 * (walker.height + Math.abs(walker.drift));
        expect(expectedDecrease(noisier, 7)).toBeLessThanOrEqual(expectedDecrease(walker, 7) + slack);
        expect(expectedDecrease(walker, 7)).toBeLessThanOrEqual(walker.height + slack);
      }),
    );
  });
});

describe('bestBatchSize', () => {
  const utility = (walker: Walker, m: number): number => expectedDecrease(walker, m) / m;

  function bruteForce(walker: Walker, largest: number): number {
    let best = 1;
    let most = utility(walker, 1);
    for (let m = 2; m <= largest; m++) {
      const value = utility(walker, m);
      if (value > most) [best, most] = [m, value];
    }
    return best;
  }

  function expectBest(walker: Walker, largest: number): void {
    const found = bestBatchSize(walker, largest);
    const expected = bruteForce(walker, largest);
    const most = utility(walker, expected);
    const isTie = Math.abs(utility(walker, found) - most) <= 1e-12 * Math.abs(most);
    expect({ found, isTie }).toEqual({ found, isTie: true });
    expect(Number.isInteger(found) && found >= 1 && found <= largest).toBe(true);
  }

  test('is the argmax over all m', () => {
    fc.assert(fc.property(walkers, fc.integer({ min: 1, max: 4000 }), expectBest), { numRuns: 100 });
  });

  test('is the argmax over all m where the best size lies inside', () => {
    // q = height/|rest| > 1 and a spread that puts the maximum between 1 and N.
    const inside = fc
      .record({
        height: logarithmic(1e-3, 10),
        share: fc.double({ min: 1e-6, max: 1.9, noNaN: true }),
        m: logarithmic(1, 3000),
      })
      .map(({ height, share, m }) => ({ height, drift: share * height, spread: Math.sqrt(m) * height * 0.4 }));
    fc.assert(fc.property(inside, fc.integer({ min: 2, max: 6000 }), expectBest), { numRuns: 100 });
  });

  test('is the argmax where the drift is tiny', () => {
    const tiny = fc
      .record({ drift: logarithmic(1e-16, 1e-3), spread: logarithmic(0.01, 5) })
      .map(({ drift, spread }) => ({ height: 1, drift, spread }));
    fc.assert(fc.property(tiny, fc.integer({ min: 2, max: 4000 }), expectBest), { numRuns: 100 });
  });

  test('beats its neighbours in sets too large to try', () => {
    const large = fc
      .record({ share: fc.double({ min: 0.01, max: 1.9, noNaN: true }), m: logarithmic(1e3, 1e5) })
      .map(({ share, m }) => ({ height: 1, drift: share, spread: Math.sqrt(m) * 0.4 }));
    fc.assert(
      fc.property(large, (walker) => {
        const found = bestBatchSize(walker, 1e7);
        for (const m of [found - 1, found + 1].filter((one) => one >= 1)) {
          expect(utility(walker, m)).toBeLessThanOrEqual(utility(walker, found) * (1 + 1e-14));
        }
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['no spread: one example says all', { height: 1, drift: 0.5, spread: 0 }, 100, 1],
    ['far from the floor: the smallest', { height: 2, drift: 1e-3, spread: 1e-3 }, 100, 1],
    ['uphill: the literal rule takes all', { height: 0.6, drift: -0.019, spread: 0.2 }, 4000, 4000],
    ['no drift: all', { height: 1, drift: 0, spread: 1 }, 77, 77],
    ['a step twice as long as the height: all', { height: 1, drift: 2.5, spread: 0.1 }, 60, 60],
    // rest = 0: u(m) = (h − τ√(2/π))/m, largest at √m = 1.5·σ·√(2/π)/h = 23.94/1.
    ['a step to the very floor', { height: 1, drift: 1, spread: 20 }, 4000, 573],
  ] satisfies [string, Walker, number, number][])('%s', (_name, walker, largest, expected) => {
    expect(bestBatchSize(walker, largest)).toBe(expected);
  });

  test('more noise never means a smaller batch', () => {
    fc.assert(
      fc.property(walkers, logarithmic(1.01, 100), (walker, factor) => {
        const noisier = { ...walker, spread: walker.spread * factor };
        expect(bestBatchSize(noisier, 4000)).toBeGreaterThanOrEqual(bestBatchSize(walker, 4000));
      }),
    );
  });
});
