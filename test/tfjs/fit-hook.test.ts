import {
  AdaptiveBatch,
  AdaptiveController,
  adaptiveBatch,
  fixed,
  none,
  type StepObservation,
} from '../../src/index.js';
import { installFitHook } from '../../src/tfjs/fit-hook.js';
import { itWith } from '../support/backend.js';
import { blobs, classifier, layers, relativeDifference, tf, weightsOf, withSeed } from './support.js';

const { x, y } = blobs(96);

it('where TensorFlow.js lacks the loop it says what that costs, and touches nothing', () => {
  const controller = new AdaptiveController();
  const warnings: string[] = [];
  controller.on('warning', (warning) => warnings.push(warning));
  const model = {};
  expect(installFitHook(model as never, AdaptiveBatch, controller)).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining('batches are accumulated, which saves no time')]);
  expect(model).toEqual({});
});

it('a model with a batch size of its own gets micro-batches of that size', async () => {
  const model = layers.sequential({
    layers: [layers.layers.dense({ units: 3, activation: 'softmax', batchInputShape: [16, 6] })],
  });
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
  const adaptive = adaptiveBatch(model, { policy: fixed(32), learningRate: none() });
  const seen: StepObservation[] = [];
  adaptive.controller.observations$.subscribe((observation) => seen.push(observation));
  await model.fit(x, y, { batchSize: 16, epochs: 1, verbose: 0, callbacks: adaptive });
  expect(seen.map(({ batchSize, microBatches }) => [batchSize, microBatches])).toEqual([
    [32, 2],
    [32, 2],
    [32, 2],
  ]);
});

it('arguments that fit() does not know are left to fit()', async () => {
  const model = classifier('sgd');
  const callbacks = adaptiveBatch(model);
  await expect(model.fit(x, y, { shuffle: 'batch' as never, verbose: 0, callbacks })).rejects.toThrow(
    'batch shuffling',
  );
});

itWith(
  'jsKernels',
  'on a backend with memory of its own the batches are gathered there, and are the same',
  async () => {
    tf.registerBackend('elsewhere', tf.findBackendFactory('cpu') as () => tf.KernelBackend);
    for (const { kernelName, kernelFunc } of tf.getKernelsForBackend('cpu')) {
      tf.registerKernel({ kernelName, kernelFunc, backendName: 'elsewhere' });
    }
    const trained = async (backend: string): Promise<number[]> => {
      tf.setBackend(backend);
      const data = blobs(96);
      const model = classifier(tf.train.momentum(0.05, 0.9));
      const callbacks = adaptiveBatch(model, { policy: fixed(40), learningRate: none(), measure: { every: 2 } });
      await withSeed(3, () => model.fit(data.x, data.y, { batchSize: 16, epochs: 2, verbose: 0, callbacks }));
      return weightsOf(model);
    };
    const elsewhere = await trained('elsewhere');
    expect(relativeDifference(elsewhere, await trained('cpu'))).toBeLessThan(1e-6);
  },
);
