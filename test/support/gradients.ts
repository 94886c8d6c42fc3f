import type { GradientStatistics, StepObservation } from '../../src/core/types.js';
import { observation } from './observations.js';
import { normal, uniform } from './random.js';

export type Vector = readonly number[];

export const dot = (a: Vector, b: Vector): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
export const scale = (a: Vector, factor: number): Vector => a.map((x) => x * factor);
export const add = (a: Vector, b: Vector): Vector => a.map((x, i) => x + (b[i] as number));
export const multiply = (a: Vector, b: Vector): Vector => a.map((x, i) => x * (b[i] as number));

/** The mean gradient of a micro-batch. */
export interface Part {
  readonly size: number;
  readonly gradient: Vector;
}

export const batchSizeOf = (parts: readonly Part[]): number => parts.reduce((sum, { size }) => sum + size, 0);

export function meanOf(parts: readonly Part[]): Vector {
  const total = parts.map(({ size, gradient }) => scale(gradient, size)).reduce(add);
  return scale(total, 1 / batchSizeOf(parts));
}

/** The mean of per-example gradients, as a micro-batch. */
export function partOf(examples: readonly Vector[]): Part {
  return { size: examples.length, gradient: scale(examples.reduce(add), 1 / examples.length) };
}

/** How the optimizer steps: p, the diagonal cD, and d where it is to be other than cD·g. */
export interface StepOf {
  readonly direction?: (g: Vector) => Vector;
  readonly preconditioner?: Vector;
  readonly fresh?: Vector;
}

/** The statistics by raw second moments, Σ b_i x_i² − B x̄²: another route than the package's, exact enough in doubles. */
export function statisticsOf(parts: readonly Part[], step: StepOf = {}): GradientStatistics {
  const g = meanOf(parts);
  const size = batchSizeOf(parts);
  const preconditioner = step.preconditioner ?? g.map(() => 1);
  const d = step.fresh ?? multiply(preconditioner, g);
  const p = step.direction?.(g) ?? g;
  const moment = (f: (gradient: Vector) => number): number =>
    parts.reduce((sum, { size: b, gradient }) => sum + b * f(gradient), 0);
  return {
    route: 'microBatches',
    degreesOfFreedom: parts.length - 1,
    squaredNormOfMean: dot(g, g),
    squaredDeviations: moment((x) => dot(x, x)) - size * dot(g, g),
    meanProjection: dot(g, p),
    freshProjection: dot(g, d),
    freshDeviations: moment((x) => dot(x, multiply(preconditioner, x))) - size * dot(g, multiply(preconditioner, g)),
    projectionDeviations: moment((x) => dot(x, d) ** 2) - size * dot(g, d) ** 2,
  };
}

/** A measured step with these micro-batches. */
export function measuredStep(
  parts: readonly Part[],
  step?: StepOf,
  changes?: Partial<StepObservation>,
): StepObservation {
  const batchSize = batchSizeOf(parts);
  const gradient = statisticsOf(parts, step);
  return observation({ batchSize, examplesSeen: batchSize, microBatches: parts.length, gradient, ...changes });
}

/** Per-example gradients g_j = G + A·z_j: Σ = A·Aᵀ. */
export interface Population {
  readonly gradient: Vector;
  readonly factor: readonly Vector[];
  /** Independent numbers z of mean 0 and variance 1. */
  readonly noise: 'gaussian' | 'skewed';
}

export const covarianceOf = ({ factor }: Population): number[][] =>
  factor.map((row) => factor.map((other) => dot(row, other)));

/** A seeded source of per-example gradients. */
export function exampleGradients({ gradient, factor, noise }: Population, seed: number): () => Vector {
  const next = uniform(seed);
  const gaussian = normal(next);
  const z = noise === 'gaussian' ? gaussian : () => -Math.log(1 - next()) - 1;
  return () => {
    const raw = gradient.map(z);
    return gradient.map((mean, i) => mean + dot(factor[i] as Vector, raw));
  };
}

/** Micro-batches of the given sizes, drawn one after another. */
export function drawParts(example: () => Vector, sizes: readonly number[]): Part[] {
  return sizes.map((size) => partOf(Array.from({ length: size }, example)));
}
