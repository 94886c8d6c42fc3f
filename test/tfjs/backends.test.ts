import { existsSync } from 'node:fs';
import { type BackendName, useBackend } from '../../examples/support/backend.js';
import {
  type AdaptiveController,
  adaptiveBatch,
  adaptiveLoop,
  type Decision,
  gaussianWalk,
  type StepObservation,
} from '../../src/index.js';
import type { Batch } from '../../src/tfjs/source.js';
import { BACKEND } from '../support/backend.js';
import { blobs, classifier, layers, OPTIMIZERS, tf } from './support.js';

const hasNative = existsSync('node_modules/@tensorflow/tfjs-node');
const OTHERS: readonly BackendName[] = hasNative ? ['wasm', 'native'] : ['wasm'];

/** What a step took and its statistics [ms], by the step and its size: a device that is no longer what differs. */
const timings = ({ step, batchSize, microBatches }: StepObservation) => ({
  stepMs: (8 * microBatches + 0.02 * batchSize) * (1 + 0.05 * Math.sin(step)),
  measureMs: 0.05 + 0.01 * Math.cos(step),
});

/** The decisions of a training whose steps take those times, whatever they took. */
function decisionsOf(controller: AdaptiveController): Decision[] {
  const decisions: Decision[] = [];
  const observe = controller.observe.bind(controller);
  controller.observe = (observation) => {
    const { stepMs, measureMs } = timings(observation);
    const decision = observe({ ...observation, stepMs, ...(observation.measureMs !== undefined && { measureMs }) });
    decisions.push(decision);
    return decision;
  };
  return decisions;
}

const EXAMPLES = 600;
const EPOCHS = 3;
const SEEDED = { batchSize: 8, seed: 5 };

const WAYS: Readonly<Record<string, (optimizer: () => tf.Optimizer) => Promise<Decision[]>>> = {
  'fit()': async (optimizer) => {
    const { x, y } = blobs(EXAMPLES);
    const model = classifier(optimizer());
    const adaptive = adaptiveBatch(model, { seed: SEEDED.seed });
    const decisions = decisionsOf(adaptive.controller);
    await model.fit(x, y, { batchSize: SEEDED.batchSize, epochs: EPOCHS, verbose: 0, callbacks: adaptive });
    return decisions;
  },
  'fitDataset(), measured by halves': async (optimizer) => {
    const { x, y } = blobs(EXAMPLES);
    const model = classifier(optimizer());
    const adaptive = adaptiveBatch(model, {
      ...SEEDED,
      policy: gaussianWalk(),
      measure: { every: 3, route: 'microBatches' },
    });
    const decisions = decisionsOf(adaptive.controller);
    const data = adaptive.batches({ xs: x, ys: y }) as never;
    await model.fitDataset(data, { epochs: EPOCHS, verbose: 0, callbacks: adaptive });
    return decisions;
  },
  'an own loop': async (optimizer) => {
    const { x, y } = blobs(EXAMPLES);
    const model = classifier(optimizer());
    const loss = ({ xs, ys }: Batch): tf.Scalar =>
      tf.mean(layers.metrics.categoricalCrossentropy(ys as tf.Tensor, model.apply(xs as tf.Tensor) as tf.Tensor));
    const loop = adaptiveLoop({ ...SEEDED, optimizer: model.optimizer, source: { xs: x, ys: y }, loss });
    const decisions = decisionsOf(loop.controller);
    for (let step = 0; step < 100; step++) await loop.step();
    loop.end();
    return decisions;
  },
};

// See support.ts.
beforeAll(() => tf.env().set('IS_TEST', false));
afterAll(() => useBackend(BACKEND));

describe.each(Object.keys(WAYS))('from the same seed, weights and timings %s decides', (way) => {
  const decide = WAYS[way] as (typeof WAYS)[string];

  it.each(['sgd', 'momentum', 'adam'])('the same on every backend, under %s', async (name) => {
    const trained = async (backend: BackendName): Promise<Decision[]> => {
      await useBackend(backend);
      return decide(OPTIMIZERS[name] as () => tf.Optimizer);
    };
    const expected = await trained('cpu');
    expect(new Set(expected.map(({ batchSize }) => batchSize)).size).toBeGreaterThan(1);
    for (const backend of OTHERS) {
      const actual = await trained(backend);
      expect(actual.map(({ batchSize }) => batchSize)).toEqual(expected.map(({ batchSize }) => batchSize));
      expect(actual.map(({ measure }) => measure)).toEqual(expected.map(({ measure }) => measure));
      const ratios = actual.map(({ learningRate }, i) => learningRate / (expected[i] as Decision).learningRate);
      expect(Math.max(...ratios.map((ratio) => Math.abs(ratio - 1)))).toBeLessThan(1e-4);
    }
  });
});

(hasNative ? it.skip : it)('@tensorflow/tfjs-node is not here: only cpu and wasm are compared', () => undefined);
