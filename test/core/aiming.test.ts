import { noiseText, shown, towards } from '../../src/core/aiming.js';
import { ESTIMATES } from '../support/contexts.js';

const { noise } = ESTIMATES;
const bound = { ...noise, isLowerBound: true as const };

test('three digits', () => {
  expect([1234.5, 0.012345, 2].map(shown)).toEqual([1230, 0.0123, 2]);
  expect(noiseText({ ...noise, noiseScale: 1234.5 })).toBe('noise scale 1230');
  expect(noiseText(bound)).toBe('noise scale at least 100');
});

test.each([
  [noise, 32, { batchSize: 32, reason: 'why' }],
  [noise, 64, { reason: 'why: kept' }],
  [noise, 128, { batchSize: 128, reason: 'why' }],
  [bound, 32, { reason: 'why: no smaller, |G|² is lost in the noise' }],
  [bound, 64, { reason: 'why: kept' }],
  [bound, 128, { batchSize: 128, reason: 'why' }],
])('with %j from 64 to %d', (known, size, decision) => {
  expect(towards(size, 'why', known, 64)).toEqual(decision);
});
