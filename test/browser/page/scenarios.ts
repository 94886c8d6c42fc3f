import { type AdaptiveBatchOptions, fixed, memoryLog, none, stages } from '../../../src/index.js';
import { blobs, classifier, layers, tf, withSeed } from '../../tfjs/problems.js';
import { layerKinds } from './layer-kinds.js';
import { syncReadsOf } from './sync-reads.js';
import { type Training, WAYS } from './ways.js';

type Way = keyof typeof WAYS;

const crossEntropy = (ys: tf.Tensor, predicted: tf.Tensor): tf.Tensor =>
  tf.mean(layers.metrics.categoricalCrossentropy(ys, predicted));

function compiled(loss = crossEntropy): layers.Sequential {
  const model = classifier('sgd', 3, 6, []);
  model.compile({ optimizer: tf.train.momentum(0.05, 0.9), loss });
  return model;
}

async function weightsOf(model: layers.LayersModel): Promise<number[]> {
  const weights = await Promise.all(model.getWeights().map((weight) => weight.data()));
  return weights.flatMap((values) => Array.from(values));
}

/** Batches of 8 to 64, a size more at each stage, which begin within an epoch: its last batch is another each time. */
const CLIMB = { policy: stages({ every: { examples: 120 }, rateFactor: 1 }), learningRate: none() };
const BOUNDS = { minBatchSize: 8, maxBatchSize: 64 };
const OPTIONS: Readonly<Record<Way, AdaptiveBatchOptions>> = { fit: {}, fitDataset: CLIMB, loop: CLIMB };

/** What a training showed. */
export interface TrainingFacts {
  /** The run log. */
  readonly lines: readonly string[];
  /** Tensors alive at the end of each epoch. */
  readonly alive: readonly number[];
  /** Tensors that were not there before, of the training and the optimizer. */
  readonly left: number;
  /** Distinct sizes of the training's tensors [examples]. */
  readonly microBatchSizes: readonly number[];
  readonly syncReads: readonly string[];
}

/** Trains by the default policy in fit(), with a batch that climbs the ladder elsewhere. */
async function training(way: Way): Promise<TrainingFacts> {
  const sizes = new Set<number>();
  const loss = (ys: tf.Tensor, predicted: tf.Tensor): tf.Tensor => {
    sizes.add(ys.shape[0] as number);
    return crossEntropy(ys, predicted);
  };
  const data = blobs(108);
  const model = compiled(loss);
  const log = memoryLog();
  const alive: number[] = [];
  const before = tf.memory().numTensors;
  const run: Training = {
    ...{ model, data, loss, batchSize: 8, epochs: 6 },
    options: { ...OPTIONS[way], ...BOUNDS, log, seed: 1 },
    onEpochEnd: () => {
      alive.push(tf.memory().numTensors);
    },
  };
  const syncReads = await syncReadsOf(() => WAYS[way](run));
  const left = tf.memory().numTensors - before;
  return { lines: log.lines, alive, left, microBatchSizes: [...sizes].sort((a, b) => a - b), syncReads };
}

/** The weights that plain fit() leaves, and where it waits for the device. */
async function plain(): Promise<{ weights: number[]; syncReads: string[] }> {
  const model = compiled();
  const { x, y } = blobs(44);
  const train = () => model.fit(x, y, { batchSize: 16, epochs: 2, verbose: 0 });
  const syncReads = await syncReadsOf(() => withSeed(1, train));
  return { weights: await weightsOf(model), syncReads };
}

/** The weights that a controller that does nothing leaves. */
async function neutral(way: Way): Promise<number[]> {
  const model = compiled();
  const options = { policy: fixed(), learningRate: none() };
  const run = { model, data: blobs(44), batchSize: 16, epochs: 2, options, loss: crossEntropy };
  await withSeed(1, () => WAYS[way](run));
  return weightsOf(model);
}

/** The run log of a training with measured steps only, by each route in turn; the same on all backends but for rounding. */
async function measured(route: 'microBatches' | 'closedForm'): Promise<readonly string[]> {
  const log = memoryLog();
  const options = { policy: fixed(), learningRate: none(), measure: { every: 1, route }, log, seed: 5 } as const;
  const run = { model: compiled(), data: blobs(192), batchSize: 16, epochs: 1, options, loss: crossEntropy };
  await WAYS.fit(run);
  return log.lines;
}

/** The run log of a training of a net with layers of that kind. */
async function layerKind(kind: keyof typeof layerKinds): Promise<readonly string[]> {
  const { model, data } = layerKinds[kind]();
  const log = memoryLog();
  const options = { policy: fixed(), measure: { every: 1 }, log, seed: 2 };
  model.compile({ optimizer: tf.train.sgd(0.05), loss: crossEntropy });
  await WAYS.fit({ model, data, batchSize: 16, epochs: 1, options, loss: crossEntropy });
  return log.lines;
}

/** What a page can be asked for. */
export const scenarios = { training, plain, neutral, measured, layerKind };
