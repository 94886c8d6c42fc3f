import fc from 'fast-check';
import type { Estimates, PolicyDecision } from '../../src/core/types.js';
import { type InnerProductTestOptions, innerProductTest } from '../../src/policies/index.js';
import { type ContextChanges, ESTIMATES, policyContext } from '../support/contexts.js';
import { dot, exampleGradients, type Vector } from '../support/gradients.js';
import { gradientStatistics, observation, plainObservation } from '../support/observations.js';
import { mean, sampleVariance } from '../support/random.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';
import { sizesOfStill } from '../support/still-training.js';

function decide(
  estimates: Estimates,
  changes: ContextChanges = {},
  options: InnerProductTestOptions = {},
): PolicyDecision {
  return innerProductTest(options).update(null, estimates, policyContext({ estimates, ...changes })).decision;
}

const withVariance = (variance: number): Estimates => ({ ...ESTIMATES, walk: { ...ESTIMATES.walk, variance } });

// σ² = 30, |G|² = 1, trΣ = 100: 30/0.81 = 37.04 along; (100 − 30)/34.11 = 2.05 across.
test('by hand', () => {
  expect(decide(ESTIMATES)).toEqual({ batchSize: 64, reason: 'the inner product test fails at 16: it needs 37' });
  expect(decide(ESTIMATES, {}, { theta: 2 })).toEqual({ reason: 'the inner product test passes at 16: it needs 7.5' });
  expect(decide(ESTIMATES, {}, { nu: 1 })).toEqual({
    batchSize: 128,
    reason: 'the orthogonality test fails at 16: it needs 70',
  });
  expect(decide(ESTIMATES, {}, { theta: 10 }).reason).toBe('the orthogonality test passes at 16: it needs 2.05');
});

test('noise along the gradient is none across it, and no more than all there is', () => {
  expect(decide(withVariance(0), {}, { nu: 1 }).reason).toBe('the orthogonality test fails at 16: it needs 100');
  expect(decide(withVariance(-1e-18), {}, { nu: 1 }).reason).toBe('the orthogonality test fails at 16: it needs 100');
  const reason = 'the inner product test fails at 16: it needs 123';
  for (const variance of [100, 1e6]) expect(decide(withVariance(variance), {}, { nu: 0.01 }).reason).toBe(reason);
});

test('an adaptive optimizer: all in its metric, whatever its scale', () => {
  // cD = 1/4 in the mean: tr(cDΣ) = 25, so GᵀcDG = 0.25 and q = 30/16/0.0625 = 30.
  const gradient = gradientStatistics({ freshDeviations: 25, freshProjection: 7.25 / 4 });
  const seen = { optimizer: 'adaptive', observation: observation({ gradient }) } as const;
  expect(decide(withVariance(30 / 16), seen)).toEqual(decide(ESTIMATES));
  const still = gradientStatistics({ squaredDeviations: 0, freshDeviations: 0 });
  expect(decide(ESTIMATES, { observation: observation({ gradient: still }) })).toEqual(decide(ESTIMATES));
  const none = gradientStatistics({ freshDeviations: 0 });
  expect(decide(ESTIMATES, { observation: observation({ gradient: none }) }).reason).toBe(
    'the orthogonality test passes at 16: it needs 2.93',
  );
});

test('needs what the variances of a population of gradients say, counted example by example', () => {
  const population = fc.record({
    gradient: fc.array(fc.double({ min: 0.2, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
    spread: fc.array(fc.double({ min: 0.1, max: 4, noNaN: true }), { minLength: 3, maxLength: 3 }),
    seed: fc.nat(1000),
  });
  fc.assert(
    fc.property(population, ({ gradient, spread, seed }) => {
      const factor = spread.map((x, i) => spread.map((_, j) => (i === j ? x : 0)));
      const draw = exampleGradients({ gradient, factor, noise: 'gaussian' }, seed);
      const norm = dot(gradient, gradient);
      const along: number[] = [];
      const across: number[] = [];
      for (let i = 0; i < 4000; i++) {
        const example: Vector = draw();
        const share = dot(example, gradient) / norm;
        along.push(dot(example, gradient));
        const rest = example.map((x, j) => x - share * (gradient[j] as number));
        across.push(dot(rest, rest));
      }
      const needed = Math.max(sampleVariance(along) / (0.81 * norm ** 2), mean(across) / (5.84 ** 2 * norm));
      const trace = spread.reduce((sum, x) => sum + x * x, 0);
      const variance = spread.reduce((sum, x, i) => sum + (x * (gradient[i] as number)) ** 2, 0);
      const noise = {
        ...ESTIMATES.noise,
        traceOfCovariance: trace,
        squaredGradientNorm: norm,
        noiseScale: trace / norm,
      };
      const known = { ...ESTIMATES, noise, walk: { ...ESTIMATES.walk, variance } };
      const { reason } = decide(known, { candidates: [1], batchSize: 1 });
      const told = Number(/it needs ([\d.e+-]+)/.exec(reason)?.[1]);
      expect(told / needed).toBeGreaterThan(0.85);
      expect(told / needed).toBeLessThan(1.15);
    }),
    { numRuns: 10 },
  );
});

test('only grows, unless told to shrink and sure of the noise', () => {
  const at = { batchSize: 512 };
  expect(decide(ESTIMATES, at).batchSize).toBeUndefined();
  expect(decide(ESTIMATES, at, { shrink: true }).batchSize).toBe(64);
  const bound = { ...ESTIMATES, noise: { ...ESTIMATES.noise, isLowerBound: true as const } };
  expect(decide(bound, at, { shrink: true }).batchSize).toBeUndefined();
  expect(decide(bound).batchSize).toBe(64);
  expect(decide(ESTIMATES, at, { nu: 1, shrink: true }).batchSize).toBe(128);
});

test.each(['noise', 'walk'] as const)('holds without %s, and without fresh statistics', (name) => {
  const { [name]: _missing, ...estimates } = ESTIMATES;
  expect(decide(estimates)).toEqual({ reason: 'collecting gradient statistics' });
  expect(decide(ESTIMATES, { observation: plainObservation() })).toEqual({
    reason: 'held until the next measured step',
  });
});

test('settles where both tests pass on a training that stands still', () => {
  // Along the gradient of a batch of 16 the noise is 1.01 + 114/16, over all there is: 128/0.81 = 158.
  expect(sizesOfStill(innerProductTest()).at(-1)).toBe(256);
  // All there is, 128/1.6² = 50; at 128 96/1.6² = 37.
  expect(sizesOfStill(innerProductTest({ theta: 1.6, shrink: true })).at(-1)).toBe(64);
});

test('tells its options', () => {
  const { options, needs } = innerProductTest();
  expect({ options, needs }).toEqual({ options: { theta: 0.9, nu: 5.84, shrink: false }, needs: ['gradient'] });
});

rejects([
  [() => innerProductTest({ theta: 0 }), 'innerProductTest: theta', 'a finite number > 0', '0'],
  [() => innerProductTest({ nu: 0 }), 'innerProductTest: nu', 'a finite number > 0', '0'],
  [() => innerProductTest({ shrink: 'no' as never }), 'innerProductTest: shrink', 'one of true, false', '"no"'],
]);
rejectsUnknown('innerProductTest', innerProductTest);
