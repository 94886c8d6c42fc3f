import { checkGreater, checkKeys } from '../core/checks.js';
import type { Json, NoiseEstimate, Policy, Signal } from '../core/types.js';
import { describePolicy } from './restricted.js';

/** Options of {@link informed}. */
export interface InformedOptions {
  /** Least degrees of freedom behind the gradient noise; > 0. @defaultValue 16 */
  readonly degreesOfFreedom?: number;
  /** Largest standard error of the noise scale, as a share of it; > 0. @defaultValue 1 */
  readonly relativeError?: number;
}

/**
 * Holds the batch size until there is evidence enough: the noise scale stands on so many degrees of freedom and is known to so much of
 * itself. A noise scale that is a lower bound only, |G|² being lost in the noise, has a standard error of at least all of it. A factor on
 * the learning rate passes at once: a policy need not repeat it.
 * @throws RangeError if an option lies outside the range given with it
 * @example informed(gaussianWalk(), { relativeError: 0.3 })
 */
export function informed<State extends Json>(policy: Policy<State>, options: InformedOptions = {}): Policy<State> {
  checkKeys('informed', options, ['degreesOfFreedom', 'relativeError']);
  const least = checkGreater('informed: degreesOfFreedom', options.degreesOfFreedom ?? 16, 0);
  const most = checkGreater('informed: relativeError', options.relativeError ?? 1, 0);

  function missing(noise: NoiseEstimate | undefined): string | undefined {
    if (noise === undefined) return 'no noise scale yet';
    const { degreesOfFreedom, standardError, noiseScale } = noise;
    if (degreesOfFreedom < least) return `${Math.floor(degreesOfFreedom)} of ${least} degrees of freedom`;
    if (standardError <= most * noiseScale) return undefined;
    return `noise scale ${Number(noiseScale.toPrecision(3))} ± ${Number(standardError.toPrecision(2))}`;
  }

  const described = describePolicy(policy as Policy);
  const { draw, start, needs = [] } = policy;
  return {
    name: 'informed',
    options: { degreesOfFreedom: least, relativeError: most, policy: described },
    // Without gradient statistics there is never evidence.
    needs: [...new Set<Signal>([...needs, 'gradient'])],
    init: () => policy.init(),
    update(before, estimates, context) {
      const { state, decision } = policy.update(before, estimates, context);
      if (decision.batchSize === undefined || decision.batchSize === context.batchSize) return { state, decision };
      const reason = missing(estimates.noise);
      if (reason === undefined) return { state, decision };
      const { batchSize: _held, ...rest } = decision;
      return { state, decision: { ...rest, reason: `waits for evidence: ${reason}; then: ${decision.reason}` } };
    },
    ...(start && { start }),
    ...(draw && { draw }),
  };
}
