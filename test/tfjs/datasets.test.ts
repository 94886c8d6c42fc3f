import * as data from '@tensorflow/tfjs-data';
import { adaptiveBatch, fixed, none, type StepObservation } from '../../src/index.js';
import { blobs, classifier, layers, relativeDifference, tf, weightsOf, withSeed } from './support.js';

const { x, y } = blobs(50);
const neutral = { policy: fixed(), learningRate: none(), batchSize: 8 };

async function trainedOn(
  source: Parameters<ReturnType<typeof adaptiveBatch>['batches']>[0],
  options: object = {},
): Promise<number[]> {
  const model = classifier(tf.train.sgd(0.1));
  const adaptive = adaptiveBatch(model, { ...neutral, ...options });
  const dataset = adaptive.batches(source, { shuffle: false }) as never;
  await model.fitDataset(dataset, { epochs: 2, verbose: 0, callbacks: adaptive });
  return weightsOf(model);
}

async function plain(): Promise<number[]> {
  const model = classifier(tf.train.sgd(0.1));
  await model.fit(x, y, { batchSize: 8, epochs: 2, shuffle: false, verbose: 0 });
  return weightsOf(model);
}

describe('batches() cuts the same batches out of', () => {
  const rows = { values: x.dataSync() as Float32Array, shape: [50, 6] };
  const labels = { values: y.dataSync() as Float32Array, shape: [50, 3] };

  it('tensors', async () => {
    expect(relativeDifference(await trainedOn({ xs: x, ys: y }), await plain())).toBeLessThan(1e-6);
  });

  it('typed arrays', async () => {
    expect(relativeDifference(await trainedOn({ xs: rows, ys: labels }), await plain())).toBeLessThan(1e-6);
  });

  it('an unbatched tf.data dataset, also measured and accumulated', async () => {
    const examples = data.zip({ xs: data.array(x.arraySync()), ys: data.array(y.arraySync()) });
    const options = { measure: { every: 1 }, maxMicroBatchSize: 3 };
    expect(relativeDifference(await trainedOn(examples as never), await plain())).toBeLessThan(1e-6);
    expect(relativeDifference(await trainedOn(examples as never, options), await plain())).toBeLessThan(1e-6);
  });

  it('tensors by name and by position', async () => {
    const make = (): layers.LayersModel => {
      const input = layers.input({ shape: [6], name: 'points' });
      const dense = layers.layers.dense({
        units: 3,
        activation: 'softmax',
        name: 'label',
        kernelInitializer: layers.initializers.glorotNormal({ seed: 1 }),
      });
      const model = layers.model({ inputs: input, outputs: dense.apply(input) as layers.SymbolicTensor });
      model.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy' });
      return model;
    };
    const results: number[][] = [];
    for (const source of [
      { xs: { points: x }, ys: { label: y } },
      { xs: [x], ys: [y] },
    ]) {
      const model = make();
      const adaptive = adaptiveBatch(model, neutral);
      const dataset = adaptive.batches(source, { shuffle: false }) as never;
      await model.fitDataset(dataset, { epochs: 1, verbose: 0, callbacks: adaptive });
      results.push(weightsOf(model));
    }
    expect(results[0]).toEqual(results[1]);
  });
});

describe('fitDataset()', () => {
  it('follows the policy, weighs the short last batch, validates', async () => {
    const policy = {
      name: 'growing',
      init: () => null,
      update: (state: null, _: unknown, { observation }: { observation: StepObservation }) => ({
        state,
        decision: { batchSize: 8 + observation.step, reason: 'grows' },
      }),
    };
    const model = classifier(tf.train.sgd(0.1));
    const adaptive = adaptiveBatch(model, { ...neutral, policy });
    const sizes: number[] = [];
    adaptive.controller.observations$.subscribe(({ batchSize }) => sizes.push(batchSize));
    const dataset = adaptive.batches({ xs: x, ys: y }) as never;
    const { history } = await model.fitDataset(dataset, {
      epochs: 2,
      verbose: 0,
      validationData: [x, y],
      callbacks: adaptive,
    });
    expect(sizes).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 8]);
    expect(history.val_loss).toHaveLength(2);
  });

  it('without batches() accumulates whatever sizes the dataset has', async () => {
    const sizes = [7, 9, 4, 12, 18];
    const pieces = (): { next(): Promise<IteratorResult<unknown>> } => {
      let from = 0;
      let i = 0;
      return {
        next: async () => {
          const size = sizes[i++];
          if (size === undefined) return { value: null, done: true };
          from += size;
          return { value: { xs: tf.slice(x, from - size, size), ys: tf.slice(y, from - size, size) }, done: false };
        },
      };
    };
    const model = classifier(tf.train.sgd(0.1));
    const adaptive = adaptiveBatch({ policy: fixed(16), learningRate: none(), batchSize: 8 });
    const seen: number[][] = [];
    adaptive.controller.observations$.subscribe(({ batchSize, microBatches }) => seen.push([batchSize, microBatches]));
    await model.fitDataset({ size: 5, iterator: async () => pieces() } as never, {
      epochs: 1,
      verbose: 0,
      callbacks: adaptive,
    });
    expect(seen).toEqual([
      [16, 2],
      [16, 2],
      [18, 1],
    ]);
  });

  it('orders the examples by the seed', async () => {
    const trained = async (seed: number): Promise<number[]> => {
      const model = classifier(tf.train.sgd(0.1));
      const adaptive = adaptiveBatch(model, { ...neutral, seed });
      await model.fitDataset(adaptive.batches({ xs: x, ys: y }) as never, {
        epochs: 1,
        verbose: 0,
        callbacks: adaptive,
      });
      return weightsOf(model);
    };
    expect(await trained(1)).toEqual(await trained(1));
    expect(await trained(1)).not.toEqual(await trained(2));
  });

  it('shuffles as fit() does', async () => {
    const model = classifier(tf.train.sgd(0.1));
    await withSeed(9, () => model.fit(x, y, { batchSize: 8, epochs: 2, verbose: 0 }));
    const same = classifier(tf.train.sgd(0.1));
    const adaptive = adaptiveBatch(same, neutral);
    await withSeed(9, () =>
      same.fitDataset(adaptive.batches({ xs: x, ys: y }) as never, { epochs: 2, verbose: 0, callbacks: adaptive }),
    );
    expect(relativeDifference(weightsOf(same), weightsOf(model))).toBeLessThan(1e-6);
  });

  it('weighs the classes as fit() does, also in measured and accumulated batches', async () => {
    const classWeight = { 0: 0.2, 1: 1, 2: 3 };
    const expected = classifier(tf.train.sgd(0.1));
    await expected.fit(x, y, { batchSize: 8, epochs: 2, shuffle: false, verbose: 0, classWeight });
    const model = classifier(tf.train.sgd(0.1));
    const adaptive = adaptiveBatch(model, { ...neutral, measure: { every: 1 }, maxMicroBatchSize: 3 });
    const dataset = adaptive.batches({ xs: x, ys: y }, { shuffle: false });
    await model.fitDataset(dataset as never, { epochs: 2, verbose: 0, classWeight, callbacks: adaptive });
    expect(relativeDifference(weightsOf(model), weightsOf(expected))).toBeLessThan(1e-6);
  });
});
