import { readdirSync, readFileSync } from 'node:fs';
import type { GradientStatistics } from '../../src/index.js';
import type { Need } from '../support/backend.js';
import { layers, tf } from './support.js';

const FOLDER = 'test/golden/per-example';

type Values = { readonly shape: number[]; readonly values: number[] };

/** What a table says of the gradients g_j of the measured batch's examples; g is their mean. */
interface Spread {
  /** |g|². */
  readonly squaredNormOfMean: number;
  /** Σ |g_j − g|². */
  readonly squaredDeviations: number;
  /** |g_j|², an entry an example. */
  readonly squaredNorms: readonly number[];
  /** g_j·g, an entry an example. */
  readonly productsWithMean: readonly number[];
  /** Σ b_i |g_i − g|² for micro-batches of these sizes, examples in their order. */
  readonly splits: readonly { readonly microBatchSizes: readonly number[]; readonly squaredDeviations: number }[];
}

/** The statistics of one split. */
export type GoldenStatistics = Omit<GradientStatistics, 'route' | 'degreesOfFreedom'> & {
  readonly microBatchSizes: readonly number[];
};

/** What a table says of the fourth update by one optimizer. */
interface GoldenUpdate {
  /** Name of the factory in `tf.train`, and its arguments; the learning rate is the first. */
  readonly kind: 'sgd' | 'momentum' | 'adam' | 'adamax' | 'rmsprop' | 'adagrad' | 'adadelta';
  readonly arguments: readonly [number, ...(number | boolean)[]];
  /** The mean loss of the measured batch before the update. */
  readonly loss: number;
  /** |p|². */
  readonly squaredNormOfDirection: number;
  /** |d|². */
  readonly squaredNormOfFreshDirection: number;
  /** By split: two halves, three uneven parts, single examples. */
  readonly statistics: readonly GoldenStatistics[];
  /** p, all variables in one. */
  readonly direction: readonly number[];
  /** c·D, all variables in one, or c where D is 1. */
  readonly preconditioner: readonly number[] | number;
}

/** One file of reference numbers, of which bench/reference/README.md tells the rest. */
interface GoldenTable {
  readonly loss: 'categoricalCrossentropy' | 'meanSquaredError';
  /** Whether an example's loss depends on that example alone; not so with batch normalization. */
  readonly independent: boolean;
  readonly inputShape: number[];
  /** A layer's kind and arguments, or `again`: the layer of an earlier index once more. */
  readonly layers: readonly Readonly<Record<string, unknown>>[];
  readonly weights: readonly (Values & { readonly name: string })[];
  /** Three batches for the updates before, then the measured one. */
  readonly batches: readonly { readonly inputs: Values; readonly labels: Values }[];
  /** The measured batch at the initial weights. */
  readonly atStart: {
    readonly loss: number;
    /** g, all variables in one. */
    readonly gradient: readonly number[];
    readonly total: Spread;
    /** In the order of the model's trainable weights. */
    readonly variables: readonly (Spread & { readonly name: string })[];
  };
  readonly optimizers: Readonly<Record<string, GoldenUpdate>>;
}

interface Batch {
  readonly xs: tf.Tensor;
  readonly ys: tf.Tensor;
}

/** A model of the table with its initial weights, and the data. */
export interface Golden {
  readonly model: layers.LayersModel;
  /** The trainable variables, in the table's order. */
  readonly variables: tf.Variable[];
  /** The measured batch. */
  readonly xs: tf.Tensor;
  readonly ys: tf.Tensor;
  /** The mean loss of the measured batch, in training mode. */
  readonly loss: () => tf.Scalar;
  /** The same for any batch. */
  readonly lossOf: (xs: tf.Tensor, ys: tf.Tensor) => () => tf.Scalar;
  /** The batches of the three updates before. */
  readonly earlier: readonly Batch[];
  /** Sets the initial weights again. */
  readonly reset: () => void;
  readonly table: GoldenTable;
}

/** The models that there is a table of. */
export const GOLDEN_NAMES: readonly string[] = readdirSync(FOLDER)
  .map((file) => file.replace('.json', ''))
  .sort();

/** What a backend must have to train the model of a table. */
export function needOf(name: string): Need | undefined {
  if (name.includes('cnn')) return 'convolution';
  return name.startsWith('embedding') ? 'embedding' : undefined;
}

function toTensor({ values, shape }: Values): tf.Tensor {
  return tf.tensor(values, shape, 'float32');
}

/** A chain; a layer that comes again is the same object, with the same weights. */
function buildModel(table: GoldenTable): layers.LayersModel {
  type Factory = (config: unknown) => layers.layers.Layer;
  const factories = layers.layers as unknown as Readonly<Record<string, Factory>>;
  const input = layers.input({ shape: table.inputShape });
  const built: layers.layers.Layer[] = [];
  let output = input;
  for (const step of table.layers) {
    const [kind, config] = Object.entries(step)[0] as [string, unknown];
    const layer = kind === 'again' ? built[config as number] : factories[kind]?.(config);
    if (layer === undefined) throw new Error(`golden table: layer ${kind} ${JSON.stringify(config)} is not known`);
    built.push(layer);
    output = layer.apply(output) as layers.SymbolicTensor;
  }
  return layers.model({ inputs: input, outputs: output });
}

/** Reads a table and builds its model and batches; the caller disposes of none, a test file's process does. */
export function loadGolden(name: string): Golden {
  const table = JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8')) as GoldenTable;
  const model = buildModel(table);
  const reset = (): void => {
    for (const [i, weight] of table.weights.entries()) model.trainableWeights[i]?.write(toTensor(weight));
  };
  reset();
  const batches = table.batches.map(({ inputs, labels }) => ({ xs: toTensor(inputs), ys: toTensor(labels) }));
  const { xs, ys } = batches.at(-1) as Batch;
  const lossOf = (inputs: tf.Tensor, labels: tf.Tensor) => () => {
    const predicted = model.apply(inputs, { training: true }) as tf.Tensor;
    return tf.mean(layers.metrics[table.loss](labels, predicted)) as tf.Scalar;
  };
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  return { model, variables, xs, ys, loss: lossOf(xs, ys), lossOf, earlier: batches.slice(0, -1), reset, table };
}

/** The optimizer that made `table.optimizers[name]`, without any update yet. */
export function goldenOptimizer({ table }: Golden, name: string): tf.Optimizer {
  const { kind, arguments: given } = table.optimizers[name] as GoldenUpdate;
  const make = tf.train[kind] as (...options: readonly (number | boolean)[]) => tf.Optimizer;
  return make(...given);
}
