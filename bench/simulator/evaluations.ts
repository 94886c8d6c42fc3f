/** How a training stands when it is evaluated. */
export interface SimulatedPoint {
  /** [ms] */
  readonly time: number;
  readonly examples: number;
  readonly updates: number;
  /** On the fixed part of the training set. */
  readonly loss: number;
  /** Of the step before. */
  readonly batchSize: number;
  readonly learningRate: number;
}

/** Where a target was met. */
interface Place {
  readonly time: number;
  readonly examples: number;
  readonly updates: number;
}

/**
 * The evaluations of a training, and where the target was first met by the geometric mean of the last few: a single one that a noisy training happens
 * to dip to would reward rates that are too large.
 */
export class Evaluations {
  readonly curve: SimulatedPoint[] = [];
  /** Where the target was met; undefined as long as it was not. */
  reached: Place | undefined;
  readonly #target: number;
  readonly #smoothing: number;
  #smoothed = Number.POSITIVE_INFINITY;

  /** @param smoothing how many make the mean */
  constructor(target: number, smoothing: number) {
    this.#target = target;
    this.#smoothing = smoothing;
  }

  /** Adds one. @returns it */
  add(point: SimulatedPoint): SimulatedPoint {
    const before = this.curve.at(-1) ?? point;
    this.curve.push(point);
    const last = this.curve.slice(-this.#smoothing);
    const smoothed = Math.exp(last.reduce((sum, { loss }) => sum + Math.log(loss), 0) / last.length);
    if (this.reached === undefined && smoothed <= this.#target) this.reached = this.#between(before, point, smoothed);
    this.#smoothed = smoothed;
    return point;
  }

  toTarget() {
    const { time, examples, updates } = this.reached ?? { time: Infinity, examples: Infinity, updates: Infinity };
    return {
      timeToTarget: time,
      examplesToTarget: examples,
      updatesToTarget: updates,
      isReached: this.reached !== undefined,
    };
  }

  /** Linear in the logarithm of the smoothed loss. */
  #between(before: Place, after: Place, smoothed: number): Place {
    const fall = Math.log(this.#smoothed / smoothed);
    const share = fall > 0 && fall < Infinity ? Math.log(this.#smoothed / this.#target) / fall : 1;
    const at = (key: keyof Place): number => before[key] + share * (after[key] - before[key]);
    return { time: at('time'), examples: at('examples'), updates: at('updates') };
  }
}
