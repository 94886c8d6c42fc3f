import { adaptiveBatch, adaptiveLoop, clamped, fixed, none } from '../../src/index.js';
import type { Batch } from '../../src/tfjs/source.js';
import { blobs, classifier, layers, OPTIMIZERS, relativeDifference, tf, weightsOf, withSeed } from './support.js';

const EPOCHS = 3;
const BATCH = 16;
const { x, y } = blobs(90);
const neutral = { policy: fixed(), learningRate: none() };

async function plainWeights(name: string): Promise<number[]> {
  const model = classifier((OPTIMIZERS[name] as () => tf.Optimizer)());
  await withSeed(1, () => model.fit(x, y, { batchSize: BATCH, epochs: EPOCHS, verbose: 0 }));
  return weightsOf(model);
}

describe.each(Object.keys(OPTIMIZERS))(
  'with %s a controller that does nothing leaves the weights of plain TensorFlow.js',
  (name) => {
    const optimizer = OPTIMIZERS[name] as () => tf.Optimizer;

    it('in fit()', async () => {
      const model = classifier(optimizer());
      const callbacks = adaptiveBatch(model, neutral);
      await withSeed(1, () => model.fit(x, y, { batchSize: BATCH, epochs: EPOCHS, verbose: 0, callbacks }));
      expect(relativeDifference(weightsOf(model), await plainWeights(name))).toBeLessThan(1e-6);
    });

    it('in fit() without the model', async () => {
      const model = classifier(optimizer());
      const callbacks = adaptiveBatch(neutral);
      await withSeed(1, () => model.fit(x, y, { batchSize: BATCH, epochs: EPOCHS, verbose: 0, callbacks }));
      expect(relativeDifference(weightsOf(model), await plainWeights(name))).toBeLessThan(1e-6);
    });

    it('in fitDataset()', async () => {
      const model = classifier(optimizer());
      const adaptive = adaptiveBatch(model, { ...neutral, batchSize: BATCH });
      await withSeed(1, () =>
        model.fitDataset(adaptive.batches({ xs: x, ys: y }) as never, {
          epochs: EPOCHS,
          verbose: 0,
          callbacks: adaptive,
        }),
      );
      expect(relativeDifference(weightsOf(model), await plainWeights(name))).toBeLessThan(1e-6);
    });

    it('in an own loop', async () => {
      const model = classifier(optimizer());
      const loss = ({ xs, ys }: Batch): tf.Scalar =>
        tf.mean(
          layers.metrics.categoricalCrossentropy(
            ys as tf.Tensor,
            model.apply(xs as tf.Tensor, { training: true }) as tf.Tensor,
          ),
        );
      const loop = adaptiveLoop({
        ...neutral,
        optimizer: model.optimizer,
        source: { xs: x, ys: y },
        loss,
        batchSize: BATCH,
      });
      await withSeed(1, async () => {
        for (let epoch = 0; epoch < EPOCHS; epoch++)
          for await (const { observation } of loop.pass()) expect(observation.epoch).toBe(epoch);
      });
      loop.end();
      expect(relativeDifference(weightsOf(model), await plainWeights(name))).toBeLessThan(1e-6);
    });
  },
);

describe('a batch of 96', () => {
  const data = blobs(96);

  async function trained(options: object): Promise<number[]> {
    const model = classifier(tf.train.momentum(0.1, 0.9));
    const callbacks = adaptiveBatch(model, { learningRate: none(), policy: fixed(96), ...options });
    await withSeed(2, () => model.fit(data.x, data.y, { batchSize: 96, epochs: 2, verbose: 0, callbacks }));
    return weightsOf(model);
  }

  it.each([
    ['3 x 32', { maxMicroBatchSize: 32 }],
    ['40 + 40 + 16 at most', { maxMicroBatchSize: 40 }],
    ['2 x 48, measured at every step', { measure: { every: 1 } }],
    ['5 micro-batches, measured at every step', { maxMicroBatchSize: 20, measure: { every: 1 } }],
    ['as a bound asks', { policy: clamped(fixed(500), { max: 96 }) }],
  ])('is the same update as %s', async (_name, options) => {
    const model = classifier(tf.train.momentum(0.1, 0.9));
    await withSeed(2, () => model.fit(data.x, data.y, { batchSize: 96, epochs: 2, verbose: 0 }));
    expect(relativeDifference(await trained(options), weightsOf(model))).toBeLessThan(1e-6);
  });

  it('is the same update out of batches of 40 that fit() hands over', async () => {
    const { x: xs, y: ys } = blobs(80);
    const whole = classifier(tf.train.sgd(0.1));
    await withSeed(3, () => whole.fit(xs, ys, { batchSize: 80, epochs: 3, verbose: 0 }));
    const model = classifier(tf.train.sgd(0.1));
    const callbacks = adaptiveBatch({ learningRate: none(), policy: fixed(80) });
    await withSeed(3, () => model.fit(xs, ys, { batchSize: 40, epochs: 3, verbose: 0, callbacks }));
    expect(relativeDifference(weightsOf(model), weightsOf(whole))).toBeLessThan(1e-6);
  });
});
