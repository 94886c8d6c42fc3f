import { squareRoot } from '../../src/learning-rates/index.js';
import { RUN_FACTS } from '../support/contexts.js';

test.each([
  [16, 1],
  [64, 2],
  [4, 0.5],
])('at %d of 16 examples is %d', (batchSize, factor) => {
  expect(squareRoot().factor(batchSize, 16, {}, RUN_FACTS)).toBe(factor);
});
