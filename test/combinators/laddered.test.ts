import fc from 'fast-check';
import { laddered } from '../../src/combinators/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { policyContext } from '../support/contexts.js';
import { asking, greedy } from '../support/policies.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

const CANDIDATES = [4, 2048];
const decide = (asked: number | undefined, batchSize = 16, factor = 2) =>
  laddered(asking(asked), { factor }).update(null, {}, policyContext({ batchSize, candidates: CANDIDATES })).decision;

test('rounds to the nearest rung in log size', () => {
  expect(decide(64)).toEqual({ batchSize: 64, reason: 'asked' });
  expect(decide(90)).toEqual({ batchSize: 64, reason: 'asked; 90 goes to the rung 64' });
  expect(decide(91)).toEqual({ batchSize: 128, reason: 'asked; 91 goes to the rung 128' });
  expect(decide(100, 16, 1.5).batchSize).toBe(122);
});

test.each([
  [1e9, 2048],
  [Infinity, 2048],
  [1, 4],
  [0, 4],
  [-5, 4],
])('asked for %d gives the end of the ladder, %d', (asked, rung) => {
  expect(decide(asked).batchSize).toBe(rung);
});

test('leaves nonsense to the pipeline, which reports it', () => {
  expect(decide(Number.NaN).batchSize).toBeNaN();
});

test('a hold off the ladder goes to a rung', () => {
  expect(decide(undefined, 20).batchSize).toBe(16);
  expect(decide(undefined, 32)).toEqual({ reason: 'asked' });
});

test('offers its rungs as candidates', () => {
  const policy = laddered(greedy('last'), { factor: 3 });
  expect(policy.update(null, {}, policyContext({ candidates: [4, 500] })).decision).toEqual({
    batchSize: 432,
    reason: 'the last',
  });
});

test('rungs are whole multiples of the quantum', () => {
  const facts = { baseBatchSize: 32, baseLearningRate: 0.01, batchQuantum: 32 };
  const context = policyContext({ facts, baseBatchSize: 32, candidates: [64, 1000] });
  fc.assert(
    fc.property(logarithmic(1, 1e4), logarithmic(1.1, 4), (asked, factor) => {
      const size = laddered(asking(asked), { factor }).update(null, {}, context).decision.batchSize as number;
      expect(size % 32).toBe(0);
      expect(size).toBeGreaterThanOrEqual(64);
      expect(size).toBeLessThanOrEqual(1000);
    }),
  );
});

test('no rung is nearer', () => {
  fc.assert(
    fc.property(logarithmic(1, 1e4), (asked) => {
      const size = decide(asked).batchSize as number;
      for (const rung of [4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048]) {
        expect(Math.abs(Math.log(size / asked))).toBeLessThanOrEqual(Math.abs(Math.log(rung / asked)) + 1e-12);
      }
    }),
  );
});

rejects([
  [() => laddered(asking(1), { factor: 1 }), 'laddered: factor', 'a finite number > 1', '1'],
  [() => laddered(asking(1), { factor: Number.NaN }), 'laddered: factor', 'a finite number > 1', 'NaN'],
]);
rejectsUnknown('laddered', (options) => laddered(asking(1), options));
