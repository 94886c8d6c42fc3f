/** A stretch of the run. */
type Stretch = {
  /** Examples in it. */
  readonly examples: number;
  /** Mean loss, weighted by examples. */
  readonly mean: number;
  /** Variance of the loss of one example, from neighbouring batches, and from how many pairs of them. */
  readonly variance: number;
  readonly pairs: number;
};

/** What the floor is estimated from: the last six stretches, and the one under way. JSON. */
export type LossFloorState = {
  /** Examples so far. */
  readonly seen: number;
  /** Those at which the stretch under way ends; 0: there was no step yet [examples]. */
  readonly until: number;
  readonly done: readonly Stretch[];
  /** The stretch under way; null: the first examples, which count for none. */
  readonly current: Stretch | null;
  /** Loss and size of the batch before. */
  readonly last: { readonly loss: number; readonly batchSize: number } | null;
  /** The latest estimate; null: there is none yet. */
  readonly known: LossFloor | null;
};

/**
 * The least loss that a training heads for, and between what it lies.
 *
 * Estimated anew when the examples have grown by √2. Limits: stands on the loss going on as it went. Where the rate fell, the loss looks nearer to its floor than it
 * is and F* comes out too high, where it rose too low. What a model learns by heart in many passes is to it a lower floor.
 */
export type LossFloor = {
  readonly floor: number;
  readonly least: number;
  readonly most: number;
};

const EMPTY: Stretch = { examples: 0, mean: 0, variance: 0, pairs: 0 };

/** A run that has not begun. */
export const NO_LOSSES: LossFloorState = { seen: 0, until: 0, done: [], current: null, last: null, known: null };

/** Before the first stretch lie so many examples, and batches, at least. */
const FIRST_EXAMPLES = 128;
const FIRST_BATCHES = 4;
const STRETCHES = 6;
/** 2^c − 1 at c = 1/4 and at c = 1: laws slower or faster than those are not believed. */
const SLOWEST = Math.sqrt(Math.SQRT2) - 1;
const FASTEST = 1;

function extended(stretch: Stretch, loss: number, batchSize: number, last: LossFloorState['last']): Stretch {
  const examples = stretch.examples + batchSize;
  const mean = stretch.mean + (batchSize / examples) * (loss - stretch.mean);
  if (last === null) return { ...stretch, examples, mean };
  const away = loss - last.loss;
  const reading = (away * away) / (1 / batchSize + 1 / last.batchSize);
  const pairs = stretch.pairs + 1;
  return { examples, mean, variance: stretch.variance + (reading - stretch.variance) / pairs, pairs };
}

/** With the loss of one batch more. Pure; the loss must be finite. */
export function withLoss(
  { seen, until, done, current, last, known }: LossFloorState,
  { loss, batchSize }: { readonly loss: number; readonly batchSize: number },
): LossFloorState {
  const now = seen + batchSize;
  const next = { loss, batchSize };
  const end = until === 0 ? Math.max(FIRST_EXAMPLES, FIRST_BATCHES * batchSize) : until;
  const longer = current === null ? null : extended(current, loss, batchSize, last);
  if (now < end) return { seen: now, until: end, done, current: longer, last: next, known };
  const all = longer === null ? done : [...done.slice(1 - STRETCHES), longer];
  const rest = { done: all, current: EMPTY, last: next, known: lossFloor(all) ?? known };
  return { seen: now, until: now * Math.SQRT2, ...rest };
}

/** Two stretches as one: mean loss, and the square of its standard error. */
function joined(one: Stretch, other: Stretch, variance: number): { mean: number; error: number } {
  const examples = one.examples + other.examples;
  return { mean: (one.mean * one.examples + other.mean * other.examples) / examples, error: variance / examples };
}

function pooledVariance(done: readonly Stretch[]): number {
  let [sum, pairs] = [0, 0];
  for (const stretch of done) {
    sum += stretch.variance * stretch.pairs;
    pairs += stretch.pairs;
  }
  return pairs > 0 ? sum / pairs : 0;
}

/** The gap above the floor where the loss fell by `fall` while the examples doubled, and by `slowing` less than over the doubling before. */
function gap(fall: number, slowing: number): number {
  return fall > 0 ? fall / Math.min(Math.max(slowing / fall, SLOWEST), FASTEST) : 0;
}

/**
 * F*, where the loss is heading, from the mean losses F1, F2, F4 over three doublings of the examples seen.
 *
 * Of a loss F* + a·t^(−c) those means are F* plus powers of one ratio, so (F1 − F2)/(F2 − F4) = 2^c and F* = F4 − (F2 − F4)/(2^c − 1), without
 * the bias that single points would bring. `least` and `most` are where the fall F2 − F4 and its slowing (F1 − F2) − (F2 − F4) are a standard error off,
 * both to the same side; the noise of a loss is taken from neighbouring batches, so that its course does not count as noise. c is taken within
 * [1/4, 1]: a loss that speeds up, as after the rate was raised, counts as the slowest law. So at least as much is thought to be left as the last doubling
 * brought, and at most 5.3 times that. A positive loss stays so: F* is then 0 or more.
 * @returns undefined where there are no three doublings yet, and where the last brought nothing beyond its error: that tells of the rate, not of a floor
 */
function lossFloor(done: readonly Stretch[]): LossFloor | undefined {
  if (done.length < STRETCHES) return undefined;
  const variance = pooledVariance(done);
  const [a, b, c, d, e, f] = done as [Stretch, Stretch, Stretch, Stretch, Stretch, Stretch];
  const [first, second, fourth] = [joined(a, b, variance), joined(c, d, variance), joined(e, f, variance)];
  const fall = second.mean - fourth.mean;
  const slowing = first.mean - second.mean - fall;
  const fallError = Math.sqrt(second.error + fourth.error);
  if (!(fall > fallError)) return undefined;
  const slowingError = Math.sqrt(first.error + 4 * second.error + fourth.error);
  const below = (left: number): number => (fourth.mean > 0 ? Math.max(0, fourth.mean - left) : fourth.mean - left);
  return {
    floor: below(gap(fall, slowing)),
    least: below(gap(fall + fallError, slowing - slowingError)),
    most: below(gap(fall - fallError, slowing + slowingError)),
  };
}
