// What the controller sees and decides, as rxjs streams and as events.
import * as tf from '@tensorflow/tfjs';
import { bufferCount, map } from 'rxjs';
import { adaptiveBatch } from 'tfjs-adaptive-batch';
import { useBackend } from './support/backend.js';
import { loadDigits } from './support/digits.js';
import { perceptron } from './support/perceptron.js';

await useBackend();
const { train } = loadDigits();
const model = perceptron({ inputs: 64, hidden: 64, seed: 1, optimizer: tf.train.sgd(0.2) });
const adaptive = adaptiveBatch(model);
const { controller } = adaptive;

// Streams complete at the end of the training and never error.
controller.observations$
  .pipe(
    bufferCount(50),
    map(
      (steps) =>
        steps.reduce((sum, { batchSize }) => sum + batchSize, 0) / steps.reduce((sum, { stepMs }) => sum + stepMs, 0),
    ),
  )
  .subscribe({
    next: (rate) => console.log(`${(1000 * rate).toFixed(0)} examples/s`),
    complete: () => console.log('training over'),
  });
controller.estimates$.subscribe(({ noise }) => {
  if (noise?.measurements === 8) console.log(`first noise scale: ${noise.noiseScale.toFixed(0)} examples`);
});

controller.on('start', ({ baseBatchSize }) => console.log(`base batch ${baseBatchSize}`));
controller.on('anomaly', ({ step, what }) => console.log(`step ${step}: ${what} is not finite`));
controller.on('error', (error) => console.log(`held: ${error.message}`));

await model.fit(train.inputs, train.targets, { batchSize: 16, epochs: 5, verbose: 0, callbacks: adaptive });
