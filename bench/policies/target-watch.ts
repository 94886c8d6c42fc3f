import * as tf from '@tensorflow/tfjs';
import { type Cost, crossing, type Evaluation, evaluationsDue } from './crossing.js';
import type { Outcome } from './types.js';

type Logs = { readonly [name: string]: number | tf.Tensor };

/** What a {@link TargetWatch} needs to know. */
export interface WatchOptions {
  readonly targetLoss: number;
  /** The training is abandoned past it [ms]. */
  readonly limitMs: number;
  /** A training abandoned at or above it is ruined. */
  readonly ruinedLoss: number;
  /** N [examples]. */
  readonly datasetSize: number;
  /** Mean loss over the subset, of the model as it is. */
  readonly lossOf: () => Promise<number>;
  /** Resolves once the device has done all it was given: the clock is read then. */
  readonly settled?: () => Promise<void>;
  /** Updates so far, where a batch of the loop is not always one. */
  readonly updates?: () => number;
}

/**
 * Evaluates the model every quarter of an epoch, with the clock stopped, and ends the training at the target or past the limit.
 * Place it after an adaptive callback: what that one does is on the clock.
 */
export class TargetWatch extends tf.Callback {
  readonly #options: WatchOptions;
  #last: Evaluation | undefined;
  #reached: Cost | undefined;
  #begin = 0;
  #pausedMs = 0;
  #batches = 0;
  #examples = 0;
  #evaluations = 0;

  constructor(options: WatchOptions) {
    super();
    this.#options = options;
  }

  /** Evaluates the initial weights and starts the clock. Call right before `fit()`. */
  async start(): Promise<void> {
    this.#last = { loss: await this.#options.lossOf(), elapsedMs: 0, updates: 0, examples: 0 };
    this.#begin = performance.now();
  }

  override async onBatchEnd(_batch: number, logs?: Logs): Promise<void> {
    this.#batches++;
    this.#examples += logs?.size as number;
    const due = evaluationsDue(this.#examples, this.#options.datasetSize);
    const isPast = this.#elapsedMs > this.#options.limitMs;
    if (due === this.#evaluations && !isPast) return;
    this.#evaluations = due;
    await this.#options.settled?.();
    await this.#evaluate(this.#elapsedMs);
    if (isPast || this.#reached !== undefined || !Number.isFinite(this.#now.loss)) this.model.stopTraining = true;
  }

  /** How the training ended and what it cost. */
  get outcome(): Omit<Outcome, 'metric'> {
    const { loss, elapsedMs, updates, examples } = this.#now;
    if (this.#reached !== undefined) return { end: 'target', ...this.#reached };
    const isRuined = !(loss < this.#options.ruinedLoss);
    return { end: isRuined ? 'ruined' : 'time', elapsedMs, updates, examples };
  }

  get #now(): Evaluation {
    return this.#last as Evaluation;
  }

  get #elapsedMs(): number {
    return performance.now() - this.#begin - this.#pausedMs;
  }

  async #evaluate(elapsedMs: number): Promise<void> {
    const { lossOf, targetLoss, updates } = this.#options;
    const before = this.#now;
    this.#last = { loss: await lossOf(), elapsedMs, updates: updates?.() ?? this.#batches, examples: this.#examples };
    if (this.#last.loss <= targetLoss) this.#reached = crossing(before, this.#last, targetLoss);
    this.#pausedMs = performance.now() - this.#begin - elapsedMs;
  }
}
