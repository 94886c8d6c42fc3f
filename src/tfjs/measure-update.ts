import {
  backend,
  dispose,
  div,
  keep,
  type Optimizer,
  sub,
  type Tensor,
  type Tensor1D,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import { flatten, type GradientList } from './gradient-list.js';
import { innerProducts } from './gradient-statistics.js';
import { getLearningRate } from './optimizer-access.js';
import {
  capturePreconditioner,
  isLinear,
  isPreconditioned,
  linearDirection,
  linearShare,
  snapshotSlots,
} from './step-direction.js';

/** One side of a measured batch: its size [examples] and mean gradient. */
export interface Side {
  readonly size: number;
  readonly gradient: GradientList;
}

/** What the statistics of an update are read from. */
export interface Products {
  /** Kept; the caller's to dispose of. */
  readonly values: Tensor1D;
  readonly preconditioner: 'diagonal' | number;
}

function flattened(sides: readonly Side[]) {
  return sides.map(({ size, gradient }) => ({ size, gradient: flatten(gradient) }));
}

/** For SGD and momentum, whose step is known before it is made. */
export function linearProducts(optimizer: Optimizer, sides: readonly Side[], mean: GradientList): Products {
  const preconditioner = linearShare(optimizer);
  const values = tidy(() => {
    const step = mean.map((entry, i) => entry && linearDirection(optimizer, entry, i));
    return innerProducts(flattened(sides), { mean: flatten(mean), direction: flatten(step), preconditioner });
  });
  return { values: keep(values), preconditioner };
}

/** For the others: the step is read from the weights, D from the optimizer's slots, both against what they were before. */
function watchUpdate(optimizer: Optimizer, variables: readonly Variable[]) {
  const weights = variables.map((variable) => keep(variable.clone()));
  const slots = snapshotSlots(optimizer);
  return (sides: readonly Side[], mean: GradientList): Products => {
    const isDiagonal = isPreconditioned(optimizer);
    // A rate of 0 moves nothing: any divisor gives the step of 0 that was made.
    const rate = getLearningRate(optimizer) || 1;
    const values = tidy(() => {
      const step = mean.map((entry, i) => entry && div(sub(weights[i] as Tensor, variables[i] as Tensor), rate));
      const vectors = { mean: flatten(mean), direction: flatten(step) };
      if (!isDiagonal) return innerProducts(flattened(sides), { ...vectors, preconditioner: 1 });
      const scale = capturePreconditioner(optimizer, slots, backend().epsilon());
      const preconditioner = flatten(mean.map((entry, i) => entry && scale(i)));
      return innerProducts(flattened(sides), { ...vectors, preconditioner });
    });
    dispose(weights);
    dispose([...slots.values()]);
    return { values: keep(values), preconditioner: isDiagonal ? 'diagonal' : 1 };
  };
}

/**
 * Call before the update; the function returned, after it.
 * @param mean gradient of the batch, which the update is made with
 */
export function measureUpdate(
  optimizer: Optimizer,
  variables: readonly Variable[],
  sides: readonly Side[],
  mean: GradientList,
): () => Products {
  if (isLinear(optimizer)) {
    const products = linearProducts(optimizer, sides, mean);
    return () => products;
  }
  const finish = watchUpdate(optimizer, variables);
  return () => finish(sides, mean);
}
