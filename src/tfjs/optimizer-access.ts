import type { Optimizer } from '@tensorflow/tfjs-core';
import type { AdamParameters, JsonObject, OptimizerKind, RunFacts } from '../core/types.js';

type RateAccess = { learningRate?: unknown; setLearningRate?: (rate: number) => void };

/** The optimizer's class, as TensorFlow.js serializes it: 'SGD', 'Momentum', 'Adam', … */
export function optimizerName(optimizer: Optimizer): string {
  return typeof optimizer.getClassName === 'function' ? optimizer.getClassName() : optimizer.constructor.name;
}

const KINDS: ReadonlyMap<string, OptimizerKind> = new Map([
  ['SGD', 'sgd'],
  ['Momentum', 'momentum'],
  ['Adam', 'adaptive'],
  ['Adamax', 'adaptive'],
  ['RMSProp', 'adaptive'],
  ['Adagrad', 'adaptive'],
  ['Adadelta', 'adaptive'],
]);

/** How the optimizer makes its step of the gradient; undefined for one that is not TensorFlow.js's own. */
export function optimizerKind(optimizer: Optimizer): OptimizerKind | undefined {
  return KINDS.get(optimizerName(optimizer));
}

/** The optimizer's learning rate; undefined where it shows none. */
export function getLearningRate(optimizer: Optimizer): number | undefined {
  const { learningRate } = optimizer as unknown as RateAccess;
  return typeof learningRate === 'number' ? learningRate : undefined;
}

/**
 * Sets the learning rate, by the way that has an effect: SGD and momentum keep a copy that only `setLearningRate` renews, the others
 * read the property at each step.
 */
export function setLearningRate(optimizer: Optimizer, learningRate: number): void {
  const access = optimizer as unknown as RateAccess;
  if (typeof access.setLearningRate === 'function') access.setLearningRate(learningRate);
  else access.learningRate = learningRate;
}

/** Sets β₁, β₂ and ε of TensorFlow.js's Adam, which reads them at each step. */
export function setAdamParameters(optimizer: Optimizer, { beta1, beta2, epsilon }: AdamParameters): void {
  Object.assign(optimizer, { beta1, beta2, epsilon });
}

type Internals = { readonly [name in 'momentum' | 'beta1' | 'beta2' | 'epsilon']?: unknown };

/** ρ of TensorFlow.js's momentum optimizer; undefined for any other. */
function momentumOf(optimizer: Optimizer): number | undefined {
  const { momentum } = optimizer as unknown as Internals;
  return optimizerKind(optimizer) === 'momentum' && typeof momentum === 'number' ? momentum : undefined;
}

/** What TensorFlow.js's Adam is made of; undefined for any other optimizer. */
export function adamParameters(optimizer: Optimizer): AdamParameters | undefined {
  const { beta1, beta2, epsilon } = optimizer as unknown as Internals;
  if (optimizerName(optimizer) !== 'Adam') return undefined;
  return [beta1, beta2, epsilon].every((one) => typeof one === 'number')
    ? ({ beta1, beta2, epsilon } as AdamParameters)
    : undefined;
}

/** The optimizer's own description of itself, as far as it is JSON. */
export function describeConfig(optimizer: Optimizer): JsonObject {
  try {
    return JSON.parse(JSON.stringify(optimizer.getConfig())) as JsonObject;
  } catch {
    return {};
  }
}

/** What a run is told of its optimizer. */
export function optimizerFacts(optimizer: Optimizer): Pick<RunFacts, 'optimizer' | 'momentum' | 'adam'> {
  const [kind, momentum, adam] = [optimizerKind(optimizer), momentumOf(optimizer), adamParameters(optimizer)];
  return {
    ...(kind !== undefined && { optimizer: kind }),
    ...(momentum !== undefined && { momentum }),
    ...(adam !== undefined && { adam }),
  };
}
