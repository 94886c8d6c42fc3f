import * as tf from '@tensorflow/tfjs';

/**
 * Holds a training between two batches, and lets it go on.
 *
 * `fit()` awaits its callbacks, so one that does not answer is a pause. It comes behind the adaptive callback, whose clocks run only within a
 * step: what the gate takes is in no step's time.
 */
export class Gate extends tf.Callback {
  /** Called when the training has come to rest. */
  onHeld: () => void = () => {};
  #opened: Promise<void> | undefined;
  #open: () => void = () => {};
  #isStopping = false;

  /** Holds the training after the batch under way. */
  hold(): void {
    this.#opened ??= new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  /** Lets it go on. */
  release(): void {
    this.#opened = undefined;
    this.#open();
  }

  /** Ends the training after the batch under way, held or not. */
  stop(): void {
    this.#isStopping = true;
    this.release();
  }

  override async onBatchEnd(): Promise<void> {
    const opened = this.#opened;
    if (opened !== undefined) {
      this.onHeld();
      await opened;
    }
    if (this.#isStopping) this.model.stopTraining = true;
  }
}
