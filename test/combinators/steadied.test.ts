import fc from 'fast-check';
import { steadied } from '../../src/combinators/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { policyContext } from '../support/contexts.js';
import { asking } from '../support/policies.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

const decide = (asked: number | undefined, batchSize = 64) =>
  steadied(asking(asked), { factor: 1.5 }).update(null, {}, policyContext({ batchSize })).decision;

test('leaves small changes out and says so', () => {
  expect(decide(90)).toEqual({ batchSize: 64, reason: 'asked; 90 is within 1.5x of 64: kept' });
  expect(decide(43).batchSize).toBe(64);
});

test('lets large changes and holds pass', () => {
  expect(decide(97)).toEqual({ batchSize: 97, reason: 'asked' });
  expect(decide(42)).toEqual({ batchSize: 42, reason: 'asked' });
  expect(decide(undefined)).toEqual({ reason: 'asked' });
});

test.each([0, -5, Infinity, Number.NaN])('leaves %d to the pipeline', (asked) => {
  expect(decide(asked).batchSize).toBe(asked);
});

test('changes by its factor or not at all', () => {
  fc.assert(
    fc.property(logarithmic(1, 1e4), fc.integer({ min: 1, max: 5000 }), (asked, batchSize) => {
      const given = decide(asked, batchSize).batchSize as number;
      expect(given === batchSize || Math.abs(Math.log(given / batchSize)) >= Math.log(1.5)).toBe(true);
    }),
  );
});

rejects([
  [() => steadied(asking(1), { factor: 1 }), 'steadied: factor', 'a finite number > 1', '1'],
  [() => steadied(asking(1), { factor: Infinity }), 'steadied: factor', 'a finite number > 1', 'Infinity'],
]);
rejectsUnknown('steadied', (options) => steadied(asking(1), options));
