import { freshNoise } from '../../src/core/fresh-noise.js';
import { ESTIMATES } from '../support/contexts.js';
import { gradientStatistics } from '../support/observations.js';

test.each([
  [100, 100, 100],
  [400, 100, 25],
  [50, 0, 0],
  [0, 100, 100],
  [0, 0, 100],
])('with deviations %d, %d in the metric of the step, a trace of 100 is %d', (plain, inMetric, expected) => {
  const statistics = gradientStatistics({ squaredDeviations: plain, freshDeviations: inMetric });
  expect(freshNoise(ESTIMATES.noise, statistics)).toBe(expected);
});
