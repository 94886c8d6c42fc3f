import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Anomaly, adaptiveBatch, adaptiveLoop, fixed, none, type StepObservation } from '../../src/index.js';
import { BACKEND } from '../support/backend.js';
import { blobs, classifier, layers, relativeDifference, tf, weightsOf, withSeed } from './support.js';

const { x, y } = blobs(60);

function asking(batchSize: unknown) {
  return {
    name: 'asking',
    init: () => null,
    update: (state: null) => ({ state, decision: { batchSize: batchSize as number, reason: 'asked' } }),
  };
}

async function sizesUnder(policy: ReturnType<typeof asking>, options: object = {}) {
  const model = classifier(tf.train.sgd(0.05));
  const adaptive = adaptiveBatch(model, { policy, learningRate: none(), ...options });
  const seen: StepObservation[] = [];
  const errors: Error[] = [];
  adaptive.controller.observations$.subscribe((observation) => seen.push(observation));
  adaptive.controller.on('error', (error) => errors.push(error));
  const { epoch } = await model.fit(x, y, { batchSize: 12, epochs: 2, verbose: 0, callbacks: adaptive });
  expect(epoch).toEqual([0, 1]);
  return { sizes: seen.map(({ batchSize }) => batchSize), errors: errors.map(({ message }) => message) };
}

describe('options out of range', () => {
  const model = classifier(tf.train.sgd(0.05));
  it.each<[object, RegExp]>([
    [{ batchSize: 0 }, /batchSize must be a whole number >= 1; got 0/],
    [{ batchSize: 2.5 }, /batchSize .* got 2.5/],
    [{ maxMicroBatchSize: 0 }, /maxMicroBatchSize .* got 0/],
    [{ seed: -1 }, /seed .* got -1/],
    [{ yieldEvery: -5 }, /yieldEvery .* got -5/],
    [{ minBatchSize: 0 }, /minBatchSize .* got 0/],
    [{ minBatchSize: 9, maxBatchSize: 8 }, /maxBatchSize must be a whole number >= 9; got 8/],
    [{ memory: 0 }, /memory must be a finite number > 0; got 0/],
    [{ ladder: 1 }, /ladder must be a finite number > 1; got 1/],
    [{ measure: { budget: 2 } }, /measure.budget must be between/],
    [{ measure: { every: 0 } }, /measure.every .* got 0/],
    [{ maxLearningRate: 0 }, /maxLearningRate .* got 0/],
    [{ minLearningRate: Number.NaN }, /minLearningRate .* got NaN/],
    [{ bachSize: 16 }, /no option 'bachSize'; its options are/],
  ])('%j is refused by name, range and value', (options, message) => {
    expect(() => adaptiveBatch(model, options)).toThrow(RangeError);
    expect(() => adaptiveBatch(model, options)).toThrow(message);
  });

  it('an own loop refuses them too', () => {
    const options = { optimizer: tf.train.sgd(0.1), source: { xs: x, ys: y }, loss: () => tf.scalar(0) };
    expect(() => adaptiveLoop({ ...options, batchSize: -1 })).toThrow(/batchSize .* got -1/);
    expect(() => adaptiveLoop({ ...options, sed: 1 } as never)).toThrow(/no option 'sed'/);
  });
});

describe('a policy that', () => {
  it.each([
    ['asks for 0', 0, 1],
    ['asks for 1e9', 1e9, 60],
    ['asks for 3.7', 3.7, 4],
    ['asks for less than nothing', -8, 1],
    ['asks for Infinity', Number.POSITIVE_INFINITY, 60],
  ])('%s gets the nearest size that there is', async (_name, batchSize, given) => {
    const { sizes, errors } = await sizesUnder(asking(batchSize));
    expect(sizes[1]).toBe(Math.min(given, 48));
    expect(errors).toEqual([]);
  });

  it.each([Number.NaN, 'many', null, {}])('asks for %p holds the size, and an error says so', async (batchSize) => {
    const { sizes, errors } = await sizesUnder(asking(batchSize));
    if (batchSize === null) return expect(new Set(sizes)).toEqual(new Set([12]));
    expect(new Set(sizes)).toEqual(new Set([12]));
    expect(errors[0]).toMatch(/policy 'asking': batchSize must be a number; got/);
  });

  it('throws does not end the training', async () => {
    const throwing = {
      ...asking(1),
      update: () => {
        throw new Error('broken rule');
      },
    };
    const { sizes, errors } = await sizesUnder(throwing);
    expect(new Set(sizes)).toEqual(new Set([12]));
    expect(errors).toContain('broken rule');
  });

  it('throws ends it where that is asked for', async () => {
    const model = classifier(tf.train.sgd(0.05));
    const policy = {
      ...asking(1),
      update: () => {
        throw new Error('broken rule');
      },
    };
    const callbacks = adaptiveBatch(model, { policy, strict: true });
    await expect(model.fit(x, y, { verbose: 0, callbacks })).rejects.toThrow('broken rule');
    expect(Object.hasOwn(model.optimizer, 'minimize')).toBe(false);
  });

  it('stays within the bounds given', async () => {
    const { sizes } = await sizesUnder(asking(1e9), { maxBatchSize: 20 });
    expect(Math.max(...sizes)).toBe(20);
  });
});

describe('data that is not finite', () => {
  it('is an anomaly: the size is held, the training goes on as plain TensorFlow.js would', async () => {
    const broken = tf.tidy(() => tf.concat([tf.fill([12, 6], Number.NaN), tf.slice(x, 12)])) as tf.Tensor2D;
    const plain = classifier(tf.train.sgd(0.05));
    await withSeed(4, () => plain.fit(broken, y, { batchSize: 12, epochs: 1, verbose: 0 }));
    const model = classifier(tf.train.sgd(0.05));
    const anomalies: Anomaly[] = [];
    const adaptive = adaptiveBatch(model);
    adaptive.controller.on('anomaly', (anomaly) => anomalies.push(anomaly));
    await withSeed(4, () => model.fit(broken, y, { batchSize: 12, epochs: 1, verbose: 0, callbacks: adaptive }));
    expect(anomalies.length).toBeGreaterThan(0);
    // The loss is clipped, and wasm's clipByValue makes a number of NaN.
    expect(anomalies[0]?.what).toBe(BACKEND === 'wasm' ? 'squaredNormOfMean' : 'loss');
    expect(adaptive.controller.decision?.batchSize).toBe(12);
    expect(weightsOf(model).map(Number.isNaN)).toEqual(weightsOf(plain).map(Number.isNaN));
  });

  it('a loss that diverges is one too', async () => {
    const model = layers.sequential({ layers: [layers.layers.dense({ units: 1, inputShape: [6] })] });
    model.compile({ optimizer: tf.train.sgd(1e6), loss: 'meanSquaredError' });
    const adaptive = adaptiveBatch(model);
    let anomalies = 0;
    adaptive.controller.on('anomaly', () => anomalies++);
    const { epoch } = await model.fit(x, tf.sum(x, 1, true), {
      batchSize: 6,
      epochs: 4,
      verbose: 0,
      callbacks: adaptive,
    });
    expect(epoch).toHaveLength(4);
    expect(anomalies).toBeGreaterThan(0);
    const estimates = adaptive.getState()?.pipeline.estimates;
    expect(JSON.stringify(estimates)).not.toContain('null');
  });
});

describe('the model and its optimizer', () => {
  it('not compiled: says what to do', () => {
    const model = layers.sequential({ layers: [layers.layers.dense({ units: 1, inputShape: [6] })] });
    expect(() => adaptiveBatch(model)).toThrow('the model must be compiled first: model.compile({optimizer, loss})');
  });

  it("an optimizer of one's own trains as without the callback, and is named", async () => {
    class SignDescent extends tf.Optimizer {
      learningRate = 0.01;
      override applyGradients(gradients: { name: string; tensor: tf.Tensor }[]): void {
        for (const { name, tensor } of gradients) {
          const variable = tf.engine().registeredVariables[name] as tf.Variable;
          tf.tidy(() => variable.assign(tf.sub(variable, tf.mul(tf.sign(tensor), this.learningRate))));
        }
      }
      getConfig() {
        return { learningRate: this.learningRate };
      }
      static readonly className = 'SignDescent';
    }
    const plain = classifier(new SignDescent());
    await withSeed(6, () => plain.fit(x, y, { batchSize: 12, epochs: 2, verbose: 0 }));
    const model = classifier(new SignDescent());
    const adaptive = adaptiveBatch(model, { policy: fixed(), learningRate: none(), measure: { every: 1 } });
    const warnings: string[] = [];
    adaptive.controller.on('warning', (warning) => warnings.push(warning));
    await withSeed(6, () => model.fit(x, y, { batchSize: 12, epochs: 2, verbose: 0, callbacks: adaptive }));
    expect(relativeDifference(weightsOf(model), weightsOf(plain))).toBeLessThan(1e-6);
    expect(warnings[0]).toMatch(/'SignDescent' is not one of TensorFlow.js's own/);
    expect(adaptive.getState()?.pipeline.estimates.noise?.noiseScale).toBeGreaterThan(0);
  });

  it('batch normalization is named once, and no micro-batch is smaller than eight', async () => {
    const model = layers.sequential({
      layers: [
        layers.layers.dense({ units: 4, inputShape: [6] }),
        layers.layers.batchNormalization(),
        layers.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    const adaptive = adaptiveBatch(model, { measure: { every: 1 } });
    const warnings: string[] = [];
    const seen: StepObservation[] = [];
    adaptive.controller.on('warning', (warning) => warnings.push(warning));
    adaptive.controller.observations$.subscribe((observation) => seen.push(observation));
    await model.fit(x, y, { batchSize: 4, epochs: 2, verbose: 0, callbacks: adaptive });
    expect(warnings).toEqual([expect.stringContaining('batch normalization')]);
    for (const { batchSize, microBatches, short } of seen) {
      if (short !== true) expect(Math.floor(batchSize / microBatches)).toBeGreaterThanOrEqual(8);
    }
  });

  it('plain objects beside it: says how to wrap them', async () => {
    const model = classifier(tf.train.sgd(0.05));
    const callbacks = [{ onEpochEnd: () => {} }, adaptiveBatch(model)];
    await expect(model.fit(x, y, { verbose: 0, callbacks: callbacks as never })).rejects.toThrow('it must come first');
  });
});

describe('the data', () => {
  const make = () => {
    const model = classifier(tf.train.sgd(0.05));
    return { model, adaptive: adaptiveBatch(model, { batchSize: 8 }) };
  };

  it.each<[string, object, RegExp]>([
    ['empty', { xs: tf.zeros([0, 6]), ys: tf.zeros([0, 3]) }, /at least one example; got 0/],
    [
      'of unequal lengths',
      { xs: tf.zeros([5, 6]), ys: tf.zeros([4, 3]) },
      /ys must have as many examples as xs, 5; it has 4/,
    ],
    [
      'of a shape that does not fit',
      { xs: { values: new Float32Array(7), shape: [2, 6] }, ys: tf.zeros([2, 3]) },
      /xs: shape \[2, 6\] must hold 7/,
    ],
    [
      'bare typed arrays',
      { xs: new Float32Array(12), ys: tf.zeros([2, 3]) },
      /xs must be a tensor or \{values, shape\}; got a bare Float32Array$/,
    ],
    [
      'of another form',
      { xs: { data: new Float32Array(12) }, ys: tf.zeros([2, 3]) },
      /xs data must be .*; got a bare Float32Array$/,
    ],
    ['no tensors', { xs: 'rows', ys: tf.zeros([2, 3]) }, /xs .*must be a tensor or \{values, shape\}/],
  ])('%s: says what does not fit', async (_name, source, message) => {
    const { model, adaptive } = make();
    const dataset = adaptive.batches(source as never) as never;
    await expect(model.fitDataset(dataset, { epochs: 1, verbose: 0, callbacks: adaptive })).rejects.toThrow(message);
  });

  it('smaller than the batch: the batch is the data', async () => {
    const model = classifier(tf.train.sgd(0.05));
    const plain = classifier(tf.train.sgd(0.05));
    await plain.fit(x, y, { batchSize: 500, epochs: 2, shuffle: false, verbose: 0 });
    const callbacks = adaptiveBatch(model, { policy: fixed(), learningRate: none() });
    await model.fit(x, y, { batchSize: 500, epochs: 2, shuffle: false, verbose: 0, callbacks });
    expect(relativeDifference(weightsOf(model), weightsOf(plain))).toBeLessThan(1e-6);
  });

  it('an empty stream trains nothing, and an own loop says so', async () => {
    const empty = { iterator: async () => ({ next: async () => ({ value: null, done: true as const }) }) };
    const { model, adaptive } = make();
    const { epoch } = await model.fitDataset(adaptive.batches(empty) as never, {
      epochs: 2,
      verbose: 0,
      callbacks: adaptive,
    });
    expect(epoch).toEqual([0, 1]);
    const loop = adaptiveLoop({ optimizer: model.optimizer, source: empty, loss: () => tf.scalar(0) });
    await expect(loop.step()).rejects.toThrow('at least one example; got 0');
  });

  it('a batched stream: says not to batch it', async () => {
    const { model, adaptive } = make();
    const batched = { iterator: async () => ({ next: async () => ({ value: x.clone(), done: false as const }) }) };
    for (const value of [
      { xs: x, ys: y },
      { xs: { points: x }, ys: y },
    ]) {
      const sized = { iterator: async () => ({ next: async () => ({ value, done: false as const }) }) };
      const { model: other, adaptive: callbacks } = make();
      const cut = callbacks.batches(sized) as never;
      await expect(other.fitDataset(cut, { epochs: 1, verbose: 0, callbacks })).rejects.toThrow('do not call .batch()');
    }
    const dataset = adaptive.batches(batched) as never;
    await expect(model.fitDataset(dataset, { epochs: 1, verbose: 0, callbacks: adaptive })).rejects.toThrow(
      'do not call .batch()',
    );
  });

  it('batches() without the callback: says to pass it', async () => {
    const { model, adaptive } = make();
    const dataset = adaptive.batches({ xs: x, ys: y }) as never;
    await expect(model.fitDataset(dataset, { epochs: 1, verbose: 0 })).rejects.toThrow('pass the callback too');
  });
});

describe('a log path that cannot be written', () => {
  it('stops the training before its first step', async () => {
    const model = classifier(tf.train.sgd(0.05));
    const before = weightsOf(model);
    const path = join(mkdtempSync(join(tmpdir(), 'log-')), 'no', 'such', 'folder', 'run.jsonl');
    const callbacks = adaptiveBatch(model, { log: path });
    await expect(model.fit(x, y, { verbose: 0, callbacks })).rejects.toThrow(`cannot write '${path}'`);
    expect(weightsOf(model)).toEqual(before);
    expect(Object.hasOwn(model.optimizer, 'minimize')).toBe(false);
  });
});
