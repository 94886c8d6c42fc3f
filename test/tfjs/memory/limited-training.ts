// A training on native TensorFlow, for a process of its own: `idle` ends before it, `plain` is fit() at the largest batch size, and with options as JSON the
// policy's largest batch is 512 times its first. The last line is JSON: data segment in use and most memory ever
// resident [kB], whether memory ran out and the training went on, micro-batches, squared length of the weights.
import { readFileSync } from 'node:fs';
import { argv, env } from 'node:process';
import * as tf from '@tensorflow/tfjs';
import { useBackend } from '../../../examples/support/backend.js';
import { type AdaptiveBatchOptions, adaptiveBatch, none, stages } from '../../../src/index.js';

const [EXAMPLES, UNITS, BASE, LARGEST] = [65_536, 512, 64, 32_768];

env.TF_CPP_MIN_LOG_LEVEL = '3';
await useBackend('native');
const xs = tf.randomNormal([EXAMPLES, 16], 0, 1, 'float32', 1);
const ys = tf.sum(xs, 1, true);
const dense = (units: number, seed: number, other: object = {}) =>
  tf.layers.dense({ units, kernelInitializer: tf.initializers.glorotNormal({ seed }), ...other });
const model = tf.sequential({
  layers: [
    dense(UNITS, 1, { inputShape: [16], activation: 'relu' }),
    dense(UNITS, 2, { activation: 'relu' }),
    dense(1, 3),
  ],
});
model.compile({ optimizer: tf.train.sgd(1e-3), loss: 'meanSquaredError' });

const [given = '{}'] = argv.slice(2);
const passes: (readonly [batchSize: number, microBatches: number])[] = [];
let ranOut = false;
const fitArgs = { epochs: 1, verbose: 0, shuffle: false } as const;
if (given === 'idle') await tf.ready();
else if (given === 'plain') await model.fit(xs, ys, { ...fitArgs, batchSize: LARGEST });
else {
  const options = JSON.parse(given, (_key, value) => (value === 'Infinity' ? Number.POSITIVE_INFINITY : value));
  const growth: AdaptiveBatchOptions = {
    policy: stages({ every: { examples: 1024 }, batchFactor: 4, rateFactor: 1 }),
    ...{ learningRate: none(), maxBatchSize: LARGEST, maxMicroBatchSize: LARGEST, seed: 1 },
  };
  const callbacks = adaptiveBatch(model, { ...growth, ...options });
  callbacks.controller.observations$.subscribe(({ batchSize, microBatches }) => passes.push([batchSize, microBatches]));
  callbacks.controller.on('warning', (message) => {
    ranOut ||= message.startsWith('memory ran out');
  });
  await model.fit(xs, ys, { ...fitArgs, batchSize: BASE, callbacks });
}
const weights = model.getWeights().map((weight) => tf.tidy(() => tf.sum(tf.square(weight)).dataSync()[0]));
const status = readFileSync('/proc/self/status', 'utf8');
const kb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
console.log(JSON.stringify({ dataKb: kb('VmData'), residentKb: kb('VmHWM'), ranOut, passes, weights }));
