import { shown } from '../core/aiming.js';
import { checkAtLeast, checkCount, checkGreater, checkKeys } from '../core/checks.js';
import { type LossFloorState, NO_LOSSES, withLoss } from '../core/loss-floor.js';
import { guardLoss, type LossGuardState, MOST_STRIKES, newLossGuard } from '../core/loss-guard.js';
import { isPositive, type Span, suitingRates } from '../core/matched-rate.js';
import type { Estimates, Json, Policy, PolicyContext } from '../core/types.js';
import { NO_SCALES, passed, type Scales, scaledBy } from './passing.js';
import { describePolicy } from './restricted.js';

/** Options of {@link lossMatched}. */
export interface LossMatchedOptions {
  /** κ: times the matched rate; > 0. @defaultValue 1 */
  readonly share?: number;
  /** F*, the least loss that can be reached, finite; or `estimated` from the losses so far. @defaultValue estimated */
  readonly floor?: 'estimated' | number;
  /** The largest factor on the user's rate, and the inverse of the least; > 1. @defaultValue 16 */
  readonly most?: number;
  /** Examples after which the guard compares the loss with that before, a whole number >= 1 [examples]. @defaultValue 1000 */
  readonly window?: number;
}

/** State of {@link lossMatched}. */
export type LossMatchedState<State extends Json> = {
  readonly losses: LossFloorState;
  readonly guard: LossGuardState;
  readonly put: Put;
  readonly scales: Scales;
  readonly inner: State;
};

/** ln of the most that the factor grows by, and falls by, over an example: twofold and fourfold over a thousand. */
const GROWTH = Math.log(2) / 1000;
const FALL = Math.log(4) / 1000;
/** However long ago it was last weighed, it moves as over so many examples at most. */
const MOST_AT_ONCE = 1000;

/** A loss beyond it counts as this: its square is still a number. */
const MOST_LOSS = 1e100;

type Settings = Required<LossMatchedOptions>;

function checkedOptions(options: LossMatchedOptions): Settings {
  checkKeys('lossMatched', options, ['share', 'floor', 'most', 'window']);
  const { floor = 'estimated' } = options;
  return {
    share: checkGreater('lossMatched: share', options.share ?? 1, 0),
    floor: floor === 'estimated' ? floor : checkAtLeast('lossMatched: floor', floor, -Number.MAX_VALUE),
    most: checkGreater('lossMatched: most', options.most ?? 16, 1),
    window: checkCount('lossMatched: window', options.window ?? 1000),
  };
}

function clamped(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** The factor that was put on the rate, when, and what came of it. */
type Put = {
  /** On the rate that rule and schedule give. */
  readonly own: number;
  /** Examples at which it was last weighed. */
  readonly weighedAt: number;
  /** On the user's rate, all in all, and the size that this was for [examples]. */
  readonly asked: number;
  readonly size: number;
};

/** By how much the factor may change in one go. */
function leap({ weighedAt, asked, size: before }: Put, inForce: number, context: PolicyContext, size: number): Span {
  const { observation, batchSize } = context;
  const examples = clamped(observation.examplesSeen - weighedAt, 0, MOST_AT_ONCE);
  // A rate that came out below what was asked for is at a bound: more would only pile up behind it.
  const isAtBound = before === batchSize && inForce < 0.999 * asked;
  return {
    least: Math.exp(-FALL * examples) * Math.min(1, size / batchSize),
    most: isAtBound ? 1 : Math.exp(GROWTH * examples),
  };
}

/** The factor after a step. `usual` and `inForce` are factors on the user's rate with the factor as it was, at the size asked for and at the one in force. */
function putAnew(
  before: Put,
  suits: Span | undefined,
  { usual, inForce, ceiling }: { readonly usual: number; readonly inForce: number; readonly ceiling: Span },
  context: PolicyContext,
  size: number,
): Put {
  const wanted = suits === undefined ? usual : clamped(usual, suits.least, suits.most);
  const may = leap(before, inForce, context, size);
  const asked = clamped(usual * clamped(wanted / usual, may.least, may.most), ceiling.least, ceiling.most);
  return {
    own: asked === usual ? before.own : before.own * (asked / usual),
    weighedAt: suits === undefined ? before.weighedAt : context.observation.examplesSeen,
    // Still at its bound: what was asked for is remembered, to know it by.
    asked: may.most === 1 && asked === usual ? before.asked : asked,
    size,
  };
}

/**
 * Matches the learning rate to the loss and the noise, so that the user's need not be tuned: η = κ·B·(1 − ρ)·(F − F*)/trΣ.
 *
 * The noise of a constant rate costs about η/(1 − ρ)·trΣ/(4B) of the loss; this keeps it at a fixed share, κ/4, of what is left to gain. It is CABS
 * read the other way round: the policy within says the size, its loss and noise say the rate. F is the smoothed loss; an adaptive
 * optimizer counts in its own metric, with β₁ for ρ.
 *
 * F* comes from the losses so far: of a loss F* + a·t^(−c) its means F1, F2, F4 over three doublings of the examples seen tell F* = F4 − (F2 − F4)/(2^c − 1),
 * 2^c = (F1 − F2)/(F2 − F4), and their standard errors between what it lies. The rate is moved no further than that tells: it rises where it is below
 * the matched rate at the highest floor, falls where it is above twice that at the lowest, and is let be in between. Too low a floor is the dangerous
 * side: taken as 0 where a fifth of the labels is wrong it ruined a run. Too high a one makes the training slow, so F − F* counts as a tenth of F at
 * least; the noise then keeps the loss up to a twentieth above its floor. Before there is an estimate F* may be anything from 0 to 0.9·F. The factor
 * changes by no more than twofold up and fourfold down over a thousand examples, and down with the batch.
 *
 * The factor lies on the user's rate, whatever a learning-rate rule or a schedule makes of it: outside of those limits both are divided out, within
 * them they have their way. With `none()` the rate is all of this combinator's making, and the policy within should be one that does not weigh sizes by the
 * rate, `goodput`, `noiseScale`, `fixed`, rather than `gaussianWalk` or `cabs`. A factor of the policy's own comes on top.
 *
 * A guard halves the factor where the mean loss over a window is above the one before by more than two standard errors, or has gone half-way back to its
 * start; three times in a row above the user's rate, and the factor is 1 for the rest of the run.
 *
 * Limits, on four tasks of `bench:simulate` with momentum, two seeds, `cooled(ramped(goodput()))` and `none()`: from an eighth of the tuned rate it took
 * 0.53 to 1.74 times the base's time at the tuned rate (the default 1.02 to 2.61, and faster on one); from four times the tuned rate 1 of 8 runs was ruined (of the default 6, and
 * 2 missed). From the tuned rate itself the default is the faster on three of four (0.47 to 0.80, this 0.62 to 1.36), most on digits, whose best rate is far
 * above the matched one. κ = 2 missed the target in 3 of 12. A loss that stands still for other reasons than its floor is waited for.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { policy: lossMatched(cooled(goodput())), learningRate: none() })
 * @see Balles, Romero, Hennig 2017, "Coupling Adaptive Batch Sizes with Learning Rates", arXiv 1612.05086, for the other reading
 */
export function lossMatched<State extends Json>(
  policy: Policy<State>,
  options: LossMatchedOptions = {},
): Policy<LossMatchedState<State>> {
  const settings = checkedOptions(options);
  const { most } = settings;

  /** What the factor may come to: its own limits do not hold for what rule and schedule make of the rate. */
  function ceilingFor(
    usual: number,
    guard: LossGuardState,
    { rateCeiling = Number.POSITIVE_INFINITY }: Estimates,
  ): Span {
    const allowed = guard.ceiling < most ? guard.ceiling : Math.max(most, usual);
    return { least: Math.min(1 / most, usual), most: Math.min(allowed, rateCeiling) };
  }

  return {
    name: 'lossMatched',
    options: { ...settings, policy: describePolicy(policy as Policy) },
    ...passed(policy as Policy),
    init: () => ({
      losses: NO_LOSSES,
      guard: newLossGuard(most),
      put: { own: 1, weighedAt: 0, asked: 0, size: 0 },
      scales: NO_SCALES,
      inner: policy.init(),
    }),
    update(before, estimates, context) {
      const { state: inner, decision: said } = policy.update(before.inner, estimates, context);
      const { observation, learningRateAt, batchSize } = context;
      const size = said.batchSize ?? batchSize;
      const seen = { batchSize: observation.batchSize, loss: clamped(observation.loss, -MOST_LOSS, MOST_LOSS) };
      const losses = withLoss(before.losses, seen);
      const factor = observation.learningRate / observation.baseLearningRate;
      const guard = guardLoss(before.guard, { ...seen, factor: isPositive(factor) ? factor : 1 }, settings);
      const perUser = 1 / (observation.baseLearningRate * before.scales.inner);
      const usual = learningRateAt(size) * perUser;
      let { put } = before;
      let decision = said;
      if (guard.strikes >= MOST_STRIKES) {
        put = { ...put, own: 1 };
        decision = { ...said, reason: `${said.reason}; the loss kept rising: the rate is left alone` };
      } else if (isPositive(usual)) {
        const suits = suitingRates(settings, losses.known, estimates, context, size);
        const ceiling = ceilingFor(usual, guard, estimates);
        put = putAnew(put, suits, { usual, inForce: learningRateAt(batchSize) * perUser, ceiling }, context, size);
        if (put.own !== before.put.own) {
          decision = { ...said, reason: `${said.reason}; the rate ${shown(put.asked)} times the user's` };
        }
      }
      const given = scaledBy(before.scales, decision, put.own);
      return { state: { losses, guard, put, scales: given.scales, inner }, decision: given.decision };
    },
  };
}
