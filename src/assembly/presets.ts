import { checkCount, checkGreater, checkKeys } from '../core/checks.js';
import { wholePower } from '../core/power.js';
import type { Span } from '../core/span.js';
import { none } from '../learning-rates/index.js';
import { gaussianWalkWithRebound, growOnPlateau, lossDamping, type RampUp, stages } from '../policies/index.js';
import type { DecisionOptions } from './options.js';

/** Batch-adaptive SGD, as published: Algorithm 1 at every update, with the learning rate left alone. */
function batchAdaptive(): DecisionOptions {
  return {
    policy: gaussianWalkWithRebound({ floor: 0, drawSize: 32, sequential: true }),
    learningRate: none(),
    measure: { every: 1 },
  };
}

/**
 * BA-SGD: draw 32 examples at a time until the batch is as large as the Gaussian walk with rebound asks for, m* = argmax (s − E_m(s'))/m, then
 * update. For an optimizer of plain SGD.
 *
 * Fixed by the paper: m0 = 32, S* = 0, at most the whole data set, a constant rate, statistics of the batch at hand alone.
 * Chosen here: the paper takes the variance over single examples; each draw is cut in two here, and the variance is that between the halves.
 * @example adaptiveBatch(model, presets.baSgd())
 * @see Yin, Luo, Nakamura, "Small Batch or Large Batch? Gaussian Walk with Rebound Can Teach", KDD 2017, Algorithm 1
 */
export function baSgd(): DecisionOptions {
  return batchAdaptive();
}

/**
 * BA-Momentum: as {@link baSgd}, with μ = gᵀP for the step P = ρP_before + g. For an optimizer of the kind momentum, in the paper at ρ = 0.9; the
 * step is read from the optimizer, so the options are the same.
 * @example adaptiveBatch(model, { ...presets.baMomentum(), log: 'run.jsonl' })
 * @see Chen, Wu, Luo 2018, "On Batch Adaptive Training for Deep Learning", eq. 13 to 15
 */
export function baMomentum(): DecisionOptions {
  return batchAdaptive();
}

/** Options of {@link dontDecay}. */
export interface DontDecayOptions {
  /** Epochs at which the schedule of the rate would divide it, ascending, whole numbers >= 1. @defaultValue [60, 120, 160] */
  readonly milestones?: readonly number[];
  /** What it would divide the rate by; > 1. @defaultValue 5 */
  readonly factor?: number;
}

/**
 * Do not decay the rate: at each milestone the batch is multiplied by what the schedule would divide the rate by.
 *
 * Fixed by the paper, for its wide ResNet on CIFAR-10: factor 5 at epochs 60, 120 and 160 of 200, from a batch of 128, the rate constant;
 * where the batch can grow no more the rate is divided instead, here by whatever part of the factor is left. Chosen here: the largest batch is
 * that of the package, an eighth of the data or 64 times the base; the paper advises about a tenth of the data. `maxBatchSize` moves it.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { ...presets.dontDecay({ milestones: [30, 45] }), maxBatchSize: 5000 })
 * @see Smith et al. 2018, "Don't decay the learning rate, increase the batch size", arXiv 1711.00489, section 5.1
 */
export function dontDecay(options: DontDecayOptions = {}): DecisionOptions {
  checkKeys('dontDecay', options, ['milestones', 'factor']);
  const { milestones = [60, 120, 160], factor = 5 } = options;
  checkGreater('dontDecay: factor', factor, 1);
  const at = milestones.map((epochs, i) => ({
    epochs: checkCount(`dontDecay: milestones[${i}]`, epochs),
    batchFactor: wholePower(factor, i + 1),
  }));
  return { policy: stages({ at }), learningRate: none(), ladder: factor };
}

/** Options of {@link dontDecayOnPlateau}. */
export interface DontDecayOnPlateauOptions {
  /** What the plateau scheduler would divide the rate by; > 1. @defaultValue 5 */
  readonly factor?: number;
  /** How long it would wait for a new best; whole epochs or examples, >= 1. @defaultValue {"epochs":10} */
  readonly patience?: Span;
}

/**
 * The same for a rate that a plateau scheduler would cut: where it would, the batch grows by the factor.
 *
 * Fixed by the paper: the exchange of one for the other, and its factor 5. Chosen here: what counts as a plateau, by the usual settings of such
 * schedulers: 10 epochs without a loss lower by a ten-thousandth of it, no cooldown. The largest batch is as in {@link dontDecay}.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, presets.dontDecayOnPlateau({ factor: 2 }))
 * @see Smith et al. 2018, "Don't decay the learning rate, increase the batch size", arXiv 1711.00489
 */
export function dontDecayOnPlateau(options: DontDecayOnPlateauOptions = {}): DecisionOptions {
  checkKeys('dontDecayOnPlateau', options, ['factor', 'patience']);
  const { factor = 5, patience = { epochs: 10 } } = options;
  const policy = growOnPlateau({ factor, patience, minDelta: 1e-4 });
  return { policy, learningRate: none(), ladder: factor };
}

/**
 * AdaBatch: every 20 epochs the batch is doubled and the rate multiplied by 0.75, so that the rate an example falls by 0.375, as it does in the
 * runs of a fixed batch that the paper compares with.
 *
 * Fixed by the paper, for CIFAR over 100 epochs from a batch of 128 and more: all three numbers. Chosen here: where the batch has reached the
 * largest size (an eighth of the data or 64 times the base; `maxBatchSize` moves it) the rate falls by 0.375 instead, as for a fixed batch.
 * The paper's warm-up of the rate for large first batches is left to a schedule.
 * @example adaptiveBatch(model, presets.adaBatch())
 * @see Devarakonda, Naumov, Garland 2017, "AdaBatch: Adaptive Batch Sizes for Training Deep Neural Networks", arXiv 1712.02029
 */
export function adaBatch(): DecisionOptions {
  const policy = stages({ every: { epochs: 20 }, batchFactor: 2, rateFactor: 0.75 });
  return { policy, learningRate: none() };
}

/** Options of {@link adaDamp}. */
export interface AdaDampOptions {
  /** F*, the least loss that can be reached; finite. @defaultValue 0 */
  readonly floor?: number;
}

/**
 * AdaDamp: B = ceil(B0·(F0 − F*)/(F − F*)), to the example; past the largest batch η = η0·B_max/B.
 *
 * Fixed by the paper: the formula, and the rate past the bound. Chosen here: F is the smoothed training loss in place of the loss over all data,
 * which costs a pass over them; F0 is that of the first 256 examples; B_max is the largest candidate, at an eighth of the data or 64 times
 * the base at most; `maxBatchSize` moves it. Many sizes mean many tensor shapes: `policy: lossDamping()` keeps to a few.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, presets.adaDamp({ floor: 0.05 }))
 * @see Sievert 2019, "Improving the convergence of SGD through adaptive batch sizes", arXiv 1910.08222
 */
export function adaDamp(options: AdaDampOptions = {}): DecisionOptions {
  checkKeys('adaDamp', options, ['floor']);
  const { floor = 0 } = options;
  return { policy: lossDamping({ floor, exact: true }), learningRate: none() };
}

/**
 * Megatron-LM's `--rampup-batch-size 16 8 300000`: from 16 examples up to the base batch size, 8 more at a time, over 300,000 examples in
 * equal parts; the rate left to its own schedule.
 *
 * Fixed by the program: the form; the three numbers are those of its documentation. Chosen here: a base that is no whole number of increments
 * away, which Megatron refuses, is reached by a shorter last one.
 * @param ramp other numbers; `to` is the base batch size unless given
 * @throws RangeError if one lies outside its range
 * @example adaptiveBatch(model, presets.megatronRampUp({ from: 32, increment: 32, examples: 1_000_000 }))
 * @see Shoeybi et al. 2019, "Megatron-LM", arXiv 1909.08053, and its option `--rampup-batch-size`
 */
export function megatronRampUp(ramp: Partial<RampUp> = {}): DecisionOptions {
  const policy = stages({ ramp: { from: 16, increment: 8, examples: 300_000, ...ramp } });
  return { policy, learningRate: none() };
}
