import * as tf from '@tensorflow/tfjs';
import {
  type AdaptiveBatch,
  type AdaptiveBatchOptions,
  adaptiveBatch,
  type Change,
  type Decision,
  type Estimates,
  type RunLogSink,
  type StepObservation,
} from 'tfjs-adaptive-batch';
import { type Digits, type Examples, PIXELS } from './digits.js';
import { Gate } from './gate.js';
import { DIGITS, perceptron } from './perceptron.js';

const BATCH_SIZE = 16;
const LEARNING_RATE = 0.08;
export const TARGET_LOSS = 0.002;
export const MOST_EPOCHS = 100;
const MOMENTUM = 0.9;
/** Milliseconds between pauses in which the page draws and answers. */
const YIELD_EVERY = 50;
const WARM_STEPS = 40;

/** What a training tells as it goes. */
export interface Listener {
  onStep(observation: StepObservation, estimates: Estimates, decision: Decision): void;
  onChange(change: Change): void;
  /** @param loss mean training loss of the epoch's examples; @param accuracy share of the test examples that the model gets right */
  onEpoch(epoch: number, loss: number, accuracy: number): void;
}

/** What is trained, and how. */
export interface Setting {
  readonly digits: Digits;
  readonly options: AdaptiveBatchOptions;
  readonly log?: RunLogSink;
  readonly gate: Gate;
  readonly listener: Listener;
}

type Logs = { readonly [name: string]: number | tf.Tensor };

function tensorsOf({ pixels, labels }: Examples): { inputs: tf.Tensor2D; targets: tf.Tensor2D } {
  const inputs = tf.tensor2d(pixels, [labels.length, PIXELS]);
  const targets = tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), DIGITS).toFloat() as tf.Tensor2D);
  return { inputs, targets };
}

async function numberOf(value: tf.Tensor): Promise<number> {
  const [number] = await value.data();
  return number as number;
}

async function accuracyOf(model: tf.LayersModel, inputs: tf.Tensor2D, targets: tf.Tensor2D): Promise<number> {
  const accuracy = tf.tidy(() => {
    const answers = (model.predictOnBatch(inputs) as tf.Tensor).argMax(1);
    return answers.equal(targets.argMax(1)).mean();
  });
  const share = await numberOf(accuracy);
  accuracy.dispose();
  return share;
}

/** Judges the model at the end of each epoch, on examples that the training and its controller never see, and ends it at the target. */
class Judge extends tf.Callback {
  readonly #test: { readonly inputs: tf.Tensor2D; readonly targets: tf.Tensor2D };
  readonly #tell: Listener['onEpoch'];

  constructor(test: { readonly inputs: tf.Tensor2D; readonly targets: tf.Tensor2D }, tell: Listener['onEpoch']) {
    super();
    this.#test = test;
    this.#tell = tell;
  }

  override async onEpochEnd(epoch: number, logs?: Logs): Promise<void> {
    const value = logs?.loss as number | tf.Tensor;
    const loss = typeof value === 'number' ? value : await numberOf(value);
    const { inputs, targets } = this.#test;
    this.#tell(epoch, loss, await accuracyOf(this.model, inputs, targets));
    if (loss <= TARGET_LOSS) this.model.stopTraining = true;
  }
}

function listen({ controller }: AdaptiveBatch, { onStep, onChange }: Listener): void {
  let estimates: Estimates = {};
  controller.estimates$.subscribe((latest) => {
    estimates = latest;
  });
  controller.on('decision', (decision, observation) => onStep(observation, estimates, decision));
  controller.on('change', onChange);
}

/** Trains a new net to {@link TARGET_LOSS}, or as long as {@link MOST_EPOCHS} and the gate allow. No tensor is left behind. */
export async function train({ digits, options, log, gate, listener }: Setting): Promise<void> {
  const optimizer = tf.train.momentum(LEARNING_RATE, MOMENTUM);
  const model = perceptron(optimizer);
  const [examples, test] = [tensorsOf(digits.train), tensorsOf(digits.test)];
  const adaptive = adaptiveBatch(model, { ...options, ...(log && { log }), seed: 1, yieldEvery: YIELD_EVERY });
  listen(adaptive, listener);
  try {
    await model.fit(examples.inputs, examples.targets, {
      batchSize: BATCH_SIZE,
      epochs: MOST_EPOCHS,
      verbose: 0,
      callbacks: [adaptive, gate, new Judge(test, listener.onEpoch)],
    });
  } finally {
    adaptive.dispose();
    model.dispose();
    optimizer.dispose();
    // The rate, a tensor of the class below, is what momentum's own dispose() leaves.
    tf.SGDOptimizer.prototype.dispose.call(optimizer);
    tf.dispose([examples, test]);
  }
}

/** A few steps that nobody sees, so that what a backend compiles at first is in no run's time. */
export async function warmUp(digits: Digits): Promise<void> {
  const gate = new Gate();
  let steps = 0;
  const onStep = (): void => {
    steps += 1;
    if (steps === WARM_STEPS) gate.stop();
  };
  await train({ digits, options: {}, gate, listener: { onStep, onChange() {}, onEpoch() {} } });
}
