import fc from 'fast-check';
import { ramped } from '../../src/combinators/index.js';
import { policyContext } from '../support/contexts.js';
import { asking, greedy } from '../support/policies.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

const decide = (asked: number | undefined, batchSize = 64, factor = 2) =>
  ramped(asking(asked), { factor }).update(null, {}, policyContext({ batchSize })).decision;

test('moves by its factor at most', () => {
  expect(decide(1024)).toEqual({ batchSize: 128, reason: 'asked; on the way to 1024: 128' });
  expect(decide(1)).toEqual({ batchSize: 32, reason: 'asked; on the way to 1: 32' });
  expect(decide(Infinity).batchSize).toBe(128);
  expect(decide(-5).batchSize).toBe(32);
});

test('lets steps within it and holds pass', () => {
  for (const size of [32, 100, 128]) expect(decide(size)).toEqual({ batchSize: size, reason: 'asked' });
  expect(decide(undefined)).toEqual({ reason: 'asked' });
  expect(decide(Number.NaN).batchSize).toBeNaN();
});

test('arrives step by step', () => {
  let size = 16;
  const path = Array.from({ length: 6 }, () => {
    size = decide(300, size).batchSize ?? size;
    return size;
  });
  expect(path).toEqual([32, 64, 128, 256, 300, 300]);
});

test('offers the candidates within reach; all of them where none is', () => {
  const last = (batchSize: number) => ramped(greedy('last')).update(null, {}, policyContext({ batchSize })).decision;
  expect(last(64)).toEqual({ batchSize: 128, reason: 'the last' });
  expect(last(4)).toEqual({ batchSize: 8, reason: 'the last; on the way to 1024: 8' });
});

test('gives whole sizes within its factor', () => {
  const factors = fc.double({ min: 1.01, max: 8, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9999 }),
      fc.integer({ min: 1, max: 5000 }),
      factors,
      (asked, from, factor) => {
        const given = decide(asked, from, factor).batchSize as number;
        expect(Number.isInteger(given) && given >= 1 && given <= from * factor && given >= from / factor).toBe(true);
      },
    ),
  );
});

rejects([
  [() => ramped(asking(1), { factor: 1 }), 'ramped: factor', 'a finite number > 1', '1'],
  [() => ramped(asking(1), { factor: '2' as never }), 'ramped: factor', 'a finite number > 1', '"2"'],
]);
rejectsUnknown('ramped', (options) => ramped(asking(1), options));
