import type { AdamParameters, LearningRateRule, RunFacts } from './types.js';

/** @throws RangeError if the rule sets more of Adam than its rate, and the run has no Adam */
export function checkAdam(
  { name, adamParameters }: LearningRateRule,
  { adam, optimizer = 'sgd' }: Pick<RunFacts, 'adam' | 'optimizer'>,
): void {
  if (adamParameters === undefined || adam !== undefined) return;
  throw new RangeError(
    `learning-rate rule '${name}' sets Adam's betas and epsilon, and the facts of this run know of no Adam (optimizer: ${optimizer}); use squareRoot() instead`,
  );
}

/**
 * What the rule makes of Adam in a batch of `batchSize` examples; undefined where it leaves Adam alone.
 * @throws RangeError if it asks for a β outside [0, 1) or an ε that is not >= 0
 */
export function adamAt(
  rule: LearningRateRule,
  batchSize: number,
  baseBatchSize: number,
  base: AdamParameters,
): AdamParameters | undefined {
  const adam = rule.adamParameters?.(batchSize, baseBatchSize, base);
  if (adam === undefined) return undefined;
  for (const name of ['beta1', 'beta2'] as const) {
    const beta = adam[name];
    if (beta >= 0 && beta < 1) continue;
    throw new RangeError(`learning-rate rule '${rule.name}': ${name} must be a number in [0, 1); got ${beta}`);
  }
  const { epsilon } = adam;
  if (epsilon >= 0 && Number.isFinite(epsilon)) return adam;
  throw new RangeError(`learning-rate rule '${rule.name}': epsilon must be a finite number >= 0; got ${epsilon}`);
}
