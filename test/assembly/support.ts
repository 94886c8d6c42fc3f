import fc from 'fast-check';
import type { DecisionOptions } from '../../src/assembly/options.js';
import {
  asLearningRate,
  batchNormFloor,
  clamped,
  cooled,
  followed,
  generalizationGuard,
  informed,
  laddered,
  lossMatched,
  maxOf,
  minOf,
  noiseKept,
  oscillationDamped,
  ramped,
  steadied,
  traced,
  warmedUp,
} from '../../src/combinators/index.js';
import type { LearningRateRule, LearningRateSchedule, Policy } from '../../src/core/types.js';
import {
  adamSquareRoot,
  adaScale,
  linear,
  noiseMatched,
  none,
  squareRoot,
  surge,
} from '../../src/learning-rates/index.js';
import {
  cabs,
  fixed,
  gaussianWalk,
  gaussianWalkWithRebound,
  goodput,
  gradientDiversity,
  gradientSimilarity,
  growOnPlateau,
  growWhenStationary,
  innerProductTest,
  lossDamping,
  noiseScale,
  normTest,
  progressRate,
  smallBatch,
  stages,
  throughputKnee,
} from '../../src/policies/index.js';
import { bottou, constant, cosine, inverseTime, step } from '../../src/schedules/index.js';

const factor = fc.double({ min: 1.01, max: 8, noNaN: true });
/** JSON has no -0. */
const floor = fc.double({ min: -2, max: 2, noNaN: true }).map((x) => x + 0);

const positive = fc.double({ min: 0.05, max: 20, noNaN: true });

/** Each of the package's policies with options of every kind; by its name, so that a new one is missed. */
export const anyLeaf: Record<string, fc.Arbitrary<Policy>> = {
  cabs: fc.record({ factor: positive, floor }, { requiredKeys: [] }).map((options) => cabs(options) as Policy),
  fixed: fc.option(fc.integer({ min: 1, max: 2000 }), { nil: undefined }).map((size) => fixed(size) as Policy),
  gaussianWalk: fc
    .record({ floor, minGain: fc.double({ min: 1, max: 1.5, noNaN: true }) }, { requiredKeys: [] })
    .map((options) => gaussianWalk(options) as Policy),
  gaussianWalkWithRebound: fc
    .record({ floor, drawSize: fc.integer({ min: 2, max: 99 }), sequential: fc.boolean() }, { requiredKeys: [] })
    .map((options) => gaussianWalkWithRebound(options) as Policy),
  growOnPlateau: fc
    .record(
      {
        factor,
        patience: fc.oneof(
          fc.record({ epochs: fc.integer({ min: 1, max: 3 }) }),
          fc.record({ examples: fc.integer({ min: 1, max: 900 }) }),
        ),
        minDelta: fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x + 0),
      },
      { requiredKeys: [] },
    )
    .map((options) => growOnPlateau(options) as unknown as Policy),
  lossDamping: fc
    .record({ floor, settle: fc.integer({ min: 1, max: 900 }), exact: fc.boolean() }, { requiredKeys: [] })
    .map((options) => lossDamping(options) as unknown as Policy),
  smallBatch: fc
    .record(
      {
        min: fc.integer({ min: 1, max: 32 }),
        efficiency: fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x + 0),
      },
      { requiredKeys: [] },
    )
    .map((options) => smallBatch(options) as Policy),
  stages: fc
    .oneof(
      fc.record(
        { every: fc.record({ examples: fc.integer({ min: 1, max: 900 }) }), batchFactor: factor, rateFactor: factor },
        { requiredKeys: [] },
      ),
      fc.record({ batchFactor: factor, learningRateScale: factor }).map((stage) => ({ at: [{ epochs: 2, ...stage }] })),
      fc
        .record({ from: fc.integer({ min: 1, max: 99 }), increment: fc.integer({ min: 1, max: 99 }) })
        .map((ramp) => ({ ramp: { ...ramp, examples: 2000 } })),
    )
    .map((options) => stages(options) as Policy),
  throughputKnee: fc
    .record({ share: fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x + 0) }, { requiredKeys: [] })
    .map((options) => throughputKnee(options) as Policy),
  goodput: fc
    .record({ minGain: fc.double({ min: 1, max: 1.5, noNaN: true }) }, { requiredKeys: [] })
    .map((options) => goodput(options) as Policy),
  gradientDiversity: fc
    .record({ factor: positive, atEpochEnds: fc.boolean() }, { requiredKeys: [] })
    .map((options) => gradientDiversity(options) as unknown as Policy),
  gradientSimilarity: fc
    .record(
      {
        target: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        grow: fc.double({ min: 1, max: 4, noNaN: true }),
        shrink: fc.double({ min: 0.2, max: 1, noNaN: true }),
      },
      { requiredKeys: [] },
    )
    .map((options) => gradientSimilarity(options) as unknown as Policy),
  innerProductTest: fc
    .record({ theta: positive, nu: positive, shrink: fc.boolean() }, { requiredKeys: [] })
    .map((options) => innerProductTest(options) as Policy),
  noiseScale: fc.record({ factor: positive }, { requiredKeys: [] }).map((options) => noiseScale(options) as Policy),
  normTest: fc
    .record({ theta: positive, shrink: fc.boolean() }, { requiredKeys: [] })
    .map((options) => normTest(options) as Policy),
  growWhenStationary: fc
    .record(
      {
        test: fc.constantFrom('pflug', 'yaida', 'sasa'),
        window: fc.integer({ min: 10, max: 4000 }),
        confidence: fc.double({ min: 0.5, max: 0.98, noNaN: true }),
        tolerance: fc.double({ min: 0.01, max: 3, noNaN: true }),
        needsFlatLoss: fc.boolean(),
        factor,
      },
      { requiredKeys: [] },
    )
    .map((options) => growWhenStationary(options) as unknown as Policy),
  progressRate: fc
    .record(
      {
        window: fc.integer({ min: 10, max: 2000 }),
        rest: fc.integer({ min: 0, max: 2000 }),
        evidence: fc.double({ min: 0.1, max: 3, noNaN: true }),
        floor,
      },
      { requiredKeys: [] },
    )
    .map((options) => progressRate(options) as unknown as Policy),
};

const count = (max: number) => fc.integer({ min: 1, max });
const share = fc.double({ min: 0.01, max: 1, noNaN: true });

type Wrap = (policy: Policy) => Policy;

/** Each of the package's combinators, likewise. */
export const anyWrap: Record<string, fc.Arbitrary<Wrap>> = {
  asLearningRate: fc
    .record(
      {
        leastScale: fc.double({ min: 1e-3, max: 1, noNaN: true }),
        mostScale: fc.double({ min: 1, max: 8, noNaN: true }),
      },
      { requiredKeys: [] },
    )
    .map((options) => (policy) => asLearningRate(policy, options) as unknown as Policy),
  batchNormFloor: fc.integer({ min: 1, max: 300 }).map((min) => (policy) => batchNormFloor(policy, { min })),
  clamped: fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 4000 })).map(
    ([min, range]) =>
      (policy) =>
        clamped(policy, { min, max: min + range }),
  ),
  cooled: fc.integer({ min: 1, max: 20 }).map((steps) => (policy) => cooled(policy, { steps }) as unknown as Policy),
  followed: fc
    .tuple(
      fc.record({ afterExamples: count(2000) }),
      fc.record({ afterEpochs: count(5), belowLoss: floor, atLargestFor: count(900) }, { requiredKeys: [] }),
    )
    .map(
      ([needed, more]) =>
        (policy) =>
          followed([policy, fixed(24)], { ...needed, ...more }) as unknown as Policy,
    ),
  generalizationGuard: fc
    .record({ tolerance: share, evaluations: count(3), rest: count(4) }, { requiredKeys: [] })
    .map((options) => (policy) => generalizationGuard(policy, options) as unknown as Policy),
  informed: fc
    .record(
      {
        degreesOfFreedom: fc.double({ min: 0.1, max: 100, noNaN: true }),
        relativeError: fc.double({ min: 0.01, max: 3, noNaN: true }),
      },
      { requiredKeys: [] },
    )
    .map((options) => (policy) => informed(policy, options)),
  laddered: factor.map((by) => (policy) => laddered(policy, { factor: by })),
  lossMatched: fc
    .record(
      {
        share,
        floor: fc.oneof(floor, fc.constant('estimated' as const)),
        most: factor,
        window: count(400),
      },
      { requiredKeys: [] },
    )
    .map((options) => (policy) => lossMatched(policy, options) as unknown as Policy),
  maxOf: fc.integer({ min: 1, max: 200 }).map((size) => (policy) => maxOf([policy, fixed(size)]) as unknown as Policy),
  minOf: fc.integer({ min: 1, max: 200 }).map((size) => (policy) => minOf([fixed(size), policy]) as unknown as Policy),
  noiseKept: fc
    .record(
      { window: count(400), flatness: share, smallness: share, factor, attempts: count(3), mostScale: factor },
      { requiredKeys: [] },
    )
    .map((options) => (policy) => noiseKept(policy, options) as unknown as Policy),
  oscillationDamped: fc
    .record(
      { window: count(400), evidence: share, factor, most: fc.double({ min: 8, max: 64, noNaN: true }) },
      { requiredKeys: [] },
    )
    .map((options) => (policy) => oscillationDamped(policy, options) as unknown as Policy),
  ramped: factor.map((by) => (policy) => ramped(policy, { factor: by })),
  steadied: factor.map((by) => (policy) => steadied(policy, { factor: by })),
  traced: fc.constantFrom({}, { label: 'within' }).map((options) => (policy) => traced(policy, options)),
  warmedUp: fc
    .tuple(
      fc.oneof(fc.record({ examples: count(3000) }), fc.record({ epochs: factor })),
      fc.record({ factor: share }, { requiredKeys: [] }),
    )
    .map(
      ([length, ramp]) =>
        (policy) =>
          warmedUp(policy, { ...length, ...ramp }) as unknown as Policy,
    ),
};

/** Each of the package's learning-rate rules, likewise. */
export const anyRule: Record<string, fc.Arbitrary<LearningRateRule>> = {
  adaScale: fc.double({ min: 0, max: 1, noNaN: true }).map((power) => adaScale({ power: power + 0 })),
  adamSquareRoot: fc.constant(adamSquareRoot()),
  linear: fc.constant(linear()),
  noiseMatched: fc
    .option(fc.double({ min: 1e-3, max: 0.9, noNaN: true }), { nil: undefined })
    .map((mostShare) => noiseMatched(mostShare === undefined ? {} : { mostShare })),
  none: fc.constant(none()),
  squareRoot: fc.constant(squareRoot()),
  surge: fc.constant(surge()),
};

const clock = fc.constantFrom('examples' as const, 'gainedExamples' as const);
const examples = fc.double({ min: 1, max: 1e5, noNaN: true });
const least = fc.double({ min: 1e-6, max: 1, noNaN: true });
const lengths = fc.record({ examples });

/** Each of the package's schedules, likewise; lengths in examples, so that they serve every run. */
export const anySchedule: Record<string, fc.Arbitrary<LearningRateSchedule>> = {
  bottou: fc
    .record({ lambda: fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x + 0), clock }, { requiredKeys: [] })
    .map(bottou),
  constant: fc.constant(constant()),
  cosine: fc.record({ examples, floor: least, clock }, { requiredKeys: ['examples'] }).map(cosine),
  inverseTime: fc
    .record(
      { over: lengths, decay: fc.double({ min: 0, max: 100, noNaN: true }).map((x) => x + 0), clock },
      { requiredKeys: ['over'] },
    )
    .map(inverseTime),
  step: fc.oneof(
    fc
      .record(
        { every: lengths, factor: fc.double({ min: 1e-3, max: 1, noNaN: true }), floor: least, clock },
        { requiredKeys: ['every'] },
      )
      .map(step),
    fc.record({ at: fc.array(lengths, { minLength: 1, maxLength: 4 }), clock }, { requiredKeys: ['at'] }).map(step),
  ),
};

/** Policies of this package, wrapped up to three deep. */
export const anyPolicy: fc.Arbitrary<Policy> = fc
  .tuple(fc.oneof(...Object.values(anyLeaf)), fc.array(fc.oneof(...Object.values(anyWrap)), { maxLength: 3 }))
  .map(([leaf, wraps]) => wraps.reduce((policy, wrap) => wrap(policy), leaf));

/** Decision options of every kind, all of this package's making, for runs with Adam too. */
export const anyOptions: fc.Arbitrary<DecisionOptions> = fc.record(
  {
    policy: anyPolicy,
    learningRate: fc.oneof(...Object.values(anyRule)),
    schedule: fc.oneof(...Object.values(anySchedule)),
    minBatchSize: fc.integer({ min: 1, max: 64 }),
    maxBatchSize: fc.integer({ min: 64, max: 4000 }),
    minLearningRate: fc.double({ min: 1e-9, max: 0.01, noNaN: true }),
    maxLearningRate: fc.double({ min: 0.01, max: 1, noNaN: true }),
    ladder: factor,
    memory: fc.double({ min: 1, max: 1e5, noNaN: true }),
    measure: fc.oneof(
      fc.record({ every: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ budget: fc.double({ min: 1e-3, max: 1, noNaN: true }) }),
      fc.record({
        route: fc.constantFrom(
          ...(['auto', 'microBatches', 'closedForm', 'randomSigns', 'perExample', 'temporal'] as const),
        ),
        layers: fc.boolean(),
      }),
    ),
  },
  { requiredKeys: [] },
);
