import { throughputAt, throughputLimit } from '../../src/core/throughput.js';

const TIME = { fixedMs: 4, perExampleMs: 0.5, perMicroBatchMs: 3 };

test('throughput is examples over the time of their step', () => {
  expect(throughputAt(TIME, 8, {})).toBe(1);
  expect(throughputAt(TIME, 40, { maxMicroBatchSize: 16 })).toBe(40 / 30);
  expect(throughputAt({ fixedMs: 0, perExampleMs: 0, perMicroBatchMs: 0 }, 8, {})).toBe(Infinity);
});

test('its limit is what ever larger batches come to', () => {
  expect(throughputLimit(TIME, {})).toBe(2);
  expect(throughputLimit(TIME, { maxMicroBatchSize: 6 })).toBe(1);
  for (const device of [{}, { maxMicroBatchSize: 64 }]) {
    expect(throughputAt(TIME, 64_000_000, device) / throughputLimit(TIME, device)).toBeCloseTo(1, 5);
  }
  expect(throughputLimit({ ...TIME, perExampleMs: 0 }, {})).toBe(Infinity);
});
