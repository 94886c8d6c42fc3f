import fc from 'fast-check';
import type { DecisionOptions } from '../../src/assembly/options.js';
import { clamped, cooled, informed, laddered, ramped, steadied } from '../../src/combinators/index.js';
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
import { fixed, gaussianWalk, gaussianWalkWithRebound } from '../../src/policies/index.js';
import { bottou, constant, cosine, inverseTime, step } from '../../src/schedules/index.js';

const factor = fc.double({ min: 1.01, max: 8, noNaN: true });
/** JSON has no -0. */
const floor = fc.double({ min: -2, max: 2, noNaN: true }).map((x) => x + 0);

/** Each of the package's policies with options of every kind; by its name, so that a new one is missed. */
export const anyLeaf: Record<string, fc.Arbitrary<Policy>> = {
  fixed: fc.option(fc.integer({ min: 1, max: 2000 }), { nil: undefined }).map((size) => fixed(size) as Policy),
  gaussianWalk: fc
    .record({ floor, minGain: fc.double({ min: 1, max: 1.5, noNaN: true }) }, { requiredKeys: [] })
    .map((options) => gaussianWalk(options) as Policy),
  gaussianWalkWithRebound: fc
    .record({ floor, drawSize: fc.integer({ min: 2, max: 99 }), sequential: fc.boolean() }, { requiredKeys: [] })
    .map((options) => gaussianWalkWithRebound(options) as Policy),
};

type Wrap = (policy: Policy) => Policy;

/** Each of the package's combinators, likewise. */
export const anyWrap: Record<string, fc.Arbitrary<Wrap>> = {
  clamped: fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 4000 })).map(
    ([min, range]) =>
      (policy) =>
        clamped(policy, { min, max: min + range }),
  ),
  cooled: fc.integer({ min: 1, max: 20 }).map((steps) => (policy) => cooled(policy, { steps }) as unknown as Policy),
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
  ramped: factor.map((by) => (policy) => ramped(policy, { factor: by })),
  steadied: factor.map((by) => (policy) => steadied(policy, { factor: by })),
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
