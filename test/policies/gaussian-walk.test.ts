import fc from 'fast-check';
import type { Estimates, LearningRateRule, PolicyContext, PolicyDecision } from '../../src/core/types.js';
import { adaScale, linear, none, squareRoot } from '../../src/learning-rates/index.js';
import { type GaussianWalkOptions, gaussianWalk } from '../../src/policies/index.js';
import {
  type ContextChanges,
  ESTIMATES,
  type KnownEstimates,
  knownEstimates,
  policyContext,
  RUN_FACTS,
} from '../support/contexts.js';
import { observation, plainObservation } from '../support/observations.js';
import { integrate, normalDensity } from '../support/quadrature.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

function decide(estimates: Estimates, changes: ContextChanges = {}, options: GaussianWalkOptions = {}): PolicyDecision {
  return gaussianWalk(options).update(null, estimates, policyContext({ estimates, ...changes })).decision;
}

const sizeOf = (...given: Parameters<typeof decide>): number => decide(...given).batchSize ?? given[1]?.batchSize ?? 16;

/** E(s − s') by quadrature over the noise of one step. */
function decreaseAt(height: number, drift: number, deviation: number): number {
  const rest = height - drift;
  const kink = Math.min(Math.max(rest / deviation, -12), 12);
  const left = (f: (z: number) => number): number => integrate(f, -12, kink) + integrate(f, kink, 12);
  return height - left((z) => Math.abs(rest - deviation * z) * normalDensity(z));
}

/**
 * The utility of the docstring, written anew: without a floor the rate, with one the largest decrease at five rates from the
 * user's to the rule's; per millisecond.
 */
function utility(
  { loss, noise, walk, time }: KnownEstimates,
  context: PolicyContext,
  floor: number | undefined,
  m: number,
): number {
  const isAdaptive = context.facts.optimizer === 'adaptive';
  // No momentum is known of: the noise scale reaches twice as far as in one step.
  const reaching = 2 * noise.noiseScale;
  const shrink = isAdaptive ? ((1 + reaching / walk.batchSize) / (1 + reaching / m)) ** 0.5 : 1;
  const pieces = Math.ceil(m / (context.facts.maxMicroBatchSize ?? Infinity)) || 1;
  const ms = time.fixedMs + time.perExampleMs * m + time.perMicroBatchMs * (pieces - 1);
  const top = context.learningRateAt(m);
  if (floor === undefined) return (top * shrink) / ms;
  const base = Math.min(context.observation.baseLearningRate, top);
  const decreases = [0, 1, 2, 3, 4].map((i) => {
    const rate = (base + ((top - base) * i) / 4) * shrink;
    return decreaseAt(loss - floor, rate * walk.drift, rate * Math.sqrt(walk.variance / m));
  });
  return Math.max(...decreases) / ms;
}

const RULES = [none(), linear(), squareRoot(), adaScale(), adaScale({ power: 0.5 })];
const CANDIDATES = [16, 32, 64, 128, 256, 512, 1024];

describe.each([
  ['without a floor', {}],
  ['far from the floor', { floor: -1e9 }],
])('by hand, %s, where the decrease is ημ', (_name, floor) => {
  // u(m) = 0.01·μ / (4 + 0.1·m): the smallest batch is the best.
  test('without a rule for the rate the smallest candidate', () => {
    expect(decide(ESTIMATES, { batchSize: 256 }, floor)).toMatchObject({ batchSize: 16 });
    expect(decide(ESTIMATES, {}, floor)).toEqual({ reason: 'best per second, noise scale 100' });
  });

  // r(m) = (1 + 100/16)/(1 + 100/m) = 7.25·m/(m + 100); m* = √(t0·φ/t1) = √(4·100/0.1) = 63.
  test('with AdaScale the Pollux optimum √(t0·φ/t1)', () => {
    const rule = adaScale();
    expect(decide(ESTIMATES, { rule }, floor).batchSize).toBe(64);
    expect(decide(ESTIMATES, { rule, candidates: [16, 50, 63, 80] }, floor).batchSize).toBe(63);
    // u(64)/u(16) = (7.25·64/164)/(4 + 6.4) : 1/(4 + 1.6)
    expect(decide(ESTIMATES, { rule }, floor).reason).toBe('1.52x the decrease per second at 64, noise scale 100');
  });

  test('micro-batches cost what they cost', () => {
    const rule = adaScale();
    const facts = { baseBatchSize: 16, baseLearningRate: 0.01, maxMicroBatchSize: 32 };
    expect(decide(ESTIMATES, { rule, facts }, floor).batchSize).toBe(32);
  });

  test('an adaptive optimizer steps further with less noise by itself', () => {
    const rule = adaScale({ power: 0.5, reach: 2 });
    // Both roots together make AdaScale's whole gain; one alone makes √r(m)/T(m), 0.184 at 32 and 0.179 at 16.
    expect(decide(ESTIMATES, { optimizer: 'adaptive', rule }, { ...floor, minGain: 1 }).batchSize).toBe(64);
    expect(decide(ESTIMATES, { optimizer: 'momentum', rule }, { ...floor, minGain: 1 }).batchSize).toBe(32);
  });
});

test('is the candidate with the largest utility', () => {
  const situations = fc.record({
    estimates: knownEstimates,
    rule: fc.constantFrom(...RULES),
    floor: fc.constantFrom(undefined, 0, 0.0005, -1),
    batchSize: fc.constantFrom(...CANDIDATES),
    optimizer: fc.constantFrom('sgd', 'momentum', 'adaptive'),
    maxMicroBatchSize: fc.constantFrom(64, 4096),
  });
  fc.assert(
    fc.property(situations, ({ estimates, floor, maxMicroBatchSize, ...changes }) => {
      const base = policyContext({ estimates, ...changes });
      const context = { ...base, facts: { ...base.facts, maxMicroBatchSize } };
      const asked = gaussianWalk({ ...(floor !== undefined && { floor }), minGain: 1 }).update(null, estimates, context)
        .decision.batchSize;
      const value = (m: number): number => utility(estimates, context, floor, m);
      const most = Math.max(...CANDIDATES.map(value));
      const found = value(asked ?? context.batchSize);
      expect(Math.abs(found - most)).toBeLessThanOrEqual(
        1e-9 * Math.abs(most) + 1e-12 * (estimates.loss / estimates.time.fixedMs),
      );
    }),
    { numRuns: 60 },
  );
});

test('maximises the goodput r(m)/T(m) without a floor, and far from one', () => {
  fc.assert(
    fc.property(knownEstimates, fc.constantFrom(...CANDIDATES), (known, batchSize) => {
      const rule = adaScale();
      const goodput = (m: number): number =>
        rule.factor(m, 16, known, RUN_FACTS) / (known.time.fixedMs + known.time.perExampleMs * m);
      const most = Math.max(...CANDIDATES.map(goodput));
      for (const floor of [{}, { floor: -1e7 }]) {
        const asked = sizeOf(known, { rule, batchSize }, { ...floor, minGain: 1 });
        expect(goodput(asked) / most).toBeCloseTo(1, 6);
      }
    }),
    { numRuns: 200 },
  );
});

describe('holds', () => {
  test('without fresh statistics', () => {
    const reason = 'held until the next measured step';
    expect(decide(ESTIMATES, { rule: adaScale(), observation: plainObservation() })).toEqual({ reason });
  });

  test.each([-1, 0])(
    'with a floor where the drift is %d, for no size helps; a free walk has nothing to lose',
    (drift) => {
      const uphill = { ...ESTIMATES, walk: { ...ESTIMATES.walk, drift } };
      const reason = 'the step leads uphill: no batch size helps';
      expect(decide(uphill, { rule: adaScale() }, { floor: 0 })).toEqual({ reason });
      expect(decide(uphill, { rule: adaScale() })).toEqual(decide(ESTIMATES, { rule: adaScale() }));
    },
  );

  test.each([0.05, 0.1])('at a loss of %d, not above the floor', (loss) => {
    const reason = 'the loss is below its floor 0.1';
    expect(decide({ ...ESTIMATES, loss }, { rule: adaScale() }, { floor: 0.1 })).toEqual({ reason });
  });

  test("where the user's learning rate is 0", () => {
    const changes = { rule: adaScale(), observation: observation({ baseLearningRate: 0 }) };
    for (const floor of [{}, { floor: 0 }]) expect(decide(ESTIMATES, changes, floor).batchSize).toBeUndefined();
  });

  test.each([
    ['loss', 'collecting gradient statistics'],
    ['noise', 'collecting gradient statistics'],
    ['walk', 'collecting gradient statistics'],
    ['time', 'timing the steps'],
  ] as const)('without %s', (name, reason) => {
    const { [name]: _missing, ...estimates } = ESTIMATES;
    expect(decide(estimates, { rule: adaScale() })).toEqual({ reason });
  });

  test('where the gain is under minGain', () => {
    const rule = adaScale();
    expect(decide(ESTIMATES, { rule }, { minGain: 1.5 }).batchSize).toBe(64);
    expect(decide(ESTIMATES, { rule }, { minGain: 1.6 })).toEqual({
      reason: '64 would gain under 1.6x per second, noise scale 100',
    });
  });
});

describe('near the floor', () => {
  /** Noise rules: at small batches the expected loss goes up. */
  const NOISY = { ...ESTIMATES, loss: 0.05, walk: { drift: 1, variance: 1e4, batchSize: 16, degreesOfFreedom: 20 } };

  test('leaves a size at which the loss would rise', () => {
    expect(decide(NOISY, { rule: none() }, { floor: 0, minGain: 1000 })).toMatchObject({
      batchSize: expect.any(Number),
      reason: expect.stringMatching(/^the decrease turns positive at/),
    });
  });

  test('does not say that the decrease turns positive where it does not', () => {
    const hopeless = { ...NOISY, walk: { drift: 1, variance: 1e7, batchSize: 16, degreesOfFreedom: 20 } };
    expect(decide(hopeless, { rule: none() }, { floor: 0 }).reason).toMatch(/^the loss rises least at/);
  });
});

describe('more noise never means a smaller batch', () => {
  /** The same training with every example's gradient noisier by `factor` in variance. */
  const noisier = (known: KnownEstimates, factor: number): KnownEstimates => ({
    ...known,
    noise: {
      ...known.noise,
      noiseScale: known.noise.noiseScale * factor,
      traceOfCovariance: known.noise.traceOfCovariance * factor,
    },
    walk: { ...known.walk, variance: known.walk.variance * factor },
  });
  const factors = fc.double({ min: 1, max: 50, noNaN: true });
  type Case = { readonly known: KnownEstimates; readonly rule: LearningRateRule; readonly floor?: number };
  const expectNoSmaller = ({ known, rule, floor }: Case, factor: number): void => {
    const options = { minGain: 1, ...(floor !== undefined && { floor }) };
    const before = sizeOf(known, { rule }, options);
    expect(sizeOf(noisier(known, factor), { rule }, options)).toBeGreaterThanOrEqual(before);
  };
  const rules = fc.constantFrom(...RULES);

  test.each([
    ['with any rule for the rate, without a floor', fc.record({ known: knownEstimates, rule: rules })],
    [
      'with any rule for the rate, far from the floor',
      fc.record({ known: knownEstimates, rule: rules, floor: fc.constant(-1e12) }),
    ],
    [
      'at the same rate for all sizes, near the floor and far from it',
      fc.record({ known: knownEstimates, rule: fc.constant(none()), floor: fc.constant(0) }),
    ],
  ] as [string, fc.Arbitrary<Case>][])('%s', (_name, cases) => {
    fc.assert(fc.property(cases, factors, expectNoSmaller), { numRuns: 300 });
  });
});

test("looks no lower than the user's rate where the rule goes below it", () => {
  const rule: LearningRateRule = { name: 'halved', factor: (size) => (size === 16 ? 1 : 0.5) };
  expect(sizeOf({ ...ESTIMATES, loss: 1e7 }, { rule, candidates: [16, 17] }, { floor: 0, minGain: 1 })).toBe(16);
});

test("takes the user's rate of the step just done as the base", () => {
  const at = (baseLearningRate: number): number =>
    sizeOf(
      { ...ESTIMATES, loss: 0.3 },
      { rule: adaScale(), observation: observation({ baseLearningRate }) },
      { floor: 0 },
    );
  // The higher rate meets the floor: less of the gain is left to a larger batch.
  expect([at(0.01), at(0.1)]).toEqual([64, 32]);
});

rejects([
  [
    () => gaussianWalk({ floor: Number.NaN }),
    'gaussianWalk: floor',
    'a finite number >= -1.7976931348623157e+308',
    'NaN',
  ],
  [
    () => gaussianWalk({ floor: -Infinity }),
    'gaussianWalk: floor',
    'a finite number >= -1.7976931348623157e+308',
    '-Infinity',
  ],
  [() => gaussianWalk({ minGain: 0.99 }), 'gaussianWalk: minGain', 'a finite number >= 1', '0.99'],
  [() => gaussianWalk({ minGain: Infinity }), 'gaussianWalk: minGain', 'a finite number >= 1', 'Infinity'],
]);
rejectsUnknown('gaussianWalk', gaussianWalk);
