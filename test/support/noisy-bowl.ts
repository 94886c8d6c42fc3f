import type { StepObservation } from '../../src/core/types.js';
import { gradientStatistics, plainObservation } from './observations.js';
import { normal, uniform } from './random.js';

/** SGD in a bowl Σ h x²/2 whose gradients have independent noise: where it is stationary is known exactly. */
export interface NoisyBowl {
  /** h, a direction each. */
  readonly curvatures: readonly number[];
  /** Variance of an example's gradient in every direction. */
  readonly noise: number;
  readonly rate: number;
  readonly momentum: number;
  readonly batchSize: number;
  /** Distance from the minimum in every direction at the start. */
  readonly start: number;
  /** One step in so many is measured. */
  readonly every: number;
}

/** Curvatures evenly spaced in log from `low` to `high`. */
export function curvatures(count: number, low: number, high: number): number[] {
  return Array.from({ length: count }, (_, i) => low * (high / low) ** (i / (count - 1)));
}

/** Mean height of the loss in the noise of the constant rate, by the stationary moments of heavy-ball SGD. */
export function heightAtRest({ curvatures: all, noise, rate, momentum, batchSize }: NoisyBowl): number {
  const q = noise / batchSize;
  const each = all.map((h) => (rate * q * (1 + momentum)) / ((1 - momentum) * (2 * (1 + momentum) - rate * h)) / 2);
  return each.reduce((sum, one) => sum + one, 0);
}

/** What is left of the height at the start after so many steps, without noise. */
export function heightLeft({ curvatures: all, rate, momentum, start }: NoisyBowl, steps: number): number {
  const each = all.map((h) => {
    let [x, v] = [start, 0];
    for (let t = 0; t < steps; t++) {
      v = momentum * v + h * x;
      x -= rate * v;
    }
    return (h * x * x) / 2;
  });
  return each.reduce((sum, one) => sum + one, 0);
}

/** One step a call at the size and rate given. */
export function stepsIn(bowl: NoisyBowl, seed: number): (batchSize: number, rate: number) => StepObservation {
  const { curvatures: all, noise, momentum, start, every } = bowl;
  const next = normal(uniform(seed));
  const x = all.map(() => start);
  const v = all.map(() => 0);
  const last = all.map(() => 0);
  // Where the weights are counted from is no minimum.
  const origin = all.map(() => 0.3 * next());
  let [step, examplesSeen, lastBatchSize] = [0, 0, bowl.batchSize];
  return (batchSize, learningRate) => {
    let [height, gg, gp, pp, weights, xg] = [0, 0, 0, 0, 0, 0];
    all.forEach((h, i) => {
      const xi = x[i] as number;
      height += (h * xi * xi) / 2;
      const g = h * xi + Math.sqrt(noise / batchSize) * next();
      v[i] = momentum * (v[i] as number) + g;
      const p = v[i] as number;
      [gg, gp, pp] = [gg + g * g, gp + g * p, pp + p * p];
      weights += g * (xi + (origin[i] as number));
      xg += g * (g - (last[i] as number));
      last[i] = g;
      x[i] = xi - learningRate * p;
    });
    step += 1;
    examplesSeen += batchSize;
    const weight = (batchSize * lastBatchSize) / (batchSize + lastBatchSize);
    lastBatchSize = batchSize;
    const gradient = gradientStatistics({
      route: momentum > 0 ? 'closedForm' : 'temporal',
      squaredNormOfMean: gg,
      meanProjection: gp,
      freshProjection: gg,
      weightProjection: weights,
      squaredNormOfStep: pp,
      projectionDeviations: weight * xg * xg,
    });
    return plainObservation({
      step,
      examplesSeen,
      batchSize,
      learningRate,
      baseLearningRate: bowl.rate,
      loss: 0.3 + height + (0.5 / Math.sqrt(batchSize)) * next(),
      ...(step % every === 0 && { gradient, measureMs: 1 }),
    });
  };
}
