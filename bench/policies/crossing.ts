/** The state of a training at an evaluation. */
export interface Evaluation {
  /** Mean loss over the subset of the training examples, of the model as it is. */
  readonly loss: number;
  /** Since the clock began, evaluations aside [ms]. */
  readonly elapsedMs: number;
  readonly updates: number;
  readonly examples: number;
}

/** What a training cost to some point. */
export type Cost = Omit<Evaluation, 'loss'>;

/**
 * The cost at which the loss passed the target, between the last evaluation above it and the first at or below it: linear in the logarithm
 * of the loss. A loss at or below 0 counts as passed at its evaluation.
 */
export function crossing(above: Evaluation, below: Evaluation, target: number): Cost {
  const whole = Math.log(above.loss) - Math.log(below.loss);
  const share = below.loss > 0 && whole > 0 ? (Math.log(above.loss) - Math.log(target)) / whole : 1;
  const between = (from: number, to: number) => from + share * (to - from);
  return {
    elapsedMs: between(above.elapsedMs, below.elapsedMs),
    updates: between(above.updates, below.updates),
    examples: between(above.examples, below.examples),
  };
}

/** How many evaluations are due by now: one every quarter of an epoch. */
export function evaluationsDue(examples: number, datasetSize: number): number {
  return Math.floor((4 * examples) / datasetSize);
}
