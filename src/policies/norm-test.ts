import { afterTest, COLLECTING, WAITING } from '../core/aiming.js';
import { checkGreater, checkKeys, checkOneOf } from '../core/checks.js';
import type { Policy } from '../core/types.js';

/** Options of {@link normTest}; each has a safe default. */
export interface NormTestOptions {
  /** θ: largest noise of the batch's gradient over its length; > 0. @defaultValue 1, where the batch grows to the noise scale */
  readonly theta?: number;
  /** Whether a batch that passes with room to spare becomes smaller; as published it only grows. @defaultValue false */
  readonly shrink?: boolean;
}

/**
 * The batch grows where noise drowns its gradient: pass if trΣ/B <= θ²·|G|², else to the least candidate >= trΣ/(θ²·|G|²).
 *
 * The published tests take |g|² of the batch, which holds trΣ/B more than |G|²: at θ = 1 they fail by chance only. This one takes the
 * unbiased |G|², smoothed as trΣ is, so that θ² = B_simple/B says where it ends. With an adaptive optimizer both are taken in its metric.
 *
 * Units: examples; θ has none. Where |G|² cannot be told from 0 the test fails up to the lower bound of the noise scale, and nothing shrinks.
 * Limits: blind to time and to the learning rate; without `shrink` the batch never comes back, whatever becomes of the noise.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { policy: normTest({ theta: 0.7 }) })
 * @see Byrd et al. 2012, "Sample size selection in optimization methods for machine learning", Mathematical Programming 134
 * @see De et al. 2017, "Automated Inference with Adaptive Batches", AISTATS
 */
export function normTest(options: NormTestOptions = {}): Policy<null> {
  checkKeys('normTest', options, ['theta', 'shrink']);
  const theta = checkGreater('normTest: theta', options.theta ?? 1, 0);
  const shrink = checkOneOf('normTest: shrink', options.shrink ?? false, [true, false]);
  const test = { name: 'norm test', shrink };
  return {
    name: 'normTest',
    options: { theta, shrink },
    needs: ['gradient'],
    init: () => null,
    update(state, { noise }, context) {
      if (context.observation.gradient === undefined) return { state, decision: WAITING };
      if (noise === undefined) return { state, decision: COLLECTING };
      return { state, decision: afterTest(noise.noiseScale / (theta * theta), test, noise, context) };
    },
  };
}
