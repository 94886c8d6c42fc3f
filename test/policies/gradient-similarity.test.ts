import fc from 'fast-check';
import type { GradientStatistics, PolicyContext } from '../../src/core/types.js';
import {
  type GradientSimilarityOptions,
  type GradientSimilarityState,
  gradientSimilarity,
} from '../../src/policies/index.js';
import { type ContextChanges, policyContext } from '../support/contexts.js';
import { dot, exampleGradients, partOf, statisticsOf } from '../support/gradients.js';
import { gradientStatistics, observation, plainObservation } from '../support/observations.js';
import { mean } from '../support/random.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';
import { sizesOfStill } from '../support/still-training.js';

const contextOf = (gradient: GradientStatistics, changes: ContextChanges = {}): PolicyContext => {
  const { batchSize = 64 } = changes;
  return policyContext({ observation: observation({ gradient, batchSize }), ...changes, batchSize });
};

/** One update on statistics whose halves have this cosine: (B|g|² − Ŝ)/(B|g|² + Ŝ) with B|g|² = 1 + c and Ŝ = 1 − c. */
function decide(
  cosine: number,
  changes: ContextChanges = {},
  options: GradientSimilarityOptions = {},
  state: GradientSimilarityState = null,
) {
  const size = changes.batchSize ?? 64;
  const gradient = gradientStatistics({ squaredNormOfMean: (1 + cosine) / size, squaredDeviations: 1 - cosine });
  return gradientSimilarity(options).update(state, {}, contextOf(gradient, changes));
}

test('by hand: below the target 1.1 times, above it 0.9 times, at it as before', () => {
  expect(decide(0.25)).toEqual({
    state: { exact: 64 * 1.1, applied: 64 },
    decision: { reason: 'halves alike to 0.25, target 0.33: 70.4, nearest is 64' },
  });
  expect(decide(0.5).state?.exact).toBe(64 * 0.9);
  expect(decide(0.5, {}, { target: 0.5 }).state?.exact).toBe(64);
  expect(decide(-1).state?.exact).toBe(64 * 1.1);
  expect(decide(0.25, {}, { grow: 1.5 })).toEqual({
    state: { exact: 96, applied: 64 },
    decision: { batchSize: 128, reason: 'halves alike to 0.25, target 0.33: 96' },
  });
  expect(decide(0.5, {}, { shrink: 0.5 }).decision.batchSize).toBe(32);
});

test('the similarity counts the degrees of freedom and the examples of the batch that was measured', () => {
  // Ŝ = 30/3 = 10, B|g|² = 16: 6/26.
  const gradient = gradientStatistics({ squaredNormOfMean: 1, squaredDeviations: 30, degreesOfFreedom: 3 });
  const context = policyContext({ batchSize: 64, observation: observation({ gradient, batchSize: 16, short: true }) });
  expect(gradientSimilarity().update(null, {}, context).decision.reason).toMatch(/^halves alike to 0\.231, /);
});

test('small moves add up to the next candidate', () => {
  let state: GradientSimilarityState = null;
  const asked: (number | undefined)[] = [];
  for (let i = 0; i < 5; i++) {
    const answer = decide(0, {}, {}, state);
    state = answer.state;
    asked.push(answer.decision.batchSize);
  }
  // 64·1.1⁴ = 93.7, past √(64·128) = 90.5.
  expect(asked).toEqual([undefined, undefined, undefined, 128, 128]);
});

describe('the exact size', () => {
  const from = (exact: number, applied: number, batchSize: number, cosine: number) =>
    decide(cosine, { batchSize }, {}, { exact, applied }).state?.exact;

  test('goes on where the size was kept, or became what was asked for', () => {
    expect(from(80, 64, 64, 0)).toBe(80 * 1.1);
    expect(from(100, 64, 128, 0)).toBe(100 * 1.1);
  });

  test('begins anew from a size that another has set', () => {
    expect(from(80, 64, 256, 0)).toBe(256 * 1.1);
    expect(from(100, 64, 40, 0)).toBe(40 * 1.1);
  });

  test('goes no further than one candidate, or one move, from the size in force', () => {
    expect(from(127, 64, 64, 0)).toBe(128);
    expect(from(33, 64, 64, 1)).toBe(32);
    expect(from(1100, 1024, 1024, 0)).toBe(1024 * 1.1);
    expect(from(15, 16, 16, 1)).toBe(16 * 0.9);
    expect(decide(0, { candidates: [60, 64, 65] }).state?.exact).toBe(64 * 1.1);
    expect(decide(1, { candidates: [63, 64, 65] }).state?.exact).toBe(64 * 0.9);
    expect(decide(1, { candidates: [16, 64, 128, 256], batchSize: 256 }, { shrink: 0.1 }).state?.exact).toBe(256 * 0.1);
  });

  test('comes back to the candidates from outside', () => {
    expect(decide(1, { batchSize: 5000 }).decision.batchSize).toBe(1024);
    expect(decide(0, { batchSize: 3 }).decision.batchSize).toBe(16);
  });
});

test('of a batch in two halves it is their cosine, with the mean of their squared norms', () => {
  const gradients = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(gradients, gradients, (one, other) => {
      const norms = (dot(one, one) + dot(other, other)) / 2;
      fc.pre(norms > 1e-3);
      const statistics = statisticsOf([
        { size: 32, gradient: one },
        { size: 32, gradient: other },
      ]);
      const context = contextOf(statistics);
      const told = Number(/alike to (\S+),/.exec(gradientSimilarity().update(null, {}, context).decision.reason)?.[1]);
      expect(Math.abs(told - dot(one, other) / norms)).toBeLessThan(0.006);
    }),
  );
});

test('of a batch seen example by example it is the mean over random halves', () => {
  const factor = [
    [1, 0],
    [0, 2],
  ];
  const examples = Array.from({ length: 64 }, exampleGradients({ gradient: [0.4, 0.3], factor, noise: 'skewed' }, 5));
  const statistics = statisticsOf(examples.map((gradient) => ({ size: 1, gradient })));
  const products: number[] = [];
  const norms: number[] = [];
  for (let i = 0; i < 20_000; i++) {
    const shuffled = [...examples];
    for (let at = shuffled.length - 1; at > 0; at--) {
      const other = (i * 7919 + at * 104_729 + ((i * at) % 1009)) % (at + 1);
      [shuffled[at], shuffled[other]] = [shuffled[other] as number[], shuffled[at] as number[]];
    }
    const [one, two] = [partOf(shuffled.slice(0, 32)).gradient, partOf(shuffled.slice(32)).gradient];
    products.push(dot(one, two));
    norms.push((dot(one, one) + dot(two, two)) / 2);
  }
  const { reason } = gradientSimilarity().update(null, {}, contextOf(statistics)).decision;
  expect(Number(/alike to (\S+),/.exec(reason)?.[1])).toBeCloseTo(mean(products) / mean(norms), 1);
});

test('holds without fresh statistics, and where there is no gradient', () => {
  const state = { exact: 70, applied: 64 };
  const waiting = policyContext({ batchSize: 64, observation: plainObservation() });
  expect(gradientSimilarity().update(state, {}, waiting)).toEqual({
    state,
    decision: { reason: 'held until the next measured step' },
  });
  const nothing = contextOf(gradientStatistics({ squaredNormOfMean: 0, squaredDeviations: 0 }));
  expect(gradientSimilarity().update(state, {}, nothing)).toEqual({ state, decision: { reason: 'no gradient: held' } });
});

test('hovers about the size of its target on a training that stands still', () => {
  // 1/(1 + 2·128/B) = 1/3 at B = 128, 0.6 at 384.
  const late = (target?: number): number[] =>
    sizesOfStill(gradientSimilarity(target === undefined ? {} : { target }), { steps: 1600 }).slice(400);
  const middle = (sizes: readonly number[]): number => Math.exp(mean(sizes.map(Math.log)));
  expect(middle(late())).toBeGreaterThan(90);
  expect(middle(late())).toBeLessThan(180);
  expect(middle(late(0.6))).toBeGreaterThan(270);
  expect(middle(late(0.6))).toBeLessThan(540);
});

test('tells its options', () => {
  const { options, needs } = gradientSimilarity();
  expect({ options, needs }).toEqual({ options: { target: 0.33, grow: 1.1, shrink: 0.9 }, needs: ['gradient'] });
});

rejects([
  [() => gradientSimilarity({ target: 0 }), 'gradientSimilarity: target', 'between 0.001 and 0.999', '0'],
  [() => gradientSimilarity({ target: 1 }), 'gradientSimilarity: target', 'between 0.001 and 0.999', '1'],
  [() => gradientSimilarity({ grow: 0.9 }), 'gradientSimilarity: grow', 'a finite number >= 1', '0.9'],
  [() => gradientSimilarity({ shrink: 0 }), 'gradientSimilarity: shrink', 'a finite number > 0', '0'],
  [() => gradientSimilarity({ shrink: 1.1 }), 'gradientSimilarity: shrink', 'between 0 and 1', '1.1'],
]);
rejectsUnknown('gradientSimilarity', gradientSimilarity);
