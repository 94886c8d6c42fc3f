import type { EpochStart } from '../controller/controller.js';
import type { RunFacts, StepObservation, TimeEstimate } from '../core/types.js';
import { Pace } from './pace.js';

/** How much of a training is done. */
export interface Done {
  /** From 0. */
  readonly epoch: number;
  /** Absent: not known. */
  readonly epochs: number | undefined;
  /** Of this epoch [examples]. */
  readonly done: number;
  /** Of an epoch [examples]; absent: not known. */
  readonly total: number | undefined;
  /** Mean loss of the epoch so far, weighted by examples. */
  readonly loss: number;
}

/**
 * Follows a training: how much of it is done, and how long the rest will take.
 *
 * The rest is what is left of this epoch and of those to come, at the {@link Pace} of late, and for each epoch what lay between the last
 * step of the one before and its first: an evaluation, above all. Where an epoch's size is not known, the one before stands for it.
 */
export class TrainingProgress {
  readonly #pace = new Pace();
  readonly #facts: RunFacts;
  #epoch: EpochStart;
  #isOver = false;
  #done = 0;
  #lossSum = 0;
  #before: number | undefined;
  #lastStep: number | undefined;
  #betweenMs = 0;

  /** @param epochs where the training ends, if the loop does not tell */
  constructor(facts: RunFacts, epochs?: number) {
    this.#facts = facts;
    this.#epoch = { epoch: 0, ...(epochs !== undefined && { epochs }) };
  }

  get state(): Done {
    const { epoch, epochs } = this.#epoch;
    const total = this.#before ?? this.#facts.datasetSize;
    return { epoch, epochs, done: this.#done, total, loss: this.#lossSum / this.#done };
  }

  beginEpoch(epoch: EpochStart): void {
    this.#epoch = { ...this.#epoch, ...epoch };
    [this.#isOver, this.#done, this.#lossSum] = [false, 0, 0];
  }

  /** @param now the clock [ms] */
  step({ batchSize, loss, stepMs, measureMs = 0 }: StepObservation, now: number): void {
    const elapsed = this.#lastStep === undefined ? undefined : now - this.#lastStep;
    if (this.#done > 0 && elapsed !== undefined) this.#pace.add(batchSize, elapsed, now);
    else {
      const ownMs = stepMs + measureMs;
      this.#pace.add(batchSize, ownMs, now);
      if (elapsed !== undefined) this.#betweenMs = Math.max(elapsed - ownMs, 0);
    }
    this.#lastStep = now;
    this.#done += batchSize;
    this.#lossSum += loss * batchSize;
  }

  endEpoch(now: number): void {
    this.#isOver = true;
    this.#before = this.#done;
    if (this.#lastStep !== undefined) this.#betweenMs = now - this.#lastStep;
  }

  /**
   * Time to the end of the training, or of the epoch where the number of epochs is not known [ms]; undefined where it cannot be told.
   * @param batchSize in force [examples]
   */
  timeLeft(batchSize: number, time: TimeEstimate | undefined): number | undefined {
    const { epoch, epochs, done, total } = this.state;
    const further = epochs === undefined ? 0 : Math.max(epochs - epoch - 1, 0);
    const isOver = this.#isOver;
    if (isOver && further === 0) return 0;
    if (total === undefined) return undefined;
    const examples = further * total + (isOver ? 0 : Math.max(total - done, 0));
    const steps = this.#pace.timeFor({ examples, batchSize }, time, this.#facts);
    const betweens = further + (isOver || epochs === undefined ? 0 : 1);
    return steps === undefined ? undefined : steps + betweens * this.#betweenMs;
  }
}
