import { checkAtLeast, checkBetween, checkCount, checkGreater, checkKeys } from '../core/checks.js';
import type { Estimates, Json, Policy, PolicyContext, PolicyDecision } from '../core/types.js';
import { NO_SCALES, passed, type Scales, scaledBy, withNoise } from './passing.js';
import { describePolicy } from './restricted.js';

/** Options of {@link noiseKept}. */
export interface NoiseKeptOptions {
  /** Examples over which the loss has to be flat, and that an attempt lasts at most; a whole number >= 1 [examples]. @defaultValue 10000 */
  readonly window?: number;
  /** The loss is flat where its lowest value falls by less than this share over a window; in (0, 1]. @defaultValue 0.01 */
  readonly flatness?: number;
  /** The squared gradient norm is small at this share of the largest so far, or less; in (0, 1]. @defaultValue 0.1 */
  readonly smallness?: number;
  /** How many times the noise is brought up; > 1. @defaultValue 4 */
  readonly factor?: number;
  /** Attempts in vain after which it gives up for the run, a whole number >= 1. @defaultValue 3 */
  readonly attempts?: number;
  /** The most that the learning rate is multiplied by where the batch cannot get smaller; >= 1. @defaultValue 2 */
  readonly mostScale?: number;
}

/** What {@link noiseKept} has seen of the training, and how its attempts went. */
type Stuckness = {
  /** Examples at which the window, or the attempt, began. */
  readonly since: number;
  /** Lowest smoothed loss at the window's start, and by now; null: none yet. */
  readonly record: number | null;
  readonly lowest: number | null;
  /** Largest squared gradient norm so far. */
  readonly largest: number;
  readonly failed: number;
  /** The size that the attempt under way began at; 0: there is none [examples]. */
  readonly from: number;
};

/** State of {@link noiseKept}. */
export type NoiseKeptState<State extends Json> = {
  readonly seen: Stuckness;
  readonly scales: Scales;
  readonly inner: State;
};

const NEW: Stuckness = { since: 0, record: null, lowest: null, largest: 0, failed: 0, from: 0 };
/** A loss that has risen by this share of itself has had noise enough. */
const RISE = 0.2;

/** How an attempt came to its end. */
type Ending = 'the loss moves' | 'the loss rises' | 'no way out found';

function checkedOptions(options: NoiseKeptOptions): Required<NoiseKeptOptions> {
  const keys = ['window', 'flatness', 'smallness', 'factor', 'attempts', 'mostScale'];
  checkKeys('noiseKept', options, keys);
  return {
    window: checkCount('noiseKept: window', options.window ?? 10_000),
    flatness: checkBetween('noiseKept: flatness', options.flatness ?? 0.01, 1e-6, 1),
    smallness: checkBetween('noiseKept: smallness', options.smallness ?? 0.1, 1e-6, 1),
    factor: checkGreater('noiseKept: factor', options.factor ?? 4, 1),
    attempts: checkCount('noiseKept: attempts', options.attempts ?? 3),
    mostScale: checkAtLeast('noiseKept: mostScale', options.mostScale ?? 2, 1),
  };
}

/** Watches the training: pure. */
function watching({ window, flatness, smallness, attempts }: Required<NoiseKeptOptions>) {
  const hasMoved = (lowest: number, record: number): boolean => lowest <= record - flatness * Math.abs(record);

  function ending({ since, record, lowest }: Stuckness, now: number, loss: number | undefined): Ending | undefined {
    const level = record as number;
    if (hasMoved(lowest as number, level)) return 'the loss moves';
    if (loss !== undefined && loss > level + RISE * Math.abs(level)) return 'the loss rises';
    return now - since >= window ? 'no way out found' : undefined;
  }

  function isStuck({ record, lowest, largest, failed }: Stuckness, { noise }: Estimates): boolean {
    if (failed >= attempts || noise === undefined || largest === 0) return false;
    return !hasMoved(lowest as number, record as number) && noise.squaredGradientNorm <= smallness * largest;
  }

  /** With one step more; `end` where an attempt is over. `size` is the one that the policy asks for. */
  return (before: Stuckness, estimates: Estimates, now: number, size: number): { seen: Stuckness; end?: Ending } => {
    const { loss, noise } = estimates;
    const lowest = loss === undefined ? before.lowest : Math.min(before.lowest ?? loss, loss);
    const seen = { ...before, lowest, largest: Math.max(before.largest, noise?.squaredGradientNorm ?? 0) };
    if (lowest === null) return { seen };
    const anew = { ...seen, since: now, record: lowest };
    if (before.from > 0) {
      const end = ending(seen, now, loss);
      if (end === undefined) return { seen };
      return { seen: { ...anew, from: 0, failed: seen.failed + (end === 'the loss moves' ? 0 : 1) }, end };
    }
    if (before.record === null) return { seen: anew };
    if (now - before.since < window) return { seen };
    return { seen: isStuck(seen, estimates) ? { ...anew, from: size } : anew };
  };
}

/**
 * Brings noise back where the training is stuck, at a saddle point or on a plateau, for noise finds the way out.
 *
 * Stuck is: over a window of examples the lowest smoothed loss has hardly fallen, and the squared gradient norm is small against the
 * largest so far. Then the batch shrinks by `factor`, at the rate that it had: whatever the learning-rate rule says, rate over batch size
 * goes up. What the candidates do not allow the rate does, up to `mostScale`. Control goes back, to the size before unless the policy asks
 * for another, as soon as the loss falls below the lowest so far by the share `flatness`, when it has risen by a fifth, or when a window is
 * over. Between attempts lies a window at least. A minimum looks the same, so attempts in vain are counted: after `attempts` of them there
 * is none for the rest of the run. Smaller batches asked for meanwhile are given. A batch whose size is settled while it is drawn is not
 * touched.
 * @throws RangeError if an option lies outside the range given with it
 * @example noiseKept(gaussianWalk(), { window: 60000 })
 * @see Ge et al. 2015, "Escaping From Saddle Points: Online Stochastic Gradient for Tensor Decomposition", for what noise does there
 */
export function noiseKept<State extends Json>(
  policy: Policy<State>,
  options: NoiseKeptOptions = {},
): Policy<NoiseKeptState<State>> {
  const checked = checkedOptions(options);
  const { factor, mostScale } = checked;
  const watch = watching(checked);

  function noisier({ from }: Stuckness, said: PolicyDecision, context: PolicyContext) {
    const { batchSize, scale } = withNoise(from, factor, context, mostScale);
    if ((said.batchSize ?? batchSize) < batchSize) return { decision: said, own: 1 };
    return { decision: { ...said, batchSize, reason: `stuck, ${factor} times the noise: ${said.reason}` }, own: scale };
  }

  return {
    name: 'noiseKept',
    options: { ...checked, policy: describePolicy(policy as Policy) },
    ...passed(policy as Policy),
    init: () => ({ seen: NEW, scales: NO_SCALES, inner: policy.init() }),
    update(before, estimates, context) {
      const { state: inner, decision: said } = policy.update(before.inner, estimates, context);
      const size = said.batchSize ?? context.batchSize;
      const { seen, end } = watch(before.seen, estimates, context.observation.examplesSeen, size);
      const back = {
        ...said,
        batchSize: said.batchSize ?? before.seen.from,
        reason: `${end}, noise back: ${said.reason}`,
      };
      const own = seen.from > 0 ? noisier(seen, said, context) : { decision: end === undefined ? said : back, own: 1 };
      const { scales, decision } = scaledBy(before.scales, own.decision, own.own);
      return { state: { seen, scales, inner }, decision };
    },
  };
}
