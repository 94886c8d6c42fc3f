import { checkCount, checkGreater, checkKeys } from '../core/checks.js';
import type { Estimates, Json, Policy, PolicyContext } from '../core/types.js';
import { passed } from './passing.js';
import { describePolicy } from './restricted.js';

/** Options of {@link generalizationGuard}. */
export interface GeneralizationGuardOptions {
  /** How much the gap may open after a growth, as a share of the validation loss; > 0. @defaultValue 0.1 */
  readonly tolerance?: number;
  /** Evaluations after a growth at which the gap is compared, a whole number >= 1. @defaultValue 2 */
  readonly evaluations?: number;
  /** Evaluations for which the batch then stays at the size before or below, a whole number >= 1. @defaultValue 5 */
  readonly rest?: number;
}

/** What {@link generalizationGuard} remembers of the evaluations. */
type Guarded = {
  /** Size in force at the step before; 0: none yet [examples]. */
  readonly batchSize: number;
  /** Validation loss and its gap to the training loss, before a growth that is watched or at the last evaluation; null: none yet. */
  readonly validation: number | null;
  readonly gap: number | null;
  /** The size before the growth that is watched (0: none) [examples], and the evaluations left to watch it. */
  readonly from: number;
  readonly watch: number;
  /** Largest size allowed (0: any) [examples], and the evaluations for which it is. */
  readonly cap: number;
  readonly rest: number;
};

/** State of {@link generalizationGuard}. */
export type GeneralizationGuardState<State extends Json> = { readonly seen: Guarded; readonly inner: State };

const NEW: Guarded = { batchSize: 0, validation: null, gap: null, from: 0, watch: 0, cap: 0, rest: 0 };

/** Watches the gap: pure. */
function guarding({ tolerance, evaluations, rest }: Required<GeneralizationGuardOptions>) {
  function afterEvaluation(before: Guarded, validation: number, loss: number): Guarded {
    const gap = validation - loss;
    const anew = { ...before, validation, gap };
    if (before.cap > 0) return { ...anew, rest: before.rest - 1, cap: before.rest > 1 ? before.cap : 0 };
    if (before.from === 0) return anew;
    const hasParted =
      gap - (before.gap as number) > tolerance * Math.abs(validation) && validation >= (before.validation as number);
    if (hasParted) return { ...anew, from: 0, watch: 0, cap: before.from, rest };
    return before.watch > 1 ? { ...before, watch: before.watch - 1 } : { ...anew, from: 0, watch: 0 };
  }

  function afterSize(before: Guarded, batchSize: number): Guarded {
    const hasGrown = before.batchSize > 0 && batchSize > before.batchSize;
    const seen = { ...before, batchSize };
    if (before.from > 0 && batchSize <= before.from) return { ...seen, from: 0, watch: 0 };
    if (!hasGrown || before.gap === null || before.cap > 0) return seen;
    return { ...seen, from: before.from > 0 ? before.from : before.batchSize, watch: evaluations };
  }

  // The evaluation came before the step, and so before a growth at this step.
  return (before: Guarded, { loss }: Estimates, { observation, batchSize }: PolicyContext): Guarded => {
    const { validationLoss } = observation;
    const isEvaluated = loss !== undefined && validationLoss !== undefined && Number.isFinite(validationLoss);
    const seen = isEvaluated ? afterEvaluation(before, validationLoss, loss) : before;
    return seen.batchSize === batchSize ? seen : afterSize(seen, batchSize);
  };
}

/**
 * Falls back to the smaller batch where the validation loss parts from the training loss after a growth.
 *
 * The gap is validation loss − smoothed training loss. At the evaluations after a growth it is compared with that at the last evaluation
 * before: where it is wider by more than the share `tolerance` of the validation loss, and the validation loss is no lower than it was, the
 * batch goes back to the size before the growth and stays at that or below for `rest` evaluations; several growths in a row count as one.
 * Then it may grow again, and is watched again. Without evaluations it changes nothing. Limits: a model that overfits at any size looks the
 * same. A batch whose size is settled while it is drawn is not touched.
 * @throws RangeError if an option lies outside the range given with it
 * @example generalizationGuard(gaussianWalk(), { tolerance: 0.05 })
 * @see Keskar et al. 2017, "On Large-Batch Training for Deep Learning: Generalization Gap and Sharp Minima"
 */
export function generalizationGuard<State extends Json>(
  policy: Policy<State>,
  options: GeneralizationGuardOptions = {},
): Policy<GeneralizationGuardState<State>> {
  checkKeys('generalizationGuard', options, ['tolerance', 'evaluations', 'rest']);
  const checked = {
    tolerance: checkGreater('generalizationGuard: tolerance', options.tolerance ?? 0.1, 0),
    evaluations: checkCount('generalizationGuard: evaluations', options.evaluations ?? 2),
    rest: checkCount('generalizationGuard: rest', options.rest ?? 5),
  };
  const guard = guarding(checked);
  return {
    name: 'generalizationGuard',
    options: { ...checked, policy: describePolicy(policy as Policy) },
    ...passed(policy as Policy),
    init: () => ({ seen: NEW, inner: policy.init() }),
    update(before, estimates, context) {
      const seen = guard(before.seen, estimates, context);
      const { state: inner, decision } = policy.update(before.inner, estimates, context);
      const asked = decision.batchSize ?? context.batchSize;
      const state = { seen, inner };
      if (seen.cap === 0 || !(asked > seen.cap)) return { state, decision };
      const why = `the validation loss parted from the training loss above ${seen.cap}`;
      return { state, decision: { ...decision, batchSize: seen.cap, reason: `${why}: ${decision.reason}` } };
    },
  };
}
