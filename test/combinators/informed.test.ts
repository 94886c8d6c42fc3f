import fc from 'fast-check';
import { informed } from '../../src/combinators/index.js';
import type { NoiseEstimate, PolicyDecision } from '../../src/core/types.js';
import { ESTIMATES, policyContext } from '../support/contexts.js';
import { answering, asking, scripted } from '../support/policies.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

/** The decision at a size of 16, by a policy that asks for `asked`. */
function decide(
  changes: Partial<NoiseEstimate> | undefined,
  options: Parameters<typeof informed>[1] = {},
  asked: number | undefined = 64,
): PolicyDecision {
  const { noise, ...rest } = ESTIMATES;
  const estimates = changes === undefined ? rest : { ...rest, noise: { ...noise, ...changes } };
  return informed(asking(asked), options).update(null, estimates, policyContext({ estimates })).decision;
}

const PASSED = { batchSize: 64, reason: 'asked' };

test('with evidence enough it changes nothing', () => {
  expect(decide({})).toEqual(PASSED);
});

test('waits for a noise scale', () => {
  expect(decide(undefined)).toEqual({ reason: 'waits for evidence: no noise scale yet; then: asked' });
});

test('waits for degrees of freedom, 16 unless told otherwise', () => {
  const short = { reason: 'waits for evidence: 15 of 16 degrees of freedom; then: asked' };
  expect(decide({ degreesOfFreedom: 15.99 })).toEqual(short);
  expect(decide({ degreesOfFreedom: 16 })).toEqual(PASSED);
  expect(decide({ degreesOfFreedom: 15.99 }, { degreesOfFreedom: 15 })).toEqual(PASSED);
  expect(decide({ degreesOfFreedom: 20 }, { degreesOfFreedom: 21.5 }).reason).toMatch('20 of 21.5 degrees');
});

test('waits for the noise scale to be known to so much of itself, the whole unless told otherwise', () => {
  expect(decide({ standardError: 100 })).toEqual(PASSED);
  expect(decide({ noiseScale: 3141.6, standardError: 3160 })).toEqual({
    reason: 'waits for evidence: noise scale 3140 ± 3200; then: asked',
  });
  expect(decide({ standardError: 30 }, { relativeError: 0.3 })).toEqual(PASSED);
  expect(decide({ standardError: 31 }, { relativeError: 0.3 })).toEqual({
    reason: 'waits for evidence: noise scale 100 ± 31; then: asked',
  });
  expect(decide({ standardError: 250 }, { relativeError: 3 })).toEqual(PASSED);
});

test('asked to keep the size, it has nothing to wait for', () => {
  expect(decide(undefined, {}, 16)).toEqual({ batchSize: 16, reason: 'asked' });
  expect(informed(asking(undefined)).update(null, {}, policyContext()).decision).toEqual({ reason: 'asked' });
});

test('the policy goes on while it waits', () => {
  const policy = informed(scripted([32, 64]));
  const first = policy.update(policy.init(), {}, policyContext());
  expect(first.decision).not.toHaveProperty('batchSize');
  expect(policy.update(first.state, ESTIMATES, policyContext()).decision).toEqual({
    batchSize: 64,
    reason: 'script 1',
  });
});

test('more evidence never makes it wait', () => {
  const factor = fc.double({ min: 1, max: 100, noNaN: true });
  const evidence = fc.record({
    degreesOfFreedom: fc.double({ min: 0.1, max: 50, noNaN: true }),
    standardError: fc.double({ min: 0, max: 300, noNaN: true }),
  });
  fc.assert(
    fc.property(evidence, factor, factor, ({ degreesOfFreedom, standardError }, more, surer) => {
      if (decide({ degreesOfFreedom, standardError }).batchSize === undefined) return;
      const better = { degreesOfFreedom: degreesOfFreedom * more, standardError: standardError / surer };
      expect(decide(better)).toEqual(PASSED);
    }),
  );
});

test('its description holds the defaults', () => {
  expect(informed(asking(1)).options).toEqual({
    degreesOfFreedom: 16,
    relativeError: 1,
    policy: { name: 'asking', options: {} },
  });
});

test('a factor on the rate passes at once, with a size that is held too', () => {
  const policy = informed(answering({ batchSize: 32, learningRateScale: 0.5 }));
  expect(policy.update(policy.init(), {}, policyContext()).decision).toEqual({
    learningRateScale: 0.5,
    reason: 'waits for evidence: no noise scale yet; then: answer 0',
  });
});

rejects([
  ...[0, -1, Number.NaN, Infinity].flatMap((value) =>
    (['degreesOfFreedom', 'relativeError'] as const).map(
      (name) =>
        [
          () => informed(asking(1), { [name]: value }),
          `informed: ${name}`,
          'a finite number > 0',
          String(value),
        ] as const,
    ),
  ),
  [() => informed(asking(1), { relativeError: '1' as never }), 'informed: relativeError', 'a finite number > 0', '"1"'],
]);
rejectsUnknown('informed', (options) => informed(asking(1), options));
