/** What the guard remembers. JSON. */
export type RateGuardState = {
  /** The loss that the run began with; null before its first step. */
  readonly initial: number | null;
  /** Mean loss of the latest steps. */
  readonly latest: number;
  /** Lowest smoothed loss so far; null before there is one. */
  readonly lowest: number | null;
  /** Largest factor on the user's rate that is still allowed; null: no bound. */
  readonly ceiling: number | null;
  /** Steps to wait before it may trip again. */
  readonly rest: number;
};

/** Steps that the latest loss is a mean of, about. */
const LATEST = 8;
/** A rise to less than this many times the lowest smoothed loss may be noise. */
const RISE = 1.5;
/** Steps that a lowered rate is given to bring the loss down. */
const REST = 50;
/** Steps before the guard looks at all. */
const START = 20;

/** A guard that has seen nothing. */
export const NEW_RATE_GUARD: RateGuardState = { initial: null, latest: 0, lowest: null, ceiling: null, rest: START };

/**
 * Halves the factor that a learning-rate rule may put on the user's rate when the loss jumps under it, down to the user's rate itself.
 *
 * Noise tells a rule how large a step averages out, not how large a step the curvature bears. The guard trips where the mean loss of the last
 * steps has gone back half of the way, in its logarithm, from the lowest smoothed loss so far to the loss of the first step, and is one and a half times that
 * lowest, while the factor is above 1; then it rests for 50 steps. So a small loss that is noisy in itself does not trip it. The ceiling stays for
 * the run, and lies with the rate that a policy weighs a larger batch by. At the user's own rate it does nothing.
 * Pure. Limits: a loss at or below 0 never trips it.
 * @param loss of the step just done, at `factor` times the user's rate
 * @param smoothed training loss, if there is one
 */
export function guardRate(
  { initial, latest, lowest, ceiling, rest }: RateGuardState,
  { loss, smoothed, factor }: { loss: number; smoothed: number | undefined; factor: number },
): { state: RateGuardState; isTripped: boolean } {
  const first = initial ?? loss;
  const mean = lowest === null ? loss : latest + (loss - latest) / LATEST;
  const bound = smoothed === undefined ? lowest : Math.min(lowest ?? smoothed, smoothed);
  const isTripped =
    rest === 0 && factor > 1 && bound !== null && bound > 0 && mean > RISE * bound && mean * mean > bound * first;
  return {
    state: {
      initial: first,
      latest: mean,
      lowest: bound,
      ceiling: isTripped ? Math.max(1, factor / 2) : ceiling,
      rest: isTripped ? REST : Math.max(0, rest - 1),
    },
    isTripped,
  };
}
