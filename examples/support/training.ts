import * as tf from '@tensorflow/tfjs';
import { type AdaptiveBatch, type AdaptiveBatchOptions, adaptiveBatch } from 'tfjs-adaptive-batch';
import { type Data, disposeData, type Examples } from './data.js';
import { perceptron } from './perceptron.js';
import { type EpochRecord, TargetLoss } from './target-loss.js';

/** What is trained, on what, until when. */
export interface Setting {
  readonly data: Data;
  /** Units of the hidden layer. */
  readonly hidden: number;
  /** A new optimizer at the base rate, which is tuned for {@link batchSize}. */
  readonly optimizer: () => tf.Optimizer;
  /** B0 [examples]. */
  readonly batchSize: number;
  /** The training ends with the first epoch whose mean training loss is at or below it. */
  readonly targetLoss: number;
  /** The training ends after this many epochs in any case. */
  readonly mostEpochs: number;
}

/** How one training is run. */
export interface TrainOptions {
  /** Train adaptively, with these options; absent: plain fit(). */
  readonly adaptive?: AdaptiveBatchOptions;
  /** Gets the callback of an adaptive training before it begins. */
  readonly onStart?: (adaptive: AdaptiveBatch) => void;
  readonly onEpoch?: (record: EpochRecord) => void;
}

/** What a training came to. */
export interface TrainingRecord {
  readonly isReached: boolean;
  /** One for each epoch; the last is the training's end. */
  readonly epochs: readonly EpochRecord[];
  /** Share of the test examples that the trained model gets right. */
  readonly accuracy: number;
}

/** Share of the examples that the model gets right. */
function accuracyOf(model: tf.LayersModel, { inputs, targets }: Examples): number {
  return tf.tidy(() => {
    const answers = (model.predict(inputs, { batchSize: 500 }) as tf.Tensor).argMax(1);
    return answers.equal(targets.argMax(1)).mean().dataSync()[0] as number;
  });
}

/**
 * Trains one model from seeded weights.
 * @param seed of the weights
 */
export async function train(setting: Setting, seed: number, options: TrainOptions = {}): Promise<TrainingRecord> {
  const { train: examples, test } = setting.data;
  const inputs = examples.inputs.shape[1];
  const optimizer = setting.optimizer();
  const model = perceptron({ inputs, hidden: setting.hidden, seed, optimizer });
  const target = new TargetLoss(setting.targetLoss, options.onEpoch);
  const callbacks: tf.Callback[] = [target];
  if (options.adaptive !== undefined) {
    const adaptive = adaptiveBatch(model, options.adaptive);
    options.onStart?.(adaptive);
    callbacks.unshift(adaptive);
  }
  const { batchSize, mostEpochs: epochs } = setting;
  await model.fit(examples.inputs, examples.targets, { batchSize, epochs, verbose: 0, callbacks });
  const record = { isReached: target.isReached, epochs: target.epochs, accuracy: accuracyOf(model, test) };
  model.dispose();
  optimizer.dispose();
  return record;
}

/** Runs both ways of training on a few examples, so that compilation falls into neither of those that are timed. */
export async function warmUp(setting: Setting, adaptive: AdaptiveBatchOptions = {}): Promise<void> {
  const few = ({ inputs, targets }: Examples): Examples => {
    const count = Math.min(1500, inputs.shape[0]);
    return { inputs: inputs.slice(0, count), targets: targets.slice(0, count) };
  };
  const data = { train: few(setting.data.train), test: few(setting.data.test) };
  const short: Setting = { ...setting, data, targetLoss: 0, mostEpochs: 3 };
  const { log: _notThis, ...quiet } = adaptive;
  for (let round = 0; round < 2; round++) {
    await train(short, 1);
    await train(short, 1, { adaptive: quiet });
  }
  disposeData(data);
}
