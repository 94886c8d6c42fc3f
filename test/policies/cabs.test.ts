import fc from 'fast-check';
import type { Estimates, LearningRateRule, PolicyDecision, RunFacts } from '../../src/core/types.js';
import { adaScale, linear, none, squareRoot } from '../../src/learning-rates/index.js';
import { type CabsOptions, cabs } from '../../src/policies/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { type ContextChanges, ESTIMATES, policyContext } from '../support/contexts.js';
import { gradientStatistics, observation, plainObservation } from '../support/observations.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';
import { sizesOfStill } from '../support/still-training.js';

function decide(estimates: Estimates, changes: ContextChanges = {}, options: CabsOptions = {}): PolicyDecision {
  return cabs(options).update(null, estimates, policyContext({ estimates, ...changes })).decision;
}

const sizeOf = (...given: Parameters<typeof decide>): number => decide(...given).batchSize ?? given[1]?.batchSize ?? 16;
const atLoss = (loss: number): Estimates => ({ ...ESTIMATES, loss });
const facts = (changes: Partial<RunFacts>): RunFacts => ({ baseBatchSize: 16, baseLearningRate: 0.01, ...changes });

// η·trΣ = 0.01·100 = 1.
test('by hand: η·trΣ/(F − F*)', () => {
  expect(decide(atLoss(1 / 60))).toEqual({
    batchSize: 64,
    reason: 'at the rate of 64 the loss, 0.0167 above its floor, asks for 60',
  });
  expect(decide(atLoss(1 / 60), { batchSize: 64 })).toEqual({
    reason: 'at the rate of 64 the loss, 0.0167 above its floor, asks for 60: kept',
  });
  expect(sizeOf(atLoss(1 / 60), {}, { factor: 4 })).toBe(256);
  expect(sizeOf(atLoss(0.5 + 1 / 60), {}, { floor: 0.5 })).toBe(64);
  expect(sizeOf(atLoss(-0.5 + 1 / 60), {}, { floor: -0.5 })).toBe(64);
  expect(sizeOf(atLoss(1e-9))).toBe(1024);
  expect(sizeOf(atLoss(1e9), { batchSize: 512 })).toBe(16);
});

test('the rate is that of the step just done, by the rule', () => {
  const doubled = { observation: observation({ baseLearningRate: 0.02 }) };
  expect(sizeOf(atLoss(1 / 60), doubled)).toBe(128);
});

test('with momentum each gradient counts for 1/(1 − ρ) steps', () => {
  expect(sizeOf(atLoss(1 / 60), { facts: facts({ optimizer: 'momentum', momentum: 0.75 }) })).toBe(256);
  expect(sizeOf(atLoss(1 / 60), { facts: facts({ optimizer: 'momentum' }) })).toBe(64);
});

describe('an adaptive optimizer', () => {
  // tr(cDΣ) = 1000 where trΣ = 100.
  const gradient = gradientStatistics({ freshDeviations: 1000 });
  const seen = (changes: Partial<RunFacts>, rest: ContextChanges = {}): ContextChanges => ({
    observation: observation({ gradient }),
    facts: facts({ optimizer: 'adaptive', ...changes }),
    ...rest,
  });
  const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

  test('takes the trace in its metric, and D as it is at the size asked for', () => {
    // 0.01·1000/0.1 = 100 at 16; at 64 by √((1 + 100/16)/(1 + 100/64)) = 1.68 more, at 128 2.02, at 256 2.28: 228 of 256.
    expect(decide(atLoss(0.1), seen({}))).toEqual({
      batchSize: 256,
      reason: 'at the rate of 256 the loss, 0.1 above its floor, asks for 228',
    });
    expect(sizeOf(atLoss(0.1), seen({}, { batchSize: 128 }))).toBe(128);
  });

  test('Adam: its mean takes up 1 − β₁ of a fresh gradient', () => {
    expect(decide(atLoss(1), seen({ adam }))).toEqual({
      batchSize: 256,
      reason: 'at the rate of 256 the loss, 1 above its floor, asks for 228',
    });
  });

  test('sizes do not depend on the unit of the loss: Adam’s step does not either', () => {
    const scaled = gradientStatistics({ squaredDeviations: 100 * 16, freshDeviations: 1000 * 4 });
    const noise = { ...ESTIMATES.noise, traceOfCovariance: 1600, squaredGradientNorm: 16 };
    const inOther = seen({ adam }, { observation: observation({ gradient: scaled }) });
    expect(sizeOf({ ...ESTIMATES, noise, loss: 4 }, inOther)).toBe(sizeOf(atLoss(1), seen({ adam })));
  });

  test('only there the metric, its mean and D count', () => {
    const plain = gradientStatistics();
    const changes = { observation: observation({ gradient: plain }), facts: facts({ adam, momentum: 0.5 }) };
    expect(sizeOf(atLoss(1 / 60), changes)).toBe(128);
    expect(sizeOf(atLoss(1 / 60), { facts: facts({ adam }) })).toBe(64);
  });

  test('without noise in the batch the metric is taken as the plain one', () => {
    const still = gradientStatistics({ squaredDeviations: 0, freshDeviations: 0 });
    expect(sizeOf(atLoss(1 / 60), { observation: observation({ gradient: still }) })).toBe(64);
  });
});

describe('the rate at the size asked for', () => {
  // h(B) = η(B)·trΣ/F at trΣ = 100; AdaScale: B = h0·(1 + φ/B0) − φ = 36·7.25 − 100 = 161.
  test('by hand with AdaScale, φ = 100', () => {
    expect(decide(atLoss(1 / 36), { rule: adaScale() }).batchSize).toBe(128);
    expect(decide(atLoss(1 / 36), { rule: adaScale(), candidates: [16, 100, 161, 200] })).toEqual({
      batchSize: 161,
      reason: 'at the rate of 161 the loss, 0.0278 above its floor, asks for 161',
    });
  });

  test('a linear rule leaves the least or the greatest', () => {
    expect(sizeOf(atLoss(1 / 15.9), { rule: linear(), batchSize: 128 })).toBe(16);
    expect(sizeOf(atLoss(1 / 16.1), { rule: linear() })).toBe(1024);
  });

  test('by hand with the square root: B = h0²/B0', () => {
    expect(sizeOf(atLoss(1 / 40), { rule: squareRoot(), candidates: [16, 50, 100, 200] })).toBe(100);
  });

  test('is the candidate nearest to the solution of B = h(B), found by bisection', () => {
    const rules = fc.constantFrom<LearningRateRule>(none(), squareRoot(), adaScale(), adaScale({ power: 0.5 }));
    const { candidates } = policyContext();
    fc.assert(
      fc.property(rules, logarithmic(1e-4, 1), logarithmic(1, 1e4), (rule, loss, scale) => {
        const noise = { ...ESTIMATES.noise, noiseScale: scale };
        const known = { ...ESTIMATES, noise, loss };
        const context = policyContext({ estimates: known, rule });
        const excess = (size: number): number => (context.learningRateAt(size) * 100) / loss - size;
        let [low, high] = [1e-6, 1e9];
        for (let i = 0; i < 200; i++) {
          const middle = Math.sqrt(low * high);
          if (excess(middle) > 0) low = middle;
          else high = middle;
        }
        const size = cabs().update(null, known, context).decision.batchSize ?? 16;
        const at = candidates.indexOf(size);
        if (at > 0) expect(low).toBeGreaterThan(candidates[at - 1] as number);
        if (at < candidates.length - 1) expect(high).toBeLessThan(candidates[at + 1] as number);
        const root = Math.sqrt(low * high);
        if (rule.name === 'none') {
          const distances = candidates.map((candidate) => Math.abs(Math.log(candidate / root)));
          expect(Math.abs(Math.log(size / root))).toBeCloseTo(Math.min(...distances), 9);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('of two candidates as near it is the smaller', () => {
    expect(sizeOf(atLoss(1 / 32), { candidates: [16, 64], batchSize: 64 })).toBe(16);
    expect(sizeOf(atLoss(1 / 32.1), { candidates: [16, 64] })).toBe(64);
  });

  test('at a rate of 0 no example is asked for', () => {
    expect(sizeOf(atLoss(1), { observation: observation({ baseLearningRate: 0 }), batchSize: 64 })).toBe(16);
  });
});

test('holds at its floor, without fresh statistics and without estimates', () => {
  const reason = 'the loss is not above its floor 0.1: held';
  for (const loss of [0.1, 0.05]) expect(decide(atLoss(loss), {}, { floor: 0.1 })).toEqual({ reason });
  expect(decide(ESTIMATES, { observation: plainObservation() })).toEqual({
    reason: 'held until the next measured step',
  });
  const { noise, loss } = ESTIMATES;
  for (const known of [{ noise }, { loss }])
    expect(decide(known)).toEqual({ reason: 'collecting gradient statistics' });
});

test('does not need |G|²: where it is lost the size can still shrink', () => {
  const noise = { ...ESTIMATES.noise, squaredGradientNorm: -1, isLowerBound: true as const };
  expect(sizeOf({ ...atLoss(1 / 60), noise }, { batchSize: 512 })).toBe(64);
});

test('settles where rate, noise and loss of a training that stands still put it', () => {
  // 0.02·18/0.012 = 30; with AdaScale 30·9 − 128 = 142.
  expect(sizesOfStill(cabs(), { loss: 0.012, learningRate: none() }).at(-1)).toBe(32);
  expect(sizesOfStill(cabs(), { loss: 0.012, learningRate: adaScale() }).at(-1)).toBe(128);
});

test('tells its options', () => {
  const { options, needs } = cabs();
  expect({ options, needs }).toEqual({ options: { factor: 1, floor: 0 }, needs: ['loss', 'gradient'] });
});

rejects([
  [() => cabs({ factor: 0 }), 'cabs: factor', 'a finite number > 0', '0'],
  [() => cabs({ floor: Infinity }), 'cabs: floor', 'a finite number >= -1.7976931348623157e+308', 'Infinity'],
]);
rejectsUnknown('cabs', cabs);
