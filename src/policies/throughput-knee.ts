import { checkBetween, checkKeys } from '../core/checks.js';
import { throughputAt, throughputLimit } from '../core/throughput.js';
import type { Policy } from '../core/types.js';

/** Options of {@link throughputKnee}; each has a safe default. */
export interface ThroughputKneeOptions {
  /** Share of the throughput that no batch exceeds at which the device counts as full; in [0, 1]. @defaultValue 0.9 */
  readonly share?: number;
}

const hold = (reason: string) => ({ state: null, decision: { reason } });

/**
 * The smallest batch that still fills the device: the smallest candidate with B/T(B) >= share/t1; where there is none, the largest.
 *
 * T(B) = t0 + t1·B is the fitted time of a step, 1/t1 the throughput [examples per ms] that it promises to ever larger batches. In the
 * closed form B = share/(1 − share)·t0/t1: nine times t0/t1 at a share of 0.9. It is the same rule as "grow while doubling still pays":
 * the slope of the throughput in log-log, t0/(t0 + t1·B), is 1 − share there. Taken from the model rather than from readings
 * at neighbouring sizes, because the model knows it before the sizes are tried, and the answer does not depend on where the candidates end.
 *
 * Batches over the run's `maxMicroBatchSize` are cut, each cut costs, and the limit is what then remains of the throughput.
 * Moves on measured steps only, for it is there that the time of a step is estimated anew. Units: examples, ms.
 * Limits: blind to the loss, so put a convergence rule or a bound around it.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { policy: clamped(throughputKnee({ share: 0.8 }), { max: 512 }) })
 */
export function throughputKnee(options: ThroughputKneeOptions = {}): Policy<null> {
  checkKeys('throughputKnee', options, ['share']);
  const share = checkBetween('throughputKnee: share', options.share ?? 0.9, 0, 1);
  return {
    name: 'throughputKnee',
    options: { share },
    needs: ['gradient', 'time'],
    init: () => null,
    update(_state, { time }, { candidates, facts, observation }) {
      if (observation.gradient === undefined) return hold('held until the next measured step');
      if (time === undefined) return hold('timing the steps');
      const enough = share * throughputLimit(time, facts);
      const knee = candidates.find((size) => throughputAt(time, size, facts) >= enough);
      if (knee !== undefined) {
        return {
          state: null,
          decision: { batchSize: knee, reason: `${knee} reaches ${share} of the device's throughput` },
        };
      }
      const batchSize = candidates.at(-1) as number;
      return { state: null, decision: { batchSize, reason: `no size reaches ${share} of the device's throughput` } };
    },
  };
}
