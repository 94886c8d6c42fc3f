import * as tf from '@tensorflow/tfjs';
import {
  type AdaptiveBatchOptions,
  adamSquareRoot,
  adaScale,
  cabs,
  cooled,
  fixed,
  gaussianWalk,
  gaussianWalkWithRebound,
  goodput,
  gradientDiversity,
  gradientSimilarity,
  growOnPlateau,
  growWhenStationary,
  innerProductTest,
  type LearningRateRule,
  linear,
  lossDamping,
  noiseMatched,
  noiseScale,
  none,
  normTest,
  progressRate,
  ramped,
  smallBatch,
  squareRoot,
  stages,
  surge,
  throughputKnee,
} from 'tfjs-adaptive-batch';
import type * as learningRates from '../../src/learning-rates/index.js';
import type * as policies from '../../src/policies/index.js';

/** An optimizer at its rate, and its name. */
export interface Stepper {
  readonly says: string;
  readonly create: () => tf.Optimizer;
}

/** One training to draw. */
export interface Shown {
  readonly options: AdaptiveBatchOptions;
  /** @defaultValue {@link TUNED} */
  readonly optimizer?: Stepper;
  /** The policy in words. @defaultValue as on the command line */
  readonly says?: string;
  /** Share of the examples to evaluate with. @defaultValue 0 */
  readonly validationSplit?: number;
}

function momentum(learningRate: number): Stepper {
  return { says: `momentum 0.9 at ${learningRate}`, create: () => tf.train.momentum(learningRate, 0.9) };
}

/** At the rate tuned for batches of 16. */
export const TUNED = momentum(0.08);
const ADAM: Stepper = { says: 'Adam at 0.003', create: () => tf.train.adam(0.003) };

/** A policy's own training. Where it is made for another rule than the default, that is taken. */
const POLICIES: Readonly<Record<keyof typeof policies, Shown>> = {
  cabs: { options: { policy: cooled(cabs()), learningRate: none() } },
  fixed: { options: { policy: fixed(64) } },
  gaussianWalk: { options: { policy: cooled(ramped(gaussianWalk())) } },
  gaussianWalkWithRebound: { options: { policy: gaussianWalkWithRebound(), learningRate: none() } },
  goodput: { options: { policy: cooled(goodput()) } },
  gradientDiversity: { options: { policy: gradientDiversity() } },
  gradientSimilarity: { options: { policy: gradientSimilarity(), measure: { every: 4 } } },
  growOnPlateau: {
    options: { policy: growOnPlateau({ factor: 2, patience: { epochs: 3 } }), learningRate: none() },
    validationSplit: 0.2,
  },
  growWhenStationary: {
    options: { policy: growWhenStationary({ window: 4000 }), learningRate: none(), measure: { every: 4 } },
    // At the tuned rate the loss never rests.
    optimizer: momentum(0.3),
  },
  innerProductTest: { options: { policy: cooled(innerProductTest()) } },
  lossDamping: { options: { policy: lossDamping(), learningRate: none() } },
  noiseScale: { options: { policy: cooled(noiseScale()) } },
  normTest: { options: { policy: cooled(normTest()) } },
  progressRate: { options: { policy: progressRate({ window: 3000, rest: 10_000 }) } },
  smallBatch: { options: { policy: smallBatch(), learningRate: linear(), minBatchSize: 2 } },
  stages: { options: { policy: stages({ every: { epochs: 8 } }), learningRate: none() } },
  throughputKnee: { options: { policy: throughputKnee() } },
};

/** The same growth for every rule: twofold after 8, 16 and 24 epochs, and no guard, so that the rule's own course shows. */
function grown(learningRate: LearningRateRule, optimizer = TUNED): Shown {
  const at = [2, 4, 8].map((batchFactor, i) => ({ epochs: 8 * (i + 1), batchFactor }));
  const options = { policy: stages({ at }), learningRate, rateGuard: false };
  return { options, optimizer, says: 'batch x2, x4, x8 after 8, 16, 24 epochs' };
}

const RULES: Readonly<Record<keyof typeof learningRates, Shown>> = {
  adaScale: grown(adaScale({ reach: 'optimizer' })),
  adamSquareRoot: grown(adamSquareRoot(), ADAM),
  linear: grown(linear()),
  noiseMatched: grown(noiseMatched()),
  none: grown(none()),
  squareRoot: grown(squareRoot()),
  surge: grown(surge(), ADAM),
};

/** The trainings to draw, by the unit that each is of. */
export const SHOWN: Readonly<Record<string, Shown>> = { ...POLICIES, ...RULES };
