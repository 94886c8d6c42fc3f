import * as tf from '@tensorflow/tfjs';

type Logs = { readonly [name: string]: number | tf.Tensor };

/** The state of a training at the end of an epoch. */
export interface EpochRecord {
  /** Mean training loss over the epoch's examples, as fit() reports it. */
  readonly loss: number;
  /** Since the clock began [ms]. */
  readonly elapsedMs: number;
  /** Updates and examples since the training began. */
  readonly updates: number;
  readonly examples: number;
}

/**
 * Ends a training after the first epoch whose mean training loss is at or below a target, and keeps a record of each epoch.
 * The clock begins where it is made: fit() has work to do before it tells the callbacks.
 */
export class TargetLoss extends tf.Callback {
  readonly epochs: EpochRecord[] = [];
  readonly #target: number;
  readonly #tell: (record: EpochRecord) => void;
  readonly #begin = performance.now();
  #updates = 0;
  #examples = 0;

  constructor(target: number, tell: (record: EpochRecord) => void = () => {}) {
    super();
    this.#target = target;
    this.#tell = tell;
  }

  /** Whether the target was reached. */
  get isReached(): boolean {
    const last = this.epochs.at(-1);
    return last !== undefined && last.loss <= this.#target;
  }

  override async onBatchEnd(_batch: number, logs?: Logs): Promise<void> {
    this.#updates++;
    this.#examples += logs?.size as number;
  }

  override async onEpochEnd(_epoch: number, logs?: Logs): Promise<void> {
    const value = logs?.loss as number | tf.Tensor;
    const loss = typeof value === 'number' ? value : ((await value.data())[0] as number);
    const elapsedMs = performance.now() - this.#begin;
    const record = { loss, elapsedMs, updates: this.#updates, examples: this.#examples };
    this.epochs.push(record);
    if (this.isReached) this.model.stopTraining = true;
    this.#tell(record);
  }
}
