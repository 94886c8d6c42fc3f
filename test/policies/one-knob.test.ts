import type { GradientStatistics, Policy } from '../../src/core/types.js';
import {
  gradientDiversity,
  gradientSimilarity,
  innerProductTest,
  noiseScale,
  normTest,
} from '../../src/policies/index.js';
import { type ContextChanges, ESTIMATES, policyContext } from '../support/contexts.js';
import { gradientStatistics, observation } from '../support/observations.js';

/*
 * Most rules of the gradient noise aim at one size B*, by options that look different:
 *
 *   noiseScale         factor = B*⁄φ                    φ = trΣ/|G|², the noise scale
 *   normTest           theta  = √(φ/B*)
 *   innerProductTest   theta  = √(q/B*), nu = √((φ − q)/B*)   q = GᵀΣG/|G|⁴, the noise scale along the gradient
 *   gradientSimilarity target = B*⁄(B* + 2φ)
 *   gradientDiversity  factor = B*⁄(1 + φ)
 *
 * The efficiency of an example there, Pollux's EFF, is (φ + B0)/(φ + B*).
 */

const SIZES = Array.from({ length: 4000 }, (_, i) => i + 1);

/** Statistics of a batch as they are in expectation, and the estimates behind them. */
function sight(noiseScale: number, along: number, batchSize: number) {
  const squaredNormOfMean = 1 + noiseScale / batchSize;
  const noise = { ...ESTIMATES.noise, noiseScale, traceOfCovariance: noiseScale, squaredGradientNorm: 1 };
  const gradient: GradientStatistics = gradientStatistics({ squaredNormOfMean, squaredDeviations: noiseScale });
  return { estimates: { ...ESTIMATES, noise, walk: { ...ESTIMATES.walk, variance: along } }, gradient };
}

/** Where a policy that is heeded comes to rest, from a size. */
function restOf(policy: Policy, noiseScale: number, along: number, from: number): number {
  let [state, batchSize] = [policy.init(), from];
  for (let step = 1; step <= 300; step++) {
    const { estimates, gradient } = sight(noiseScale, along, batchSize);
    const seen = observation({ step, batchSize, epoch: step, gradient: { ...gradient, freshDeviations: noiseScale } });
    const changes: ContextChanges = { candidates: SIZES, batchSize, observation: seen };
    const answer = policy.update(state, estimates, policyContext(changes));
    state = answer.state;
    batchSize = answer.decision.batchSize ?? batchSize;
  }
  return batchSize;
}

const rulesFor = (size: number, phi: number, q: number): Record<string, Policy> => {
  const rules = {
    noiseScale: noiseScale({ factor: size / phi }),
    normTest: normTest({ theta: Math.sqrt(phi / size), shrink: true }),
    'innerProductTest along': innerProductTest({ theta: Math.sqrt(q / size), nu: 1e6, shrink: true }),
    'innerProductTest across': innerProductTest({ theta: 1e6, nu: Math.sqrt((phi - q) / size), shrink: true }),
    gradientDiversity: gradientDiversity({ factor: size / (1 + phi) }),
  };
  return rules as unknown as Record<string, Policy>;
};

describe.each([
  [100, 30],
  [1000, 900],
  [12, 1],
])('noise scale %d, along the gradient %d', (phi, q) => {
  describe.each([64, 100, 777])('for the size %d', (size) => {
    test.each(Object.keys(rulesFor(size, phi, q)))('%s', (name) => {
      const policy = rulesFor(size, phi, q)[name] as Policy;
      for (const from of [16, 3000]) expect(Math.abs(restOf(policy, phi, q, from) - size)).toBeLessThanOrEqual(1);
    });

    test('gradientSimilarity, to its moves of a tenth', () => {
      const policy = gradientSimilarity({ target: size / (size + 2 * phi) }) as unknown as Policy;
      for (const from of [16, 3000]) {
        const rest = restOf(policy, phi, q, from);
        expect(rest).toBeGreaterThan(0.88 * size);
        expect(rest).toBeLessThan(1.12 * size);
      }
    });
  });
});

test('by default all but the inner product test, which is weaker, aim at about the noise scale', () => {
  const defaults = [noiseScale(), normTest({ shrink: true }), gradientDiversity()] as unknown as Policy[];
  expect(defaults.map((policy) => restOf(policy, 100, 30, 16))).toEqual([100, 100, 101]);
  expect(Math.abs(Math.log(restOf(gradientSimilarity() as unknown as Policy, 100, 30, 16) / 100))).toBeLessThan(0.13);
  expect(restOf(innerProductTest() as Policy, 100, 30, 16)).toBe(38);
});
