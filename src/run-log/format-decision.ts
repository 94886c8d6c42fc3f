import type { Decision } from '../core/types.js';

/** A number as a run log has it: JSON has no NaN and no Infinity, so they are texts. */
function number(value: number): string {
  return Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`;
}

/** Formats one decision after the other, each a JSON text without its line end. */
export type DecisionFormat = (decision: Decision) => string;

/**
 * JSON.stringify of each decision. From one step to the next little but the step's number changes: the rest is kept.
 * Decisions with further fields are written with them.
 */
export function decisionFormat(): DecisionFormat {
  let before: Decision | undefined;
  let tail = '';
  return (decision) => {
    const { batchSize, learningRate, learningRateFactor, measure, reason } = decision;
    if (
      before === undefined ||
      batchSize !== before.batchSize ||
      learningRate !== before.learningRate ||
      learningRateFactor !== before.learningRateFactor ||
      measure !== before.measure ||
      reason !== before.reason
    ) {
      const rates = `"learningRate":${number(learningRate)},"learningRateFactor":${number(learningRateFactor)}`;
      tail = `,"batchSize":${number(batchSize)},${rates},"measure":${measure},"reason":${JSON.stringify(reason)}}`;
    }
    before = decision;
    return `{"step":${decision.step}${tail}`;
  };
}
