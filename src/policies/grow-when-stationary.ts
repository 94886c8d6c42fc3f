import { checkCount, checkGreater, checkKeys, checkOneOf } from '../core/checks.js';
import { nearestCandidate } from '../core/ladder.js';
import { readStationarity, type StationarityReading, type StationarityTest } from '../core/stationarity.js';
import { STRETCHES, type Stretch, windowTest } from '../core/stationary-window.js';
import { checkLevel } from '../core/student.js';
import type { Policy, PolicyContext, PolicyDecision } from '../core/types.js';

/** Options of {@link growWhenStationary}; each has a safe default. */
export interface GrowWhenStationaryOptions {
  /** How stationarity is told: 'pflug', 'yaida' or 'sasa'. @defaultValue sasa */
  readonly test?: StationarityTest;
  /** Length of the window that is tested; a whole number >= 10 [examples]. @defaultValue 20000 */
  readonly window?: number;
  /** Level of the confidence intervals of 'sasa' and 'pflug'; in [0.5, 0.98]. @defaultValue 0.95 */
  readonly confidence?: number;
  /** 'yaida': largest imbalance, as a share of what is to be balanced; > 0. @defaultValue 0.3 */
  readonly tolerance?: number;
  /** Whether the loss must also have stopped falling by more than its standard error over the window. @defaultValue true */
  readonly needsFlatLoss?: boolean;
  /** Factor on the batch, or one over it on the rate, when stationary; > 1. @defaultValue 2 */
  readonly factor?: number;
}

/** State of {@link growWhenStationary}. JSON, bounded. */
export type GrowWhenStationaryState = {
  /** Size and rate that the window is of. */
  readonly batchSize: number;
  readonly learningRate: number;
  /** Of the step before [examples]. */
  readonly lastBatchSize: number;
  /** The size asked for, before it is brought to a candidate [examples]; 0: none yet. */
  readonly target: number;
  /** Factor put on the rate so far. */
  readonly rateScale: number;
  /** Sums over the stretch under way. */
  readonly examples: number;
  readonly loss: number;
  readonly readings: number;
  readonly value: number;
  readonly scale: number;
  /** The stretches before it, fewer than ten. */
  readonly stretches: readonly Stretch[];
};

const NO_STRETCH = { examples: 0, loss: 0, readings: 0, value: 0, scale: 0 };
const NEW: GrowWhenStationaryState = {
  batchSize: 0,
  learningRate: 0,
  lastBatchSize: 0,
  target: 0,
  rateScale: 1,
  ...NO_STRETCH,
  stretches: [],
};
/** A rate that has moved by more than this factor makes the window another's. */
const SAME_RATE = 1.25;

/** Whether the window is of this size and rate. */
function isSame({ batchSize, learningRate }: GrowWhenStationaryState, context: PolicyContext): boolean {
  const rate = context.observation.learningRate;
  const isNear = rate <= SAME_RATE * learningRate && learningRate <= SAME_RATE * rate;
  return batchSize === context.batchSize && isNear;
}

/** The window with the step just done. */
function added(
  state: GrowWhenStationaryState,
  { observation: { batchSize, loss } }: PolicyContext,
  reading: StationarityReading | undefined,
): GrowWhenStationaryState {
  return {
    ...state,
    lastBatchSize: batchSize,
    examples: state.examples + batchSize,
    loss: state.loss + batchSize * loss,
    readings: state.readings + (reading === undefined ? 0 : 1),
    value: state.value + (reading?.value ?? 0),
    scale: state.scale + (reading?.scale ?? 0),
  };
}

const TESTS: readonly StationarityTest[] = ['pflug', 'yaida', 'sasa'];

function checkedOptions(options: GrowWhenStationaryOptions) {
  checkKeys('growWhenStationary', options, [
    'test',
    'window',
    'confidence',
    'tolerance',
    'needsFlatLoss',
    'factor',
  ] satisfies (keyof GrowWhenStationaryOptions)[]);
  return {
    test: checkOneOf('growWhenStationary: test', options.test ?? 'sasa', TESTS),
    window: checkCount('growWhenStationary: window', options.window ?? 20_000, STRETCHES),
    confidence: checkLevel('growWhenStationary: confidence', options.confidence ?? 0.95),
    tolerance: checkGreater('growWhenStationary: tolerance', options.tolerance ?? 0.3, 0),
    needsFlatLoss: checkOneOf('growWhenStationary: needsFlatLoss', options.needsFlatLoss ?? true, [true, false]),
    factor: checkGreater('growWhenStationary: factor', options.factor ?? 2, 1),
  };
}

/** What to do at a noise floor: grow, or with no larger candidate left cut the rate. */
function grown(
  { target, rateScale }: GrowWhenStationaryState,
  { batchSize, candidates }: PolicyContext,
  { factor, test }: ReturnType<typeof checkedOptions>,
): { state: GrowWhenStationaryState; decision: PolicyDecision } {
  const found = `stationary by ${test}`;
  if (batchSize >= (candidates.at(-1) as number)) {
    const scale = Math.max(rateScale / factor, Number.MIN_VALUE);
    const reason = `${found} at the largest batch: rate x${scale.toPrecision(3)}`;
    return { state: { ...NEW, rateScale: scale }, decision: { learningRateScale: scale, reason } };
  }
  const from = target > 0 && nearestCandidate(target, candidates) === batchSize ? target : batchSize;
  const size = Math.max(batchSize, nearestCandidate(from * factor, candidates));
  const state = { ...NEW, rateScale, target: from * factor };
  return { state, decision: { batchSize: size, reason: `${found}: ${size} for ${batchSize}` } };
}

/**
 * Grows the batch when SGD only rattles around at its noise floor, which a test tells rather than patience; at the largest candidate cuts the
 * rate instead.
 *
 * Over a window of examples at one size and rate, in ten stretches, whose means count as independent (see `readStationarity`):
 * - `sasa`: θ·g − (η/2)(1 + ρ)|V|² has the mean 0 within its confidence interval (Lang 2019; the stricter form, all of the interval near
 *   0, seldom fired in our simulations at a reading in ten steps);
 * - `yaida`: its mean is at most `tolerance` of the mean of (η/2)(1 + ρ)|V|²;
 * - `pflug`: g·V_{t−1} is below 0 by its confidence interval.
 *
 * All three take stiff directions at rest for the whole while the loss still falls along others. So the loss must also be flat: its line of
 * least squares over the window falls by at most one standard error. A window that fails goes on by half; one in which size or rate
 * (by more than a quarter) changes begins anew.
 *
 * Units: window in examples, at least ten measured steps. Adam and Adamax, RMSProp with momentum: 'pflug' only. Plain SGD by 'pflug': the
 * temporal route only. Where a test does not hold the policy holds, and says so. Limits: what falls more slowly than the window can show counts as
 * flat; a window of several epochs is safe.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { policy: growWhenStationary({ window: 50_000 }), learningRate: none() })
 * @see Lang, Xiao, Zhang 2019, "Using statistics to automate stochastic optimization", arXiv 1909.09785
 * @see Yaida 2018, arXiv 1810.00004; Pflug 1990; Chee and Toulis 2018, arXiv 1710.06382
 */
export function growWhenStationary(options: GrowWhenStationaryOptions = {}): Policy<GrowWhenStationaryState> {
  const checked = checkedOptions(options);
  const { test, window } = checked;
  const whyNot = windowTest(checked);

  return {
    name: 'growWhenStationary',
    options: checked,
    needs: ['loss', 'gradient'],
    init: () => NEW,
    update(before, _estimates, context) {
      const { batchSize, observation, facts } = context;
      const { gradient, learningRate, short } = observation;
      const { rateScale, target } = before;
      const lastBatchSize = before.lastBatchSize || batchSize;
      const course = isSame(before, context) ? before : { ...NEW, batchSize, learningRate, rateScale, target };
      const step = gradient && short !== true && { gradient, learningRate, batchSize, lastBatchSize };
      const reading = step ? readStationarity(test, step, facts) : undefined;
      if (typeof reading === 'string') {
        return { state: { ...course, lastBatchSize: observation.batchSize }, decision: { reason: reading } };
      }
      const state = added(course, context, reading);
      const { examples, readings, stretches } = state;
      if (examples * STRETCHES < window || readings === 0) {
        return { state, decision: { reason: `stretch ${stretches.length + 1} of ${STRETCHES} of the window` } };
      }
      const closed: Stretch = [state.value / readings, state.scale / readings, state.loss / examples];
      const all = [...stretches, closed];
      const next = { ...state, ...NO_STRETCH };
      if (all.length < STRETCHES) {
        return { state: { ...next, stretches: all }, decision: { reason: `${all.length} of ${STRETCHES} stretches` } };
      }
      const reason = whyNot(all);
      if (reason === undefined) return grown(state, context, checked);
      return { state: { ...next, stretches: all.slice(STRETCHES / 2) }, decision: { reason } };
    },
  };
}
