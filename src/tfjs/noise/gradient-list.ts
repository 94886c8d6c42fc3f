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

/** All entries in one vector. */
export function flatten(list: readonly Tensor[]): Tensor1D {
  return concat(list.map((entry) => reshape(entry, [-1]) as Tensor1D));
}

/** A mean gradient and the examples that it is of. */
export interface Side {
  readonly size: number;
  readonly gradient: GradientList;
}

/** The mean of two sides, weighted by their examples, and their difference; the sides are disposed of as it goes, so that no third copy is held. */
export function meanAndDifference(
  one: Side,
  two: Side,
): { readonly mean: GradientList; readonly difference: GradientList } {
  const total = one.size + two.size;
  const mean: (Tensor | null)[] = [];
  const difference: (Tensor | null)[] = [];
  one.gradient.forEach((left, i) => {
    const right = two.gradient[i] ?? null;
    mean.push(...combine(one.size / total, [left], two.size / total, [right]));
    difference.push(...(left === null || right === null ? [null] : combine(1, [left], -1, [right])));
    if (left !== null && right !== null) dispose([left, right]);
  });
  return { mean, difference };
}

/** The form that `Optimizer.applyGradients` takes; the order decides which slots of the optimizer a variable has. */
export function named(list: GradientList, variables: readonly Variable[]) {
  return variables.map(({ name }, i) => ({ name, tensor: list[i] as Tensor }));
}

/** Disposes of every gradient. */
export function disposeList(list: GradientList): void {
  dispose(list.filter((entry) => entry !== null) as Tensor[]);
}
