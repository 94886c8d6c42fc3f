import type { GradientStatistics, RunFacts } from './types.js';

/** How a course of SGD is asked whether it is stationary: see `readStationarity`. */
export type StationarityTest = 'pflug' | 'yaida' | 'sasa';

/** What one measured step tells. */
export interface StationarityReading {
  /** Pflug: negative in the mean at stationarity. Yaida and SASA: the imbalance, 0 in the mean at stationarity. */
  readonly value: number;
  /** What the value is to be held against; > 0. */
  readonly scale: number;
}

/** The step that was measured. */
export interface MeasuredStep {
  readonly gradient: GradientStatistics;
  readonly learningRate: number;
  readonly batchSize: number;
  /** Of the step before [examples]. */
  readonly lastBatchSize: number;
}

/** A part of g·p that float32 does not tell from 0. */
const ROUNDING = 1e-5;

/**
 * g_t·g_{t−1} of plain SGD by the temporal route, from x = g_t − g_{t−1}: |g_t|² − x·g_t. The log has (x·g_t)², and so the sign is lost: it is
 * exact where g_t·g_{t−1} <= |g_t|², as it is wherever noise outweighs the gradient, else too small by at most twice the excess.
 */
function productWithLast({ gradient, batchSize, lastBatchSize }: MeasuredStep): number {
  const weight = (batchSize * lastBatchSize) / (batchSize + lastBatchSize);
  return gradient.squaredNormOfMean - Math.sqrt(gradient.projectionDeviations / weight);
}

function pflug(step: MeasuredStep, { optimizer = 'sgd' }: RunFacts): StationarityReading | string {
  const { route, meanProjection, freshProjection, squaredNormOfMean: scale } = step.gradient;
  if (optimizer === 'sgd') {
    if (route === 'temporal') return { value: productWithLast(step), scale };
    return "pflug: plain SGD keeps nothing of the step before; measure with route 'temporal', or use momentum";
  }
  const value = meanProjection - freshProjection;
  return Math.abs(value) <= ROUNDING * Math.abs(meanProjection)
    ? 'pflug: this optimizer keeps nothing of the step before'
    : { value, scale };
}

/** |V|², where p is V, or with Nesterov's momentum g + ρV: then g·d is (1 + ρ)|g|². At stationarity 2E[θ·g]/η. */
function balance(
  { squaredNormOfMean: gg, meanProjection: gp, freshProjection: gd }: GradientStatistics,
  pp: number,
  rho: number,
): number {
  const isNesterov = gd > (1 + rho / 2) * gg;
  if (!isNesterov) return (1 + rho) * pp;
  return ((1 + rho) / rho) * (pp + gg - 2 * gp) + gg;
}

function imbalance({ gradient, learningRate }: MeasuredStep, facts: RunFacts, test: string) {
  const { optimizer = 'sgd', momentum } = facts;
  if (optimizer === 'adaptive') return `${test}: holds for SGD and momentum only; test 'pflug' also for Adam`;
  const rho = optimizer === 'sgd' ? 0 : momentum;
  if (rho === undefined) return `${test}: the momentum is not known`;
  const { weightProjection, squaredNormOfStep } = gradient;
  if (weightProjection === undefined || squaredNormOfStep === undefined) {
    return `${test}: g·θ and |p|² were not measured`;
  }
  const scale = (learningRate / 2) * balance(gradient, squaredNormOfStep, rho);
  return { value: weightProjection - scale, scale };
}

/**
 * What a measured step tells of stationarity: of SGD that only rattles around, at a constant rate η.
 *
 * With V ← ρV + g, θ ← θ − ηV; ρ = 0 for plain SGD:
 * - `pflug`: g_t·V_{t−1}, at stationarity −(η/2)·E[VᵀHV], so negative: the velocity has passed the minimum before it turns. Up to a factor
 *   > 0 it is g·p − g·d, which holds for Nesterov's momentum too, and for Adam as long as its preconditioner rests. Plain SGD: g_t·g_{t−1},
 *   from the temporal route.
 * - `yaida`, `sasa`: θ·g − (η/2)(1 + ρ)|V|², 0 where E|θ|² rests. With Nesterov's p = g + ρV: θ·g − (η/2)(ρ(1 + ρ)|V|² + |g|²), as E|θ + ηρV|² rests.
 * @returns the reading, or why there can be none
 * @see Pflug 1990, "Non-asymptotic confidence bounds for stochastic approximation algorithms with constant step size"; Chee and Toulis 2018, arXiv 1710.06382
 * @see Yaida 2018, "Fluctuation-dissipation relations for stochastic gradient descent", arXiv 1810.00004
 */
export function readStationarity(
  test: StationarityTest,
  step: MeasuredStep,
  facts: RunFacts,
): StationarityReading | string {
  return test === 'pflug' ? pflug(step, facts) : imbalance(step, facts, test);
}
