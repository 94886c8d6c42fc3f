import {
  add,
  concat,
  dispose,
  mul,
  reshape,
  type Tensor,
  type Tensor1D,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';

/** One gradient a variable, in the order of the variables; null where the loss does not depend on it. */
export type GradientList = readonly (Tensor | null)[];

/** a·x + b·y, variable by variable. The caller owns the result; x and y stay. */
export function combine(a: number, x: GradientList, b: number, y: GradientList): GradientList {
  return x.map((left, i) => {
    const right = y[i] ?? null;
    if (left === null || right === null) return left ?? right;
    return tidy(() => add(mul(left, a), mul(right, b)));
  });
}

/** All entries in one vector, variables without a gradient left out. */
export function flatten(list: GradientList): Tensor1D {
  return concat(list.filter((entry) => entry !== null).map((entry) => reshape(entry as Tensor, [-1]) as Tensor1D));
}

/** The form that `Optimizer.applyGradients` takes; the order decides which slots of the optimizer a variable has. */
export function named(list: GradientList, variables: readonly Variable[]) {
  return variables.map(({ name }, i) => ({ name, tensor: list[i] as Tensor }));
}

/** Disposes of every gradient. */
export function disposeList(list: GradientList): void {
  dispose(list.filter((entry) => entry !== null) as Tensor[]);
}
