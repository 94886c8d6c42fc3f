import { timeOf } from '../../src/core/time-of.js';

const TIME = { fixedMs: 4, perExampleMs: 0.5, perMicroBatchMs: 3 };

test.each([
  [undefined, 40, 24],
  [64, 40, 24],
  [40, 40, 24],
  [39, 40, 27],
  [16, 40, 30],
])('with micro-batches up to %p an update of %d examples takes %d', (maxMicroBatchSize, size, ms) => {
  expect(timeOf(TIME, size, maxMicroBatchSize === undefined ? {} : { maxMicroBatchSize })).toBe(ms);
});
