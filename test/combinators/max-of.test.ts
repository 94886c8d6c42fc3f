import fc from 'fast-check';
import { maxOf } from '../../src/combinators/index.js';
import type { Policy, PolicyContext } from '../../src/core/types.js';
import { drawContext, policyContext } from '../support/contexts.js';
import { answering, asking, drawing, greedy, scripted } from '../support/policies.js';
import { rejectsUnknown } from '../support/rejections.js';

const WALK = { loss: 1, drift: 1, variance: 1, batchSize: 32, degreesOfFreedom: 20 };
const decide = (asked: readonly (number | undefined)[], batchSize = 64) => {
  const policy = maxOf(asked.map((size) => asking(size)));
  return policy.update(policy.init(), {}, policyContext({ batchSize })).decision;
};

test('is the largest, and says whose', () => {
  const policy = maxOf([asking(32), greedy('last'), asking(512)]);
  expect(policy.update(policy.init(), {}, policyContext()).decision).toEqual({
    batchSize: 1024,
    reason: 'largest of 3 by greedy: the last',
  });
});

test('a hold counts as the size in force', () => {
  expect(decide([32, undefined])).toEqual({ reason: 'largest of 2 by asking: asked' });
  expect(decide([65, undefined]).batchSize).toBe(65);
  expect(decide([undefined, 63])).not.toHaveProperty('batchSize');
});

test('of equals the first', () => {
  const policy = maxOf([scripted([128]), asking(128)]);
  expect(policy.update(policy.init(), {}, policyContext()).decision.reason).toBe('largest of 2 by scripted: script 0');
  const held = maxOf([scripted([undefined]), asking(16)]);
  expect(held.update(held.init(), {}, policyContext()).decision).toEqual({
    reason: 'largest of 2 by scripted: script 0',
  });
});

test('is the maximum of any', () => {
  const sizes = fc.array(fc.option(fc.integer({ min: 1, max: 2000 }), { nil: undefined }), {
    minLength: 2,
    maxLength: 6,
  });
  fc.assert(
    fc.property(sizes, (asked) => {
      expect(decide(asked).batchSize ?? 64).toBe(Math.max(...asked.map((size) => size ?? 64)));
    }),
  );
});

test('nonsense is left to the pipeline, which reports it', () => {
  expect(decide([Number.NaN, 32]).batchSize).toBeNaN();
  expect(decide([32, Number.NaN, 64]).batchSize).toBeNaN();
});

test('each goes on in its own state', () => {
  const policy = maxOf([scripted([8, 300, 8]), scripted([200, 9, 9])]);
  let state = policy.init();
  const path = [0, 1, 2].map(() => {
    const answer = policy.update(state, {}, policyContext());
    state = answer.state;
    return answer.decision.batchSize;
  });
  expect(path).toEqual([200, 300, 9]);
  expect(state.inner).toEqual([3, 3]);
});

test('the factor on the rate is that of the winner, said when it changes', () => {
  const first = answering(
    { batchSize: 8, learningRateScale: 0.5 },
    { batchSize: 8 },
    { batchSize: 99 },
    { batchSize: 99 },
  );
  const second = answering({ batchSize: 32 }, { batchSize: 64 }, { batchSize: 32 }, { batchSize: 100 });
  const policy = maxOf([first, second]);
  let state = policy.init();
  const scales = [0, 1, 2, 3, 4].map(() => {
    const answer = policy.update(state, {}, policyContext());
    state = answer.state;
    return answer.decision.learningRateScale;
  });
  expect(scales).toEqual([undefined, undefined, 0.5, 1, undefined]);
});

test('what the winner says of the rate is passed on each time', () => {
  const policy = maxOf([answering({ batchSize: 64, learningRateScale: 0.5 }), asking(1)]);
  let state = policy.init();
  for (let i = 0; i < 2; i++) {
    const answer = policy.update(state, {}, policyContext());
    state = answer.state;
    expect(answer.decision.learningRateScale).toBe(0.5);
  }
});

test('starts with the largest, the usual size for those without a start', () => {
  expect(maxOf([drawing(4, 8), drawing(24, 8)]).start?.(drawContext())).toBe(24);
  expect(maxOf([drawing(4, 8), asking(1)]).start?.(drawContext({ batchSize: 16 }))).toBe(16);
});

test('draws by the smallest draw up to the largest target; who does not draw keeps what was decided', () => {
  const fine = { ...drawing(16, 100), draw: { size: 8, target: () => 50 } };
  const both = maxOf([drawing(16, 100), fine]);
  expect(both.draw?.size).toBe(8);
  expect(both.draw?.target(WALK, drawContext({ batchSize: 512 }))).toBe(100);
  expect(maxOf([fine, asking(1)]).draw?.target(WALK, drawContext({ batchSize: 512 }))).toBe(512);
  expect(maxOf([fine, asking(1)]).draw?.target(WALK, drawContext({ batchSize: 16 }))).toBe(50);
});

test('shows each the whole of the context', () => {
  const seen: PolicyContext[] = [];
  const spy: Policy<null> = {
    ...asking(1),
    update(state, _estimates, context) {
      seen.push(context);
      return { state, decision: { reason: 'looked' } };
    },
  };
  const policy = maxOf([spy, spy]);
  const context = policyContext();
  policy.update(policy.init(), {}, context);
  expect(seen).toEqual([context, context]);
});

test('describes itself with all of them', () => {
  expect(maxOf([asking(1), greedy('last')]).options).toEqual({
    policies: [
      { name: 'asking', options: {} },
      { name: 'greedy', options: {} },
    ],
  });
});

test.each([
  ['no list', asking(1)],
  ['1', [asking(1)]],
  ['0', []],
])('rejects %s', (found, given) => {
  expect(() => maxOf(given as never)).toThrow(
    new RangeError(`maxOf: policies must be a list of at least two; got ${found}`),
  );
});

test('rejects what is no policy', () => {
  expect(() => maxOf([asking(1), undefined as never])).toThrow(RangeError);
  expect(() => maxOf([asking(1), [asking(1)] as never])).toThrow(
    'a combinator must be given a policy; got a list of 1',
  );
});
rejectsUnknown('maxOf', (options) => maxOf([asking(1), asking(2)], options as never));
