import { none } from '../../src/learning-rates/index.js';

test.each([1, 16, 4096])("leaves the user's rate at %d examples", (batchSize) => {
  expect(none().factor(batchSize, 16, {})).toBe(1);
});
