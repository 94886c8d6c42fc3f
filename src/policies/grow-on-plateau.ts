import { checkBetween, checkGreater, checkKeys } from '../core/checks.js';
import { nearestCandidate } from '../core/ladder.js';
import { checkSpan, doneSoFar, type Span, spanOption } from '../core/span.js';
import type { Estimates, JsonObject, Policy, PolicyContext, PolicyDecision } from '../core/types.js';

/** Options of {@link growOnPlateau}; each has a safe default. */
export interface GrowOnPlateauOptions {
  /** Factor on the batch where a scheduler would divide the rate by it; > 1. @defaultValue 5 */
  readonly factor?: number;
  /** How long the loss may bring no new best: whole epochs or examples, >= 1. @defaultValue {"epochs":10} */
  readonly patience?: Span;
  /** A new best is below the old one by more than this share of it; in [0, 1]. @defaultValue 0.0001 */
  readonly minDelta?: number;
  /** Rest after a growth, before patience starts anew, in the unit of patience; >= 0. @defaultValue {"epochs":0} */
  readonly cooldown?: Span;
}

/** State of {@link growOnPlateau}. JSON. */
export type GrowOnPlateauState = {
  /** Which loss is watched. */
  readonly watched: 'training' | 'validation';
  /** Lowest of it so far; null: none yet. */
  readonly best: number | null;
  /** Since when there is none lower, or until when it rests, in the unit of patience. */
  readonly since: number;
  /** The size asked for, before it is brought to a candidate [examples]; 0: the batch has not grown. */
  readonly size: number;
};

const NEW: GrowOnPlateauState = { watched: 'training', best: null, since: 0, size: 0 };

function checkedSpans({ patience = { epochs: 10 }, cooldown }: GrowOnPlateauOptions) {
  const long = checkSpan('growOnPlateau: patience', patience);
  const rest = checkSpan('growOnPlateau: cooldown', cooldown ?? spanOption({ unit: long.unit, count: 0 }), 0);
  if (rest.unit === long.unit) return { patience: long, cooldown: rest };
  throw new RangeError(`growOnPlateau: cooldown must be in ${long.unit}, as patience is; got ${rest.unit}`);
}

/** The loss to look at after this step: of an evaluation, and only such, once there has been one. */
function readingOf(
  { watched }: GrowOnPlateauState,
  { loss }: Estimates,
  { validationLoss }: PolicyContext['observation'],
) {
  if (validationLoss !== undefined && Number.isFinite(validationLoss)) {
    return { watched: 'validation', value: validationLoss } as const;
  }
  return watched === 'training' && loss !== undefined ? ({ watched, value: loss } as const) : undefined;
}

/** What a size asked for comes to: a candidate, and past the largest one the rest as a factor on the rate. */
function given(size: number, candidates: readonly number[]): Required<Omit<PolicyDecision, 'reason'>> {
  const within = Math.min(size, candidates.at(-1) as number);
  return { batchSize: nearestCandidate(within, candidates), learningRateScale: within / size };
}

/**
 * Grows the batch where a plateau scheduler would cut the rate: no new best of the loss for as long as `patience` says, and the batch is
 * multiplied by `factor`; past the largest candidate B_max the rate is multiplied by B_max/B instead, and so divided by `factor` from then on.
 *
 * The loss is that of the validation set where there is one, a reading an evaluation, else the smoothed training loss. As a scheduler does,
 * it keeps its best over a growth, and starts patience anew. Its state is JSON and goes with the run: a resumed run has waited as long
 * as the one before it. Patience is not counted in steps, which get longer with the batch: the rule would wait ever longer.
 *
 * Units: examples; epochs. Limits: once a validation loss has been seen only another one moves it. Made for a rate that does not follow the
 * batch: `learningRate: none()`.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { policy: growOnPlateau({ factor: 2, patience: { epochs: 3 } }), learningRate: none() })
 * @see Smith et al. 2018, "Don't decay the learning rate, increase the batch size", arXiv 1711.00489
 */
export function growOnPlateau(options: GrowOnPlateauOptions = {}): Policy<GrowOnPlateauState> {
  checkKeys('growOnPlateau', options, ['factor', 'patience', 'minDelta', 'cooldown']);
  const factor = checkGreater('growOnPlateau: factor', options.factor ?? 5, 1);
  const minDelta = checkBetween('growOnPlateau: minDelta', options.minDelta ?? 1e-4, 0, 1);
  const { patience, cooldown } = checkedSpans(options);
  const { unit } = patience;
  const spans: JsonObject = { patience: spanOption(patience), cooldown: spanOption(cooldown) };

  function grown(state: GrowOnPlateauState, { batchSize, candidates }: PolicyContext, now: number) {
    const size = Math.min((state.size || batchSize) * factor, Number.MAX_VALUE);
    const asked = given(size, candidates);
    const rate = asked.learningRateScale < 1 ? `, rate x${asked.learningRateScale.toPrecision(3)}` : '';
    const reason = `no new best ${state.watched} loss for ${patience.count} ${unit}: batch ${asked.batchSize}${rate}`;
    return { state: { ...state, size, since: now + cooldown.count }, decision: { ...asked, reason } };
  }

  return {
    name: 'growOnPlateau',
    options: { factor, minDelta, ...spans },
    needs: ['loss'],
    init: () => NEW,
    update(before, estimates, context) {
      const { observation, facts, candidates } = context;
      const reading = readingOf(before, estimates, observation);
      const hold = (state: GrowOnPlateauState, reason: string) => ({
        state,
        decision: state.size === 0 ? { reason } : { ...given(state.size, candidates), reason },
      });
      if (reading === undefined) return hold(before, `no new ${before.watched} loss`);
      const { watched, value } = reading;
      const now = doneSoFar(unit, observation, facts);
      const isNew = before.best === null || watched !== before.watched;
      if (isNew || value < (before.best as number) - minDelta * Math.abs(before.best as number)) {
        const since = isNew ? now : Math.max(before.since, now);
        return hold(
          { watched, best: value, since, size: before.size },
          `${watched} loss ${value.toPrecision(3)}: the best`,
        );
      }
      const waited = now - before.since;
      if (waited >= patience.count) return grown(before, context, now);
      const best = `no new best ${watched} loss`;
      if (waited < 0) return hold(before, `${best}; rests for ${-waited} ${unit} more`);
      return hold(before, `${best} for ${waited} of ${patience.count} ${unit}`);
    },
  };
}
