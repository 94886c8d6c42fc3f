import fc from 'fast-check';
import { addRound, NO_ROUNDS, speedOf, type TimedStretch } from '../../src/core/convergence-speed.js';

const evenly = (losses: readonly number[], ms = 500): TimedStretch[] => losses.map((loss) => [loss, ms]);

test('by hand: a fall of 3 over a height of 2 in 1.5 s', () => {
  expect(speedOf(evenly([3, 2, 1]), 0)).toEqual({ perSecond: 1, variance: 0 });
  expect(speedOf(evenly([4, 3, 2]), 1)).toEqual({ perSecond: 1, variance: 0 });
});

test('the variance is that of the line, over height and time', () => {
  // 4, 1, 1: a fall of 4.5 ± 3·√0.75, a height of 2, 1.5 s.
  const { perSecond, variance } = speedOf(evenly([4, 1, 1]), 0) as { perSecond: number; variance: number };
  expect(perSecond).toBeCloseTo(1.5, 12);
  expect(variance).toBeCloseTo((9 * 0.75) / 9, 12);
});

test.each([
  [[100, 200, 90000], 0.6],
  [[200, 90000, 100, 300], 1],
])('times %j: the median stands for all', (times, seconds) => {
  const losses = times.map((_, i) => 10 - i);
  const speed = speedOf(
    times.map((ms, i) => [losses[i] as number, ms]),
    0,
  );
  const height = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  expect(speed?.perSecond).toBeCloseTo(times.length / height / seconds, 10);
});

test.each([
  [evenly([3, 2, 1]), 2],
  [evenly([3, 2, 1]), 3],
  [evenly([3, 2, 1], 0), 0],
])('%j above a floor of %d has no speed', (stretches, floor) => {
  expect(speedOf(stretches, floor)).toBeUndefined();
});

test('the unit of the loss does not matter; that of time does, inversely', () => {
  const losses = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 3, maxLength: 10 });
  fc.assert(
    fc.property(losses, (values) => {
      const speed = speedOf(evenly(values), 0);
      expect(speedOf(evenly(values.map((loss) => 8 * loss)), 0)).toEqual(speed);
      expect(speedOf(evenly(values, 1000), 0)?.perSecond).toBe((speed?.perSecond as number) / 2);
    }),
  );
});

test('of an exponential decay it is about its rate', () => {
  const losses = Array.from({ length: 10 }, (_, i) => Math.exp(-0.02 * (i + 0.5)));
  expect(speedOf(evenly(losses), 0)?.perSecond).toBeCloseTo(0.04, 4);
});

describe('rounds of A − B − A', () => {
  const speed = (perSecond: number, variance: number) => ({ perSecond, variance });

  test('by hand', () => {
    const one = addRound(NO_ROUNDS, [speed(3, 4), speed(5, 1), speed(1, 8)]);
    expect(one).toEqual({ rounds: 1, difference: 3, variance: 1 + 3 });
    const two = addRound(one, [speed(1, 8), speed(2, 1), speed(2, 4)]);
    expect(two).toEqual({ rounds: 2, difference: 3.5, variance: 4 + 1 + 3 + 4 });
  });

  test('the variance is that of ΣB − (A₀/2 + A₁ + … + A_n/2)', () => {
    const variances = fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 3, maxLength: 9 });
    fc.assert(
      fc.property(variances, (all) => {
        const course = all.slice(0, all.length - ((all.length + 1) % 2));
        let comparison = NO_ROUNDS;
        for (let i = 0; i + 2 < course.length; i += 2) {
          const [a, b, c] = course.slice(i, i + 3).map((variance) => speed(0, variance)) as [never, never, never];
          comparison = addRound(comparison, [a, b, c]);
        }
        const isEnd = (i: number): boolean => i === 0 || i === course.length - 1;
        const expected = course.reduce((sum, variance, i) => sum + variance * (isEnd(i) ? 0.25 : 1), 0);
        expect(comparison.variance).toBeCloseTo(expected, 9);
      }),
    );
  });
});
