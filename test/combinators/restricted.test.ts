import { describePolicy, type Restriction, restricted } from '../../src/combinators/restricted.js';
import { drawContext, policyContext } from '../support/contexts.js';
import { answering, asking, drawing, greedy } from '../support/policies.js';

const HALVING: Restriction = {
  name: 'halving',
  options: { by: 2 },
  candidates: (offered) => offered.filter((size) => size <= 64),
  size: (asked) => asked / 2,
  reason: (asked, given) => `${asked} halved to ${given}`,
};

test('maps the answer, says so, and shows fewer candidates', () => {
  const { decision } = restricted(greedy('last'), HALVING).update(null, {}, policyContext());
  expect(decision).toEqual({ batchSize: 32, reason: 'the last; 64 halved to 32' });
});

test('a factor on the rate passes with a size that is mapped', () => {
  const policy = restricted(answering({ batchSize: 64, learningRateScale: 0.5 }), HALVING);
  expect(policy.update(0, {}, policyContext()).decision).toEqual({
    batchSize: 32,
    learningRateScale: 0.5,
    reason: 'answer 0; 64 halved to 32',
  });
});

test.each([
  [[asking(1), asking(2)], 'a list of 2'],
  [undefined, 'undefined'],
  [null, 'null'],
  ['fixed', 'fixed'],
  [{}, '[object Object]'],
  [asking, 'the function asking itself'],
])('what is no policy cannot be described: %j', (given, shown) => {
  expect(() => restricted(given as never, HALVING)).toThrow(RangeError);
  expect(() => describePolicy(given as never)).toThrow(
    new RangeError(`a combinator must be given a policy; got ${shown}`),
  );
});

test('shows what was offered where none is left', () => {
  const none = { ...HALVING, candidates: () => [] };
  expect(restricted(greedy('last'), none).update(null, {}, policyContext()).decision.batchSize).toBe(512);
});

test('passes state, start and draw through', () => {
  const policy = restricted(drawing(48, 200), HALVING);
  expect(policy.init()).toBeNull();
  expect(policy.start?.(drawContext())).toBe(24);
  expect(policy.draw?.size).toBe(32);
  expect(
    policy.draw?.target({ loss: 1, drift: 1, variance: 1, batchSize: 32, degreesOfFreedom: 20 }, drawContext()),
  ).toBe(100);
  expect(restricted(asking(1), HALVING).draw).toBeUndefined();
});

test('starts a policy without a start of its own at the size that the run starts with', () => {
  expect(restricted(asking(1), HALVING).start?.(drawContext({ batchSize: 32 }))).toBe(16);
});

test('describes itself with the policy inside', () => {
  const { name, options } = restricted(asking(1), HALVING);
  expect({ name, options }).toEqual({ name: 'halving', options: { by: 2, policy: { name: 'asking', options: {} } } });
  expect(describePolicy({ ...asking(1), options: { a: 1 } })).toEqual({ name: 'asking', options: { a: 1 } });
});
