import { stepStatistics } from '../../../src/tfjs/noise/measurement.js';

test.each([
  [1e-28, true],
  [0.99e-28, false],
  [0, true],
  [4, true],
  [Number.NaN, true],
])('|p|² of %p is told: %p; smaller squares are lost in float32', (squaredNormOfStep, isTold) => {
  const told = isTold ? { squaredNormOfStep } : {};
  expect(stepStatistics(-2, squaredNormOfStep)).toEqual({ weightProjection: -2, ...told });
});
