import { afterTest, COLLECTING, WAITING } from '../core/aiming.js';
import { checkGreater, checkKeys, checkOneOf } from '../core/checks.js';
import { freshNoise } from '../core/fresh-noise.js';
import type { GradientStatistics, NoiseEstimate, Policy, WalkEstimate } from '../core/types.js';

/** Options of {@link innerProductTest}; each has a safe default. */
export interface InnerProductTestOptions {
  /** θ: largest noise along the gradient over its length; > 0. @defaultValue 0.9, as published */
  readonly theta?: number;
  /** ν: largest noise across the gradient over its length; > 0. @defaultValue 5.84, as published */
  readonly nu?: number;
  /** Whether a batch that passes with room to spare becomes smaller; as published it only grows. @defaultValue false */
  readonly shrink?: boolean;
}

type Ready = { readonly noise: NoiseEstimate; readonly walk: WalkEstimate; readonly gradient: GradientStatistics };

/** q = GᵀΣG/|G|⁴ [examples]: the noise scale along the gradient alone, which is no more than the whole of it. */
function alongGradient({ noise, walk, gradient }: Ready): number {
  const norm = freshNoise(noise, gradient) / noise.noiseScale;
  return norm > 0 ? Math.min(Math.max(walk.variance, 0) / (norm * norm), noise.noiseScale) : 0;
}

/**
 * The batch grows where its gradient may not point downhill: two tests of the noise, along the gradient and across it.
 *
 * Inner product: Var(g_jᵀG)/B <= θ²·|G|⁴, so B >= q/θ² with q = GᵀΣG/|G|⁴. Orthogonality: the part of g_j across G has the variance
 * trΣ − GᵀΣG/|G|², over B at most ν²·|G|², so B >= (B_simple − q)/ν². Where one fails: to the least candidate that passes both.
 * Weaker than {@link normTest}: the noise across the gradient, nearly all of it, may be ν² = 34 times as large as the gradient.
 *
 * GᵀΣG is the smoothed σ² of the walk, |G|² the smoothed unbiased one; with an adaptive optimizer all are in its metric.
 * Units: examples; θ and ν have none. Where |G|² cannot be told from 0, what is needed is a lower bound, and nothing shrinks.
 * Limits: σ² is taken along the gradient of the batch, as the authors do, which adds tr(Σ²)/B: it errs to the larger batch. As GᵀΣG <= trΣ·|G|², q is
 * cut at B_simple, so that it never asks for more than the norm test at the same θ.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { policy: innerProductTest({ nu: 2 }) })
 * @see Bollapragada, Byrd, Nocedal 2018, "Adaptive Sampling Strategies for Stochastic Optimization", arXiv 1710.11258
 */
export function innerProductTest(options: InnerProductTestOptions = {}): Policy<null> {
  checkKeys('innerProductTest', options, ['theta', 'nu', 'shrink']);
  const theta = checkGreater('innerProductTest: theta', options.theta ?? 0.9, 0);
  const nu = checkGreater('innerProductTest: nu', options.nu ?? 5.84, 0);
  const shrink = checkOneOf('innerProductTest: shrink', options.shrink ?? false, [true, false]);
  const tests = {
    along: { name: 'inner product test', shrink },
    across: { name: 'orthogonality test', shrink },
  };
  return {
    name: 'innerProductTest',
    options: { theta, nu, shrink },
    needs: ['gradient'],
    init: () => null,
    update(state, { noise, walk }, context) {
      const { gradient } = context.observation;
      if (gradient === undefined) return { state, decision: WAITING };
      if (noise === undefined || walk === undefined) return { state, decision: COLLECTING };
      const along = alongGradient({ noise, walk, gradient });
      const [inner, across] = [along / (theta * theta), (noise.noiseScale - along) / (nu * nu)];
      const decision =
        inner >= across
          ? afterTest(inner, tests.along, noise, context)
          : afterTest(across, tests.across, noise, context);
      return { state, decision };
    },
  };
}
