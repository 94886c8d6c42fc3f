import type { Optimizer } from '@tensorflow/tfjs-core';
import { getLearningRate, setLearningRate } from './optimizer-access.js';

/** Keeps the user's own learning rate apart from the one that is applied. */
export class LearningRateControl {
  readonly #optimizer: Optimizer;
  #base: number;
  #applied: number;

  constructor(optimizer: Optimizer) {
    this.#optimizer = optimizer;
    this.#base = getLearningRate(optimizer) ?? 1;
    this.#applied = this.#base;
  }

  /** The user's rate; 1 where the optimizer shows none. */
  get base(): number {
    return this.#base;
  }

  /** The rate in force; 1 where the optimizer shows none. */
  get applied(): number {
    return this.#applied;
  }

  /** Whether the optimizer shows a rate that can be set. */
  get isKnown(): boolean {
    return getLearningRate(this.#optimizer) !== undefined;
  }

  /** Applies what `rateOver` makes of the user's rate. */
  apply(rateOver: (base: number) => number): void {
    if (!this.isKnown) return;
    this.#readBase();
    const rate = rateOver(this.#base);
    if (rate === this.#applied) return;
    setLearningRate(this.#optimizer, rate);
    this.#applied = rate;
  }

  /** Gives the optimizer the user's rate back. */
  restore(): void {
    this.apply((base) => base);
  }

  /** A rate that is not the one set here is the user's own: the new base. */
  #readBase(): void {
    const rate = getLearningRate(this.#optimizer) as number;
    if (rate === this.#applied) return;
    this.#base = rate;
    this.#applied = rate;
  }
}
