import fc from 'fast-check';
import { maxOf, minOf } from '../../src/combinators/index.js';
import { drawContext, policyContext } from '../support/contexts.js';
import { answering, asking, drawing } from '../support/policies.js';
import { rejectsUnknown } from '../support/rejections.js';

const WALK = { loss: 1, drift: 1, variance: 1, batchSize: 32, degreesOfFreedom: 20 };
const decide = (asked: readonly (number | undefined)[]) => {
  const policy = minOf(asked.map((size) => asking(size)));
  return policy.update(policy.init(), {}, policyContext({ batchSize: 64 })).decision;
};

test('is the smallest, and says whose', () => {
  expect(decide([128, 32, 512])).toEqual({ batchSize: 32, reason: 'smallest of 3 by asking: asked' });
});

test('is the minimum of any, a hold counting as the size in force', () => {
  const sizes = fc.array(fc.option(fc.integer({ min: 1, max: 2000 }), { nil: undefined }), {
    minLength: 2,
    maxLength: 6,
  });
  fc.assert(
    fc.property(sizes, (asked) => {
      expect(decide(asked).batchSize ?? 64).toBe(Math.min(...asked.map((size) => size ?? 64)));
    }),
  );
  expect(decide([undefined, 64])).not.toHaveProperty('batchSize');
  expect(decide([Number.NaN, 3]).batchSize).toBeNaN();
});

test('the factor on the rate is that of the winner', () => {
  const policy = minOf([
    answering({ batchSize: 8, learningRateScale: 0.5 }),
    answering({ batchSize: 9, learningRateScale: 2 }),
  ]);
  expect(policy.update(policy.init(), {}, policyContext()).decision.learningRateScale).toBe(0.5);
});

test('starts and draws by the smallest', () => {
  const policy = minOf([drawing(4, 80), drawing(24, 60)]);
  expect(policy.start?.(drawContext())).toBe(4);
  expect(policy.draw?.target(WALK, drawContext({ batchSize: 16 }))).toBe(60);
  expect(minOf([drawing(4, 80), asking(1)]).draw?.target(WALK, drawContext({ batchSize: 16 }))).toBe(16);
});

test('between a floor and a ceiling', () => {
  const policy = minOf([maxOf([asking(4), asking(32)]), asking(256)]);
  expect(policy.update(policy.init(), {}, policyContext()).decision).toEqual({
    batchSize: 32,
    reason: 'smallest of 2 by maxOf: largest of 2 by asking: asked',
  });
});

test('rejects less than two', () => {
  expect(() => minOf([asking(1)])).toThrow(new RangeError('minOf: policies must be a list of at least two; got 1'));
});
rejectsUnknown('minOf', (options) => minOf([asking(1), asking(2)], options as never));
