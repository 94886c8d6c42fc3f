// A policy of one's own is two pure functions over a JSON state; combinators and learning-rate rules wrap around it.
import * as tf from '@tensorflow/tfjs';
import { adaptiveBatch, clamped, cooled, type Policy, squareRoot } from 'tfjs-adaptive-batch';
import { useBackend } from './support/backend.js';
import { loadDigits } from './support/digits.js';
import { perceptron } from './support/perceptron.js';

/** Doubles the batch each time the smoothed loss has halved. */
function doubleAsLossHalves(): Policy<{ mark: number }> {
  return {
    name: 'doubleAsLossHalves',
    init: () => ({ mark: 0 }),
    update(state, { loss = 0 }, { batchSize }) {
      if (state.mark === 0) return { state: { mark: loss }, decision: { reason: 'first loss' } };
      if (loss > state.mark / 2) return { state, decision: { reason: 'the loss has not halved yet' } };
      return {
        state: { mark: loss },
        decision: { batchSize: 2 * batchSize, reason: `the loss halved to ${loss.toFixed(3)}` },
      };
    },
  };
}

await useBackend();
const { train } = loadDigits();
const model = perceptron({ inputs: 64, hidden: 64, seed: 1, optimizer: tf.train.sgd(0.2) });

const adaptive = adaptiveBatch(model, {
  policy: clamped(cooled(doubleAsLossHalves(), { steps: 20 }), { max: 128 }),
  learningRate: squareRoot(),
});
adaptive.controller.changes$.subscribe(({ step, to, reason }) => {
  console.log(`step ${step}: batch ${to.batchSize}, rate ${to.learningRate.toFixed(3)}: ${reason}`);
});

await model.fit(train.inputs, train.targets, { batchSize: 16, epochs: 12, verbose: 0, callbacks: adaptive });
