import fc from 'fast-check';
import { bottou } from '../../src/schedules/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { FACTS, factorAt, rejectsAsSchedule } from './support.js';

test('by hand: η0 = .5, λ = .01, 16 examples an update: half after 200 updates', () => {
  const schedule = bottou({ lambda: 0.01 });
  expect(factorAt(schedule, 3200)).toBe(0.5);
  expect(factorAt(schedule, 32_000)).toBeCloseTo(1 / 11, 14);
  expect(factorAt(bottou({ lambda: 0.01, clock: 'gainedExamples' }), 32_000)).toBe(0.5);
});

test('ends at 1/(λt), whatever the rate at the start', () => {
  fc.assert(
    fc.property(logarithmic(1e-3, 10), logarithmic(1e-5, 1), (baseLearningRate, lambda) => {
      const updates = 1e6 / (baseLearningRate * lambda);
      const factor = factorAt(bottou({ lambda }), updates * 16, { ...FACTS, baseLearningRate });
      expect(baseLearningRate * factor * lambda * updates).toBeCloseTo(1, 5);
    }),
  );
});

test('on a parabola of curvature λ the noise dies out as 1/t: simulated', () => {
  // θ ← θ − η(λθ + noise of variance 1): E θ² follows exactly.
  const lambda = 0.1;
  const decayed = bottou({ lambda });
  let [falling, steady] = [1, 1];
  for (let t = 0; t < 100_000; t++) {
    const eta = 0.5 * factorAt(decayed, 16 * t);
    falling = (1 - eta * lambda) * (1 - eta * lambda) * falling + eta * eta;
    steady = (1 - 0.5 * lambda) * (1 - 0.5 * lambda) * steady + 0.25;
  }
  // At ηt = 1/(λt) the variance is 1/(λ²t); at a constant rate it stays at η/(2λ), about.
  expect(falling * lambda * lambda * 100_000).toBeCloseTo(1, 2);
  expect(steady).toBeGreaterThan(2);
});

test('λ is by default a ten-thousandth; 0 leaves the rate', () => {
  expect(bottou().options).toEqual({ lambda: 0.0001, clock: 'examples' });
  expect(factorAt(bottou({ lambda: 0 }), 1e12)).toBe(1);
});

rejectsAsSchedule('bottou', bottou, [
  [() => bottou({ lambda: -1e-9 }), 'bottou: lambda', 'a finite number >= 0', '-1e-9'],
  [() => bottou({ lambda: Number.NaN }), 'bottou: lambda', 'a finite number >= 0', 'NaN'],
]);
