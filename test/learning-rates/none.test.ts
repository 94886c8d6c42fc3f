import { none } from '../../src/learning-rates/index.js';
import { RUN_FACTS } from '../support/contexts.js';

test.each([1, 16, 4096])("leaves the user's rate at %d examples", (batchSize) => {
  expect(none().factor(batchSize, 16, {}, RUN_FACTS)).toBe(1);
});
