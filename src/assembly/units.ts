import type * as combinatorIndex from '../combinators/index.js';
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
} from '../combinators/index.js';
import type * as learningRateIndex from '../learning-rates/index.js';
import { adamSquareRoot, adaScale, linear, noiseMatched, none, squareRoot, surge } from '../learning-rates/index.js';
import type * as policyIndex from '../policies/index.js';
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
} from '../policies/index.js';
import type * as scheduleIndex from '../schedules/index.js';
import { bottou, constant, cosine, inverseTime, step } from '../schedules/index.js';

/*
 * The units by name, for descriptions in JSON. Plain objects rather than the indexes as namespaces: a bundler keeps a namespace that is looked up by name in
 * every page, and drops these from one that needs no descriptions. The types hold them to the indexes.
 */

/** All policies. */
export const POLICIES: typeof policyIndex = {
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
};

/** All combinators. */
export const COMBINATORS: typeof combinatorIndex = {
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
};

/** All learning-rate rules. */
export const LEARNING_RATES: typeof learningRateIndex = {
  adaScale,
  adamSquareRoot,
  linear,
  noiseMatched,
  none,
  squareRoot,
  surge,
};

/** All schedules. */
export const SCHEDULES: typeof scheduleIndex = {
  bottou,
  constant,
  cosine,
  inverseTime,
  step,
};
