import { type Optimizer, type Scalar, type Tensor1D, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { GradientStatistics } from '../../core/types.js';
import type { GradientList } from './gradient-list.js';

/** The update that is measured, before it is made. */
export interface MeasuredUpdate {
  readonly optimizer: Optimizer;
  readonly variables: readonly Variable[];
  /** g, the mean gradient that the update is made with. */
  readonly mean: GradientList;
  /** B [examples]. */
  readonly batchSize: number;
  /** Whether each layer is told of. */
  readonly isByLayer: boolean;
}

/** Statistics on the device, on their way. */
export interface Measurement {
  /** Kept; the caller's to dispose of. */
  readonly values: Tensor1D;
  /** @returns undefined where float32 does not tell the noise from nothing, or the numbers are too small or large for its squares */
  read(values: ArrayLike<number>): GradientStatistics | undefined;
}

/** The layer that a variable belongs to, as TensorFlow.js names it; the variable itself where it belongs to none. */
export function layerOf({ name }: Variable): string {
  const end = name.lastIndexOf('/');
  return end < 0 ? name : name.slice(0, end);
}

/** Squares smaller than this may have lost entries to the smallest number of float32. */
const LEAST_SQUARE = 1e-28;

/** Whether a sum of squares computed in float32 says what it should: all of it is 0, or none was lost. */
export function isExact(sumOfSquares: number): boolean {
  return sumOfSquares === 0 || sumOfSquares >= LEAST_SQUARE || Number.isNaN(sumOfSquares);
}

/**
 * What is told of the weights and of the step that is about to be made of them: g·θ and |p|²; the latter left out where the squares of so small a
 * step are lost.
 */
export function stepStatistics(
  weightProjection: number,
  squaredNormOfStep: number,
): Pick<GradientStatistics, 'weightProjection' | 'squaredNormOfStep'> {
  return isExact(squaredNormOfStep) ? { weightProjection, squaredNormOfStep } : { weightProjection };
}

/** The pass that a batch is about to be trained by. */
export interface Pass {
  readonly optimizer: Optimizer;
  /** The variables that may be trained by it. */
  readonly variables: readonly Variable[];
  /** B [examples]. */
  readonly batchSize: number;
  /** The places of the variables among the optimizer's slots, given which of them have a gradient. */
  readonly slotsOf: (gradients: GradientList) => readonly number[];
  readonly random: () => number;
  /** Whether layers without a closed form may be run backward example by example. */
  readonly isThorough: boolean;
  /** What layers do that has been seen to be understood; added to. */
  readonly verified: Set<string>;
}

/** A way of measuring a batch in the one pass that trains it. */
export interface PassRoute {
  /** Runs `f`, a forward pass that is being differentiated. */
  watch(f: () => Scalar): Scalar;
  /** The gradients of the backward pass made whole, where the route left part of them out. Called within a tidy. */
  complete?(variables: readonly Variable[], gradients: GradientList): GradientList;
  /** After the backward pass, before the update. @returns undefined where this loss cannot be measured so */
  measure(update: MeasuredUpdate): Measurement | undefined;
  /** Drops whatever the pass left behind. */
  dispose(): void;
}

/** `tidy` for results that hold more than tensors: those that it keeps outlive it. */
export function within<Result>(run: () => Result): Result {
  let result: { readonly value: Result } | undefined;
  tidy(() => {
    result = { value: run() };
  });
  return (result as { readonly value: Result }).value;
}

/** What cannot be measured must not end the training: undefined where `run` throws. */
export function attempt<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
