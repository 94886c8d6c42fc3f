import {
  abs,
  add,
  backend,
  div,
  maximum,
  mul,
  type Optimizer,
  pow,
  sqrt,
  square,
  sub,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import { getLearningRate, optimizerName } from '../optimizer-access.js';

type Slots = readonly { readonly variable: Variable }[] | undefined;

/** What the optimizers of TensorFlow.js 4 keep; none of it is in their public types. */
type Internals = {
  readonly momentum: number;
  readonly useNesterov: boolean;
  readonly accumulations: Slots;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly decay: number;
  readonly accBeta1: Variable;
  readonly accBeta2: Variable;
  readonly iteration: Variable;
  readonly centered: boolean;
  readonly initialAccumulatorValue: number;
  readonly accumulatedFirstMoment: Slots;
  readonly accumulatedSecondMoment: Slots;
  readonly accumulatedWeightedInfNorm: Slots;
  readonly accumulatedMeanSquares: Slots;
  readonly accumulatedMeanGrads: Slots;
  readonly accumulatedMoments: Slots;
  readonly accumulatedGrads: Slots;
  readonly accumulatedUpdates: Slots;
};

/** The step that an optimizer is about to make of the gradient of one variable. */
export interface StepDirection {
  /** p: the step over the learning rate. */
  readonly direction: Tensor;
  /** c·D: how far one unit more of fresh gradient moves p; a number where it is the same for every weight. */
  readonly preconditioner: Tensor | number;
}

type Gradient = { readonly gradient: Tensor; readonly index: number };

/** A slot as it stands; one that the optimizer has yet to make holds `initial`. */
function slot(slots: Slots, { gradient, index }: Gradient, initial = 0): Tensor {
  return slots?.[index]?.variable ?? add(mul(gradient, 0), initial);
}

/** a·x + (1 − a)·y. */
function mixed(a: number, x: Tensor, y: Tensor): Tensor {
  return add(mul(x, a), mul(y, 1 - a));
}

/** c·D and c·D·g for optimizers without momentum of their own. */
function scaled(gradient: Tensor, preconditioner: Tensor): StepDirection {
  return { direction: mul(gradient, preconditioner), preconditioner };
}

/** g; ρa + g; with Nesterov g + ρ(ρa + g). */
function momentum({ momentum: rho, useNesterov, accumulations }: Internals, fresh: Gradient): StepDirection {
  const velocity = add(mul(slot(accumulations, fresh), rho), fresh.gradient);
  return useNesterov
    ? { direction: add(mul(velocity, rho), fresh.gradient), preconditioner: 1 + rho }
    : { direction: velocity, preconditioner: 1 };
}

/** Adam and Adamax: p = m/(1 − β₁ᵗ)·D, c = (1 − β₁)/(1 − β₁ᵗ). `accBeta1` is β₁ᵗ until the update is made. */
function firstMoment(internals: Internals, fresh: Gradient, metric: Tensor): StepDirection {
  const { beta1, accBeta1, accumulatedFirstMoment: slots } = internals;
  const corrected = div(metric, sub(1, accBeta1));
  const mean = mixed(beta1, slot(slots, fresh), fresh.gradient);
  return { direction: mul(mean, corrected), preconditioner: mul(corrected, 1 - beta1) };
}

function adam(internals: Internals, fresh: Gradient): StepDirection {
  const { beta2, accBeta2, epsilon, accumulatedSecondMoment } = internals;
  const second = mixed(beta2, slot(accumulatedSecondMoment, fresh), square(fresh.gradient));
  return firstMoment(internals, fresh, div(1, add(sqrt(div(second, sub(1, accBeta2))), epsilon)));
}

function adamax(internals: Internals, fresh: Gradient): StepDirection {
  const { beta2, epsilon, decay, iteration, accumulatedWeightedInfNorm } = internals;
  const largest = maximum(mul(slot(accumulatedWeightedInfNorm, fresh), beta2), abs(fresh.gradient));
  const decayed = add(mul(iteration, decay), 1);
  return firstMoment(internals, fresh, div(1, mul(add(largest, epsilon), decayed)));
}

/** Its momentum gathers steps, rate and all. */
function rmsprop(internals: Internals, fresh: Gradient, rate: number): StepDirection {
  const { decay, epsilon, momentum: rho, centered } = internals;
  const { accumulatedMeanSquares, accumulatedMeanGrads, accumulatedMoments } = internals;
  const meanSquare = mixed(decay, slot(accumulatedMeanSquares, fresh), square(fresh.gradient));
  const subtracted = centered
    ? add(square(mixed(decay, slot(accumulatedMeanGrads, fresh), fresh.gradient)), epsilon)
    : -epsilon;
  const preconditioner = pow(sub(meanSquare, subtracted), -0.5);
  const kept = div(mul(slot(accumulatedMoments, fresh), rho), rate);
  return { direction: add(kept, mul(fresh.gradient, preconditioner)), preconditioner };
}

function adagrad({ accumulatedGrads, initialAccumulatorValue }: Internals, fresh: Gradient): StepDirection {
  const sum = add(slot(accumulatedGrads, fresh, initialAccumulatorValue), square(fresh.gradient));
  return scaled(fresh.gradient, pow(add(sum, backend().epsilon()), -0.5));
}

/** TensorFlow.js divides by the mean of squares as it was before this gradient. */
function adadelta({ epsilon, accumulatedGrads, accumulatedUpdates }: Internals, fresh: Gradient): StepDirection {
  const squares = add(slot(accumulatedGrads, fresh), epsilon);
  const updates = add(slot(accumulatedUpdates, fresh), epsilon);
  return scaled(fresh.gradient, sqrt(div(updates, squares)));
}

const DIRECTIONS: Readonly<Record<string, (internals: Internals, fresh: Gradient, rate: number) => StepDirection>> = {
  Momentum: momentum,
  Adam: adam,
  Adamax: adamax,
  RMSProp: rmsprop,
  Adagrad: adagrad,
  Adadelta: adadelta,
};

/** The optimizers whose step is the gradient itself, or that are not TensorFlow.js's own and are taken so. */
export function isPlain(optimizer: Optimizer): boolean {
  return !Object.hasOwn(DIRECTIONS, optimizerName(optimizer));
}

/** Whether D is 1 for every weight: SGD, momentum, and optimizers that are not TensorFlow.js's own. */
export function isLinear(optimizer: Optimizer): boolean {
  return isPlain(optimizer) || optimizerName(optimizer) === 'Momentum';
}

/**
 * The step that the optimizer will make of `gradient`, read off its state before the update, as TensorFlow.js 4 words it. Call within a tidy.
 * @param index place of the variable among those of the update, which is that of its slots
 */
export function stepDirection(optimizer: Optimizer, gradient: Tensor, index: number): StepDirection {
  const direction = DIRECTIONS[optimizerName(optimizer)];
  if (direction === undefined) return { direction: gradient, preconditioner: 1 };
  // A rate of 0 moves nothing, whatever it is divided by.
  const rate = getLearningRate(optimizer) || 1;
  return direction(optimizer as unknown as Internals, { gradient, index }, rate);
}
