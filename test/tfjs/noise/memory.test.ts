import type { GradientRoute } from '../../../src/index.js';
import type { Side } from '../../../src/tfjs/noise/gradient-list.js';
import { PendingUpdate } from '../../../src/tfjs/pending-update.js';
import { BACKEND, itWith } from '../../support/backend.js';
import { layers, tf } from '../support.js';

const WIDTH = 300;
const BATCH_SIZE = 8;
const MEBIBYTE = 2 ** 20;

/** Wide layers, few examples: nearly all of the memory is weights and gradients. */
const model = layers.sequential({
  layers: [
    layers.layers.dense({ units: WIDTH, inputShape: [WIDTH], activation: 'tanh' }),
    layers.layers.dense({ units: WIDTH, activation: 'tanh' }),
    layers.layers.dense({ units: 3, activation: 'softmax' }),
  ],
});
const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
const gradientBytes = variables.reduce((sum, { size }) => sum + 4 * size, 0);
const [x, y] = [tf.ones([BATCH_SIZE, WIDTH]), tf.ones([BATCH_SIZE, 3])];

function loss(rows = BATCH_SIZE): () => tf.Scalar {
  return () => {
    const predicted = model.apply(tf.slice(x, 0, rows)) as tf.Tensor;
    return tf.mean(layers.metrics.categoricalCrossentropy(tf.slice(y, 0, rows), predicted));
  };
}

/** Bytes of the backend's buffers, as they come and go: TensorFlow.js counts a buffer once for each tensor that looks at it. */
const buffers = { bytes: 0, peak: 0 };
type Store = Pick<Map<object, { values?: { byteLength?: number } }>, 'get' | 'set' | 'delete'>;

function watch({ data: store }: { data: Store }): void {
  const [set, remove] = [store.set, store.delete];
  store.set = (id, entry) => {
    buffers.bytes += entry.values?.byteLength ?? 0;
    buffers.peak = Math.max(buffers.peak, buffers.bytes);
    return set.call(store as never, id, entry);
  };
  store.delete = (id) => {
    buffers.bytes -= store.get(id)?.values?.byteLength ?? 0;
    return remove.call(store as never, id);
  };
}

if (BACKEND === 'cpu') watch(tf.backend() as unknown as { data: Store });

/** Most bytes in use while a step runs, above what is in use before it. */
async function peakOf(route: GradientRoute | undefined, verified: Set<string>, previous?: Side) {
  const optimizer = tf.train.sgd(0.01);
  const before = buffers.bytes;
  buffers.peak = before;
  const plan = { isByLayer: false, isThorough: true, random: Math.random, verified, previous };
  const update = new PendingUpdate(optimizer, route && { ...plan, route });
  if (route === undefined || route === 'temporal') update.addMicroBatch(loss(), variables, BATCH_SIZE).dispose();
  else if (route === 'microBatches') {
    const half = BATCH_SIZE / 2;
    for (const _half of [0, 1]) update.addMicroBatch(loss(half), variables, half).dispose();
  } else update.measureWhole(loss(), variables, BATCH_SIZE).dispose();
  update.apply();
  await update.read();
  const applied = update.takeApplied();
  update.dispose();
  optimizer.dispose();
  return { peak: buffers.peak - before, applied };
}

/** Copies of the gradients that a route holds beside a plain step. */
const MOST_COPIES: Readonly<Partial<Record<GradientRoute, number>>> = {
  microBatches: 2,
  closedForm: 2,
  randomSigns: 2,
  perExample: 2,
  temporal: 2,
};

for (const [name, copies] of Object.entries(MOST_COPIES)) {
  itWith(
    'countedBuffers',
    `${name} takes at most ${copies} copies of the gradients more than a plain step`,
    async () => {
      const plain = await peakOf(undefined, new Set());
      const verified = new Set<string>();
      for (const _time of ['first', 'verified']) {
        const { peak, applied } = await peakOf(name as GradientRoute, verified, plain.applied as Side);
        expect((peak - plain.peak) / gradientBytes).toBeLessThan(copies + MEBIBYTE / gradientBytes);
        tf.dispose((applied?.gradient ?? []) as tf.Tensor[]);
      }
    },
  );
}
