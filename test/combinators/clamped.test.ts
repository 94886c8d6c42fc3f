import fc from 'fast-check';
import { clamped } from '../../src/combinators/index.js';
import { policyContext } from '../support/contexts.js';
import { asking, greedy } from '../support/policies.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

const decide = (asked: number | undefined, batchSize = 64) =>
  clamped(asking(asked), { min: 32, max: 512 }).update(null, {}, policyContext({ batchSize })).decision;

test('lets sizes within its bounds pass as they are', () => {
  for (const size of [32, 100, 512]) expect(decide(size)).toEqual({ batchSize: size, reason: 'asked' });
  expect(decide(undefined)).toEqual({ reason: 'asked' });
});

test('takes others to the bound and says so', () => {
  expect(decide(8)).toEqual({ batchSize: 32, reason: 'asked; 8 is outside 32..512: 32' });
  expect(decide(1e9)).toEqual({ batchSize: 512, reason: 'asked; 1000000000 is outside 32..512: 512' });
  expect(decide(Infinity).batchSize).toBe(512);
});

test('a hold outside the bounds is no hold', () => {
  expect(decide(undefined, 16).batchSize).toBe(32);
  expect(decide(undefined, 700).batchSize).toBe(512);
});

test('offers only candidates from there; all of them where there is none', () => {
  const last = (options: { min?: number; max?: number }) =>
    clamped(greedy('last'), options).update(null, {}, policyContext({ batchSize: 32 })).decision;
  expect(last({ max: 100 })).toEqual({ batchSize: 64, reason: 'the last' });
  expect(last({ min: 5, max: 10 })).toEqual({ batchSize: 10, reason: 'the last; 1024 is outside 5..10: 10' });
});

test('is within its bounds whatever is asked', () => {
  const bounds = fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 500 }));
  fc.assert(
    fc.property(bounds, fc.double(), ([min, range], asked) => {
      const max = min + range;
      const { decision } = clamped(asking(asked), { min, max }).update(null, {}, policyContext({ batchSize: 64 }));
      if (Number.isNaN(asked)) expect(decision.batchSize).toBeNaN();
      else expect(Math.min(Math.max(decision.batchSize as number, min), max)).toBe(decision.batchSize);
    }),
  );
});

rejects([
  [() => clamped(asking(1), { min: 0 }), 'clamped: min', 'a whole number >= 1', '0'],
  [() => clamped(asking(1), { min: 1.5 }), 'clamped: min', 'a whole number >= 1', '1.5'],
  [() => clamped(asking(1), { min: 8, max: 4 }), 'clamped: max', 'a whole number >= 8', '4'],
  [() => clamped(asking(1), { max: Infinity }), 'clamped: max', 'a whole number >= 1', 'Infinity'],
]);
rejectsUnknown('clamped', (options) => clamped(asking(1), options));
