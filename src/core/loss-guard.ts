/** A window of losses. */
type Window = {
  readonly examples: number;
  readonly mean: number;
  /** Sum of the weighted squares of the deviations, and of the squared weights. */
  readonly spread: number;
  readonly squares: number;
};

/** What the guard remembers. JSON. */
export type LossGuardState = {
  readonly current: Window;
  /** The window before: mean loss and the square of its standard error; null: there is none yet. */
  readonly before: { readonly mean: number; readonly error: number } | null;
  /** Mean loss of the first window, and the lowest of all. */
  readonly first: number;
  readonly lowest: number;
  /** Largest factor on the user's rate that is still allowed. */
  readonly ceiling: number;
  /** Windows in a row that tripped it above the user's rate. */
  readonly strikes: number;
};

/** How a {@link guardLoss} judges. */
interface LossGuardOptions {
  /** Length of a window [examples]. */
  readonly window: number;
  /** Largest factor on the user's rate; its inverse is the least. */
  readonly most: number;
}

const EMPTY: Window = { examples: 0, mean: 0, spread: 0, squares: 0 };
/** By so many standard errors the mean has to have risen. */
const EVIDENCE = 2;
/** A rise to less than this many times the lowest window may be noise. */
const RISE = 1.5;
/** What a window in which the loss fell gives back. */
const RELIEF = Math.SQRT2;
/** Windows in a row after which it is over. */
export const MOST_STRIKES = 3;

/** A guard that has seen nothing. */
export const newLossGuard = (most: number): LossGuardState => ({
  ...{ current: EMPTY, before: null, first: 0, lowest: 0 },
  ...{ ceiling: most, strikes: 0 },
});

function extended({ examples, mean, spread, squares }: Window, loss: number, batchSize: number): Window {
  const total = examples + batchSize;
  const next = mean + (batchSize / total) * (loss - mean);
  return {
    examples: total,
    mean: next,
    spread: spread + batchSize * (loss - mean) * (loss - next),
    squares: squares + batchSize * batchSize,
  };
}

/** The square of the standard error of the mean; of a single batch it cannot be told, and is the largest number: JSON has no infinity. */
function squaredError({ examples, spread, squares }: Window): number {
  const batches = (examples * examples) / squares;
  return batches > 1.000001 ? spread / examples / (batches - 1) : Number.MAX_VALUE;
}

/**
 * Halves the factor that may be put on the user's rate when the loss does not do what it should.
 *
 * At the end of each window of examples it trips where the mean loss is above that of the window before by more than two standard errors, or has gone back half of
 * the way, in its logarithm, from the lowest window to the first, to one and a half times that lowest at least. A window in which the loss fell gives
 * back √2. Three in a row that trip it above the user's own rate: `strikes` stays at three, and no factor is to be put on for the rest of the run.
 * Pure. Limits: of 44 windows of a loss that stands still one trips it; a loss at or below 0 does not go half-way back.
 * @param factor on the user's rate in force
 */
export function guardLoss(
  state: LossGuardState,
  { loss, batchSize, factor }: { readonly loss: number; readonly batchSize: number; readonly factor: number },
  { window, most }: LossGuardOptions,
): LossGuardState {
  const current = extended(state.current, loss, batchSize);
  if (current.examples < window) return { ...state, current };
  const { mean } = current;
  const error = squaredError(current);
  const { before, ceiling, strikes } = state;
  const over = { current: EMPTY, before: { mean, error } };
  if (before === null) return { ...state, ...over, first: mean, lowest: mean };
  const lowest = Math.min(state.lowest, mean);
  const isBack = lowest > 0 && mean > RISE * lowest && mean * mean > lowest * state.first;
  const isRise = mean > before.mean + EVIDENCE * Math.sqrt(error + before.error);
  if (!(isBack || isRise)) {
    if (mean > before.mean) return { ...state, ...over, lowest };
    return {
      ...state,
      ...over,
      lowest,
      ceiling: Math.min(most, ceiling * RELIEF),
      strikes: strikes < MOST_STRIKES ? 0 : strikes,
    };
  }
  return {
    ...{ ...state, ...over, lowest },
    ceiling: Math.max(1 / most, Math.min(ceiling, factor) / 2),
    strikes: factor > 1 ? Math.min(strikes + 1, MOST_STRIKES) : strikes,
  };
}
