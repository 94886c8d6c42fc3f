import fc from 'fast-check';
import { cooled } from '../../src/combinators/index.js';
import { policyContext } from '../support/contexts.js';
import { throughJson } from '../support/json.js';
import { observation } from '../support/observations.js';
import { answering, asking, scripted } from '../support/policies.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

/** The size after each step; `forced` sizes are applied whatever was decided. */
function sizes(
  asked: readonly (number | undefined)[],
  steps: number,
  forced: Record<number, number> = {},
  firstStep = 1,
): number[] {
  const policy = cooled(scripted(asked), { steps });
  let state = policy.init();
  let batchSize = 16;
  return asked.map((_, i) => {
    const step = firstStep + i;
    batchSize = forced[step] ?? batchSize;
    const context = policyContext({ batchSize, observation: observation({ step, batchSize }) });
    const answer = policy.update(throughJson(state), {}, context);
    state = answer.state;
    batchSize = answer.decision.batchSize ?? batchSize;
    return batchSize;
  });
}

test('rests after the start and after each change', () => {
  expect(sizes([32, 32, 32, 64, 64, 64, 128], 3)).toEqual([16, 16, 32, 32, 32, 64, 64]);
});

test('says that it rests', () => {
  const policy = cooled(scripted([32]), { steps: 5 });
  expect(policy.update(policy.init(), {}, policyContext()).decision).toEqual({
    reason: 'script 0; rests for 5 steps after a change',
  });
});

test('rests after a change from outside too', () => {
  expect(sizes([16, 16, 16, 64, 64, 64, 64], 3, { 4: 32 })).toEqual([16, 16, 16, 32, 32, 64, 64]);
});

test('a request for the size in force is no change', () => {
  const policy = cooled(asking(16), { steps: 5 });
  expect(policy.update(policy.init(), {}, policyContext()).decision).toEqual({ batchSize: 16, reason: 'asked' });
});

test('steps: 1 never rests', () => {
  expect(sizes([32, 64, 16], 1)).toEqual([32, 64, 16]);
});

test('a policy that comes in late rests from then on', () => {
  expect(sizes([32, 32, 32], 3, {}, 500)).toEqual([16, 16, 32]);
});

test('changes lie at least its steps apart', () => {
  const scripts = fc.array(fc.constantFrom(16, 32, 64, undefined), { minLength: 1, maxLength: 60, size: 'max' });
  fc.assert(
    fc.property(scripts, fc.integer({ min: 1, max: 12 }), (script, steps) => {
      const path = [16, ...sizes(script, steps)];
      const changes = path.flatMap((size, i) => (i > 0 && size !== path[i - 1] ? [i] : []));
      expect(changes[0] ?? steps).toBeGreaterThanOrEqual(steps);
      for (let i = 1; i < changes.length; i++) {
        expect((changes[i] as number) - (changes[i - 1] as number)).toBeGreaterThanOrEqual(steps);
      }
    }),
  );
});

test('a factor on the rate passes at once, with a size that is held too', () => {
  const policy = cooled(answering({ batchSize: 32, learningRateScale: 0.5 }), { steps: 5 });
  expect(policy.update(policy.init(), {}, policyContext()).decision).toEqual({
    learningRateScale: 0.5,
    reason: 'answer 0; rests for 5 steps after a change',
  });
});

rejects([
  [() => cooled(asking(1), { steps: 0 }), 'cooled: steps', 'a whole number >= 1', '0'],
  [() => cooled(asking(1), { steps: 2.5 }), 'cooled: steps', 'a whole number >= 1', '2.5'],
]);
rejectsUnknown('cooled', (options) => cooled(asking(1), options));
