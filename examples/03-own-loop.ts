// A loop of one's own, one call a step: here logistic regression without tf.layers.
import * as tf from '@tensorflow/tfjs';
import { adaptiveLoop } from 'tfjs-adaptive-batch';
import { useBackend } from './support/backend.js';
import { loadDigits } from './support/digits.js';

await useBackend();
const { train } = loadDigits();
const weights = tf.variable(tf.zeros([64, 10]));
const bias = tf.variable(tf.zeros([10]));

const loop = adaptiveLoop({
  optimizer: tf.train.momentum(0.05, 0.9),
  source: { xs: train.inputs, ys: train.targets },
  loss: ({ xs, ys }) => tf.losses.softmaxCrossEntropy(ys, tf.add(tf.matMul(xs, weights), bias)),
  batchSize: 16,
});

for (let step = 1; step <= 200; step++) {
  const { observation, decision } = await loop.step();
  if (step % 40 === 0) {
    console.log(
      `step ${step}: loss ${observation.loss.toFixed(3)}, next batch ${decision.batchSize}: ${decision.reason}`,
    );
  }
}
loop.end();
