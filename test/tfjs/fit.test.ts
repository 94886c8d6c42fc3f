import type { Decision, StepObservation } from '../../src/index.js';
import { adaptiveBatch, fixed, gaussianWalk, none } from '../../src/index.js';
import { blobs, classifier, layers, relativeDifference, tf, weightsOf, withSeed } from './support.js';

const { x, y } = blobs(120);
const neutral = { policy: fixed(), learningRate: none() };

/** A policy that grows the batch as it goes, whatever the estimates. */
const growing = {
  name: 'growing',
  init: () => null,
  update: (state: null, _estimates: unknown, { observation }: { observation: StepObservation }) => ({
    state,
    decision: { batchSize: 8 + 4 * observation.step, reason: 'grows' },
  }),
};

function twoHeaded(): layers.LayersModel {
  const left = layers.input({ shape: [6], name: 'left' });
  const right = layers.input({ shape: [6], name: 'right' });
  const init = (seed: number) => layers.initializers.glorotNormal({ seed });
  const joined = layers.layers.concatenate().apply([left, right]) as layers.SymbolicTensor;
  const hidden = layers.layers
    .dense({ units: 5, kernelInitializer: init(1), kernelRegularizer: layers.regularizers.l2({ l2: 0.01 }) })
    .apply(joined) as layers.SymbolicTensor;
  const label = layers.layers
    .dense({ units: 3, activation: 'softmax', kernelInitializer: init(2), name: 'label' })
    .apply(hidden);
  const sum = layers.layers.dense({ units: 1, kernelInitializer: init(3), name: 'sum' }).apply(hidden);
  const model = layers.model({ inputs: [left, right], outputs: [label, sum] as layers.SymbolicTensor[] });
  model.compile({
    optimizer: tf.train.sgd(0.02),
    loss: { label: 'categoricalCrossentropy', sum: 'meanSquaredError' },
    metrics: { label: 'accuracy' },
  });
  return model;
}

async function compare(
  make: () => layers.LayersModel,
  xs: tf.Tensor | tf.Tensor[],
  ys: tf.Tensor | tf.Tensor[],
  args: object,
): Promise<void> {
  const plain = make();
  const expected = await withSeed(5, () => plain.fit(xs, ys, { batchSize: 16, verbose: 0, ...args }));
  const model = make();
  const callbacks = adaptiveBatch(model, { ...neutral, measure: { every: 3 } });
  const actual = await withSeed(5, () => model.fit(xs, ys, { batchSize: 16, verbose: 0, ...args, callbacks }));
  expect(relativeDifference(weightsOf(model), weightsOf(plain))).toBeLessThan(1e-6);
  expect(actual.epoch).toEqual(expected.epoch);
  for (const [name, values] of Object.entries(expected.history)) {
    expect(Object.keys(actual.history)).toContain(name);
    (values as number[]).forEach((value, epoch) => {
      expect((actual.history[name] as number[])[epoch]).toBeCloseTo(value, 5);
    });
  }
}

describe('fit() with a controller that does nothing gives the weights and the history of plain fit()', () => {
  it('with several inputs and outputs, metrics and a regularizer', async () => {
    const sum = tf.sum(x, 1, true);
    await compare(twoHeaded, [x, x], [y, sum], { epochs: 3 });
  });

  it('with validation data', async () => {
    const held = blobs(30, 9);
    await compare(() => classifier(tf.train.sgd(0.1)), x, y, { epochs: 3, validationData: [held.x, held.y] });
  });

  it('with a validation split', async () => {
    await compare(() => classifier(tf.train.sgd(0.1)), x, y, { epochs: 3, validationSplit: 0.25 });
  });

  it('with several inputs and validation data', async () => {
    const sum = tf.sum(x, 1, true);
    await compare(twoHeaded, [x, x], [y, sum], {
      epochs: 2,
      validationData: [
        [x, x],
        [y, sum],
      ],
    });
  });

  it('with class weights', async () => {
    await compare(() => classifier(tf.train.sgd(0.1)), x, y, { epochs: 3, classWeight: { 0: 0.2, 1: 1, 2: 3 } });
  });

  it('with an initial epoch', async () => {
    await compare(() => classifier(tf.train.sgd(0.1)), x, y, { epochs: 4, initialEpoch: 2 });
  });

  it('without shuffling', async () => {
    await compare(() => classifier(tf.train.sgd(0.1)), x, y, { epochs: 2, shuffle: false });
  });

  it('with a functional model and integer labels', async () => {
    const make = (): layers.LayersModel => {
      const input = layers.input({ shape: [6] });
      const output = layers.layers
        .dense({ units: 3, activation: 'softmax', kernelInitializer: layers.initializers.glorotNormal({ seed: 8 }) })
        .apply(input) as layers.SymbolicTensor;
      const model = layers.model({ inputs: input, outputs: output });
      model.compile({ optimizer: tf.train.sgd(0.1), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
      return model;
    };
    await compare(make, x, tf.cast(tf.argMax(y, 1), 'float32'), { epochs: 2 });
  });
});

describe('fit() under a policy', () => {
  it('runs the sizes asked for, each as one batch, every example once an epoch', async () => {
    const model = classifier(tf.train.sgd(0.05));
    const adaptive = adaptiveBatch(model, { policy: growing, learningRate: none(), measure: { every: 4 } });
    const seen: StepObservation[] = [];
    const decisions: Decision[] = [];
    adaptive.controller.observations$.subscribe((observation) => seen.push(observation));
    adaptive.controller.decisions$.subscribe((decision) => decisions.push(decision));
    const history = await model.fit(x, y, { batchSize: 8, epochs: 2, verbose: 0, callbacks: adaptive });
    for (const epoch of [0, 1]) {
      const sizes = seen.filter((observation) => observation.epoch === epoch).map(({ batchSize }) => batchSize);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(120);
    }
    expect(seen.map(({ step }) => step)).toEqual(seen.map((_, i) => i + 1));
    seen.slice(1).forEach(({ batchSize, short }, i) => {
      const asked = (decisions[i] as Decision).batchSize;
      if (short) expect(batchSize).toBeLessThan(asked);
      else expect(batchSize).toBe(asked);
    });
    expect(history.history.batchSize).toHaveLength(2);
  });

  it('reports the mean training loss weighted by examples', async () => {
    const model = classifier(tf.train.sgd(0.05));
    const adaptive = adaptiveBatch(model, { policy: growing, learningRate: none() });
    const seen: StepObservation[] = [];
    adaptive.controller.observations$.subscribe((observation) => seen.push(observation));
    const { history } = await model.fit(x, y, { batchSize: 8, epochs: 1, verbose: 0, callbacks: adaptive });
    const mean = seen.reduce((sum, { loss, batchSize }) => sum + loss * batchSize, 0) / 120;
    expect((history.loss as number[])[0]).toBeCloseTo(mean, 5);
  });

  it('hands the validation loss on with the next step', async () => {
    const model = classifier(tf.train.sgd(0.05));
    const adaptive = adaptiveBatch(model, neutral);
    const seen: StepObservation[] = [];
    adaptive.controller.observations$.subscribe((observation) => seen.push(observation));
    const { history } = await model.fit(x, y, {
      batchSize: 60,
      epochs: 2,
      verbose: 0,
      validationData: [x, y],
      callbacks: adaptive,
    });
    expect(seen.map(({ validationLoss }) => validationLoss)).toEqual([
      undefined,
      undefined,
      expect.any(Number),
      undefined,
    ]);
    expect(seen[2]?.validationLoss).toBeCloseTo((history.val_loss as number[])[0] as number, 5);
  });

  it('stops with stopTraining and beside early stopping', async () => {
    const model = classifier(tf.train.sgd(0.05));
    class StopAtThird extends layers.Callback {
      override async onBatchEnd(batch: number): Promise<void> {
        if (batch === 2) (this.model as layers.LayersModel).stopTraining = true;
      }
    }
    const adaptive = adaptiveBatch(model, { ...neutral, measure: { every: 1 } });
    let steps = 0;
    adaptive.controller.on('decision', () => {
      steps++;
    });
    const callbacks = [adaptive, new StopAtThird(), layers.callbacks.earlyStopping({ monitor: 'loss' })];
    const history = await model.fit(x, y, { batchSize: 10, epochs: 5, verbose: 0, callbacks });
    expect(history.epoch).toEqual([0]);
    // Two micro-batches a step: the third was half a step, and is applied rather than lost.
    expect(steps).toBe(2);
    const stopped = classifier(tf.train.sgd(0));
    const { epoch } = await stopped.fit(x, y, {
      epochs: 9,
      verbose: 0,
      callbacks: [adaptiveBatch(stopped), layers.callbacks.earlyStopping({ monitor: 'loss', patience: 1 })],
    });
    expect(epoch.length).toBeLessThan(9);
  });

  it('trains twice in a row, with the same callback and with a new one', async () => {
    const model = classifier(tf.train.sgd(0.05));
    const adaptive = adaptiveBatch(model, { policy: growing, learningRate: none() });
    const ends: number[] = [];
    adaptive.controller.on('end', () => ends.push(adaptive.controller.progress.step));
    await model.fit(x, y, { batchSize: 8, epochs: 1, verbose: 0, callbacks: adaptive });
    await model.fit(x, y, { batchSize: 8, epochs: 1, verbose: 0, callbacks: adaptive });
    expect(ends).toHaveLength(2);
    expect(ends[1]).toBeGreaterThan(ends[0] as number);
    const again = adaptiveBatch(model, { policy: growing, learningRate: none() });
    await model.fit(x, y, { batchSize: 8, epochs: 1, verbose: 0, callbacks: again });
    expect(again.controller.progress.examplesSeen).toBe(120);
  });

  it('leaves a call without the callback alone, and takes its hook off', async () => {
    const model = classifier(tf.train.sgd(0.05));
    const adaptive = adaptiveBatch(model);
    await model.fit(x, y, { epochs: 1, verbose: 0 });
    expect(adaptive.getState()).toBeUndefined();
    const inner = (model as unknown as { model: object }).model;
    expect(Object.hasOwn(inner, 'fitLoop')).toBe(true);
    adaptive.dispose();
    expect(Object.hasOwn(inner, 'fitLoop')).toBe(false);
  });

  it('gives the optimizer and its learning rate back', async () => {
    const model = classifier(tf.train.sgd(0.05));
    const { optimizer } = model;
    const doubling = { name: 'doubling', factor: (batchSize: number, base: number) => (2 * batchSize) / base };
    const rates: number[] = [];
    const adaptive = adaptiveBatch(model, { policy: fixed(16), learningRate: doubling });
    adaptive.controller.observations$.subscribe(({ learningRate }) => rates.push(learningRate));
    await model.fit(x, y, { batchSize: 8, epochs: 1, verbose: 0, callbacks: adaptive });
    expect(Math.max(...rates)).toBeCloseTo(0.2, 12);
    expect((optimizer as unknown as { learningRate: number }).learningRate).toBe(0.05);
    expect(Object.hasOwn(optimizer, 'minimize')).toBe(false);
  });

  it("takes the user's own changes of the learning rate as the base", async () => {
    const model = classifier(tf.train.sgd(0.1));
    class Halve extends layers.Callback {
      override async onEpochEnd(): Promise<void> {
        const optimizer = (this.model as layers.LayersModel).optimizer as tf.SGDOptimizer;
        optimizer.setLearningRate(0.025);
      }
    }
    const tripling = { name: 'tripling', factor: () => 3 };
    const adaptive = adaptiveBatch(model, { policy: fixed(), learningRate: tripling });
    const seen: StepObservation[] = [];
    adaptive.controller.observations$.subscribe((observation) => seen.push(observation));
    await model.fit(x, y, { batchSize: 60, epochs: 2, verbose: 0, callbacks: [adaptive, new Halve()] });
    const pairs = seen.map(({ baseLearningRate, learningRate }) => [baseLearningRate, learningRate]);
    expect(pairs).toEqual([
      [0.1, 0.1 * 3],
      [0.1, 0.1 * 3],
      [0.025, 0.025 * 3],
      [0.025, 0.025 * 3],
    ]);
    expect((model.optimizer as unknown as { learningRate: number }).learningRate).toBe(0.025);
  });

  it('weights a short last batch by its examples and gives it the rate of its own size', async () => {
    const model = classifier(tf.train.sgd(0.1));
    const proportional = { name: 'proportional', factor: (batchSize: number, base: number) => batchSize / base };
    const adaptive = adaptiveBatch(model, { policy: fixed(50), learningRate: proportional });
    const seen: StepObservation[] = [];
    adaptive.controller.observations$.subscribe((observation) => seen.push(observation));
    await model.fit(x, y, { batchSize: 10, epochs: 1, verbose: 0, callbacks: adaptive });
    expect(seen.map(({ batchSize }) => batchSize)).toEqual([50, 50, 20]);
    expect(seen.map(({ learningRate }) => learningRate)).toEqual([0.5, 0.5, 0.2]);
    expect(seen.map(({ short }) => short)).toEqual([undefined, undefined, true]);
  });
});

describe('fit() without the model', () => {
  it('accumulates whole batches of fit, and applies what is left at the end of an epoch', async () => {
    const model = classifier(tf.train.sgd(0.1));
    const adaptive = adaptiveBatch({ policy: fixed(50), learningRate: none() });
    const seen: StepObservation[] = [];
    adaptive.controller.observations$.subscribe((observation) => seen.push(observation));
    await model.fit(x, y, { batchSize: 25, epochs: 2, verbose: 0, callbacks: adaptive });
    expect(seen.map(({ batchSize, microBatches }) => [batchSize, microBatches])).toEqual([
      [50, 2],
      [50, 2],
      [20, 1],
      [50, 2],
      [50, 2],
      [20, 1],
    ]);
  });

  it('adapts by the default policy, in whole multiples of the given batch', async () => {
    const model = classifier(tf.train.sgd(0.1));
    const adaptive = adaptiveBatch({ policy: gaussianWalk() });
    const sizes = new Set<number>();
    adaptive.controller.observations$.subscribe(({ batchSize, short }) => short || sizes.add(batchSize));
    await model.fit(x, y, { batchSize: 6, epochs: 6, verbose: 0, callbacks: adaptive });
    expect(adaptive.getState()?.pipeline.estimates.noise).toBeDefined();
    for (const size of sizes) expect(size % 6).toBe(0);
  });
});
