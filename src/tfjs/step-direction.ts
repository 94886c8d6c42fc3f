import { add, div, mul, type Optimizer, pow, sqrt, sub, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { optimizerName } from './optimizer-access.js';

type Slot = { readonly variable: Variable };

/** What the optimizers of TensorFlow.js 4 keep; none of it is in their public types. */
type Internals = {
  readonly momentum?: number;
  readonly useNesterov?: boolean;
  readonly accumulations?: readonly Slot[];
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly decay: number;
  readonly accBeta1: Variable;
  readonly accBeta2: Variable;
  readonly iteration: Variable;
  readonly accumulatedSecondMoment: readonly Slot[];
  readonly accumulatedWeightedInfNorm: readonly Slot[];
  readonly accumulatedMeanSquares: readonly Slot[];
  readonly accumulatedMeanGrads: readonly Slot[];
  readonly centered?: boolean;
  readonly accumulatedGrads: readonly Slot[];
  readonly accumulatedUpdates: readonly Slot[];
};

function internals(optimizer: Optimizer): Internals {
  return optimizer as unknown as Internals;
}

/** c·D per variable: the share of the step direction that one unit of fresh gradient makes. */
export type Preconditioner = (index: number) => Tensor;

/** Whether {@link linearDirection} knows the optimizer; the step of the others is read from the weights. */
export function isLinear(optimizer: Optimizer): boolean {
  return ['SGD', 'Momentum'].includes(optimizerName(optimizer));
}

/** p of SGD and momentum, from the optimizer's state before the update: g, ρa + g, or with Nesterov g + ρ(ρa + g). */
export function linearDirection(optimizer: Optimizer, gradient: Tensor, index: number): Tensor {
  if (optimizerName(optimizer) === 'SGD') return gradient;
  const { momentum = 0, useNesterov, accumulations } = internals(optimizer);
  const slot = accumulations?.[index];
  const velocity = slot === undefined ? gradient : add(mul(slot.variable, momentum), gradient);
  return useNesterov === true ? add(mul(velocity, momentum), gradient) : velocity;
}

/** c for SGD and momentum, whose D is 1: 1, with Nesterov 1 + ρ. */
export function linearShare(optimizer: Optimizer): number {
  const { momentum = 0, useNesterov } = internals(optimizer);
  return useNesterov === true ? 1 + momentum : 1;
}

/** Whether {@link capturePreconditioner} knows the optimizer; SGD, momentum and strangers have D = 1. */
export function isPreconditioned(optimizer: Optimizer): boolean {
  return Object.hasOwn(CAPTURES, optimizerName(optimizer));
}

/** Reads D off the state after the update, which is what divided the gradient. */
function adam(optimizer: Optimizer): Preconditioner {
  const { beta1, beta2, epsilon, accBeta1, accBeta2, accumulatedSecondMoment } = internals(optimizer);
  // The update has already multiplied the powers on: accBeta = βᵗ⁺¹.
  const share = div(1 - beta1, sub(1, div(accBeta1, beta1)));
  const correction = sub(1, div(accBeta2, beta2));
  return (index) => div(share, add(sqrt(div((accumulatedSecondMoment[index] as Slot).variable, correction)), epsilon));
}

function adamax(optimizer: Optimizer): Preconditioner {
  const { beta1, epsilon, decay, accBeta1, iteration, accumulatedWeightedInfNorm } = internals(optimizer);
  const decayed = add(mul(sub(iteration, 1), decay), 1);
  const share = div(div(1 - beta1, sub(1, div(accBeta1, beta1))), decayed);
  return (index) => div(share, add((accumulatedWeightedInfNorm[index] as Slot).variable, epsilon));
}

function rmsprop(optimizer: Optimizer): Preconditioner {
  const { epsilon, accumulatedMeanSquares, accumulatedMeanGrads, centered } = internals(optimizer);
  return (index) => {
    const meanSquare = (accumulatedMeanSquares[index] as Slot).variable;
    if (centered !== true) return pow(add(meanSquare, epsilon), -0.5);
    const mean = (accumulatedMeanGrads[index] as Slot).variable;
    return pow(sub(meanSquare, add(mul(mean, mean), epsilon)), -0.5);
  };
}

function adagrad(optimizer: Optimizer, backendEpsilon: number): Preconditioner {
  const { accumulatedGrads } = internals(optimizer);
  return (index) => pow(add((accumulatedGrads[index] as Slot).variable, backendEpsilon), -0.5);
}

/** TensorFlow.js divides by the sums as they were before the update, so a snapshot is taken then. */
function adadelta(optimizer: Optimizer, before: ReadonlyMap<Variable, Tensor>): Preconditioner {
  const { epsilon, accumulatedGrads, accumulatedUpdates } = internals(optimizer);
  return (index) => {
    const sums = before.get((accumulatedGrads[index] as Slot).variable);
    const updates = before.get((accumulatedUpdates[index] as Slot).variable);
    const slot = (accumulatedGrads[index] as Slot).variable;
    // No snapshot: the slots were made, as zeros, in this very update.
    if (sums === undefined || updates === undefined) return add(mul(slot, 0), 1);
    return sqrt(div(add(updates, epsilon), add(sums, epsilon)));
  };
}

type Capture = (optimizer: Optimizer, before: ReadonlyMap<Variable, Tensor>, backendEpsilon: number) => Preconditioner;

const CAPTURES: Readonly<Record<string, Capture>> = {
  Adam: adam,
  Adamax: adamax,
  RMSProp: rmsprop,
  Adagrad: (optimizer, _before, backendEpsilon) => adagrad(optimizer, backendEpsilon),
  Adadelta: adadelta,
};

/** Clones (no copies: the backend shares the data) of the slots that the update will overwrite and that D is made of. */
export function snapshotSlots(optimizer: Optimizer): Map<Variable, Tensor> {
  const snapshot = new Map<Variable, Tensor>();
  if (optimizerName(optimizer) !== 'Adadelta') return snapshot;
  const { accumulatedGrads, accumulatedUpdates } = internals(optimizer);
  for (const { variable } of [...accumulatedGrads, ...accumulatedUpdates]) snapshot.set(variable, variable.clone());
  return snapshot;
}

/** c·D of the update just made. Call within a tidy. @param before of {@link snapshotSlots} before the update */
export function capturePreconditioner(
  optimizer: Optimizer,
  before: ReadonlyMap<Variable, Tensor>,
  backendEpsilon: number,
): Preconditioner {
  const capture = CAPTURES[optimizerName(optimizer)] as Capture;
  return capture(optimizer, before, backendEpsilon);
}
