import { checkCount } from '../core/checks.js';
import type { Policy } from '../core/types.js';

/**
 * Always the same batch size; the controller still measures, logs and reports.
 *
 * @param batchSize [examples], a whole number >= 1; absent: the size the user gave
 * @throws RangeError if it is not
 * @example adaptiveBatch(model, { policy: fixed(64), learningRate: none() })
 */
export function fixed(batchSize?: number): Policy<null> {
  if (batchSize !== undefined) checkCount('fixed: batchSize', batchSize);
  return {
    name: 'fixed',
    options: batchSize === undefined ? {} : { batchSize },
    needs: [],
    init: () => null,
    start: ({ baseBatchSize }) => batchSize ?? baseBatchSize,
    update: (state, _estimates, { baseBatchSize }) => ({
      state,
      decision: { batchSize: batchSize ?? baseBatchSize, reason: 'fixed' },
    }),
  };
}
