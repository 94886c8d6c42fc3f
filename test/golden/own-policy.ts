import type { Policy } from '../../src/core/types.js';

/** The policy of examples/05-own-policy.ts, which its log can only name. */
export function doubleAsLossHalves(): Policy<{ mark: number }> {
  return {
    name: 'doubleAsLossHalves',
    init: () => ({ mark: 0 }),
    update(state, { loss = 0 }, { batchSize }) {
      if (state.mark === 0) return { state: { mark: loss }, decision: { reason: 'first loss' } };
      if (loss > state.mark / 2) return { state, decision: { reason: 'the loss has not halved yet' } };
      return {
        state: { mark: loss },
        decision: { batchSize: 2 * batchSize, reason: `the loss halved to ${loss.toFixed(3)}` },
      };
    },
  };
}
