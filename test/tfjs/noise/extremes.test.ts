import { generator } from '../../../src/core/random.js';
import type { GradientRoute, GradientStatistics, StepObservation } from '../../../src/index.js';
import { adaptiveBatch, adaptiveLoop, fixed } from '../../../src/index.js';
import { PendingUpdate } from '../../../src/tfjs/pending-update.js';
import { blobs, classifier, layers, tf, weightsOf } from '../support.js';

const ROUTES: readonly GradientRoute[] = ['microBatches', 'closedForm', 'randomSigns', 'perExample'];
const { x, y } = blobs(24);

function plan(route: GradientRoute) {
  return { route, isByLayer: true, isThorough: true, verified: new Set<string>(), random: generator(3) };
}

function lossOf(model: layers.LayersModel, factor = 1, [xs, ys] = [x, y]): () => tf.Scalar {
  return () => {
    const predicted = model.apply(xs, { training: true }) as tf.Tensor;
    return tf.mul(tf.mean(layers.metrics.categoricalCrossentropy(ys, predicted)), factor);
  };
}

function variablesOf(model: layers.LayersModel): tf.Variable[] {
  return model.trainableWeights.map((weight) => weight.read() as tf.Variable);
}

/** The statistics of a batch by a route; nothing is left behind. */
async function measure(
  route: GradientRoute,
  loss: () => tf.Scalar,
  variables: tf.Variable[] | undefined,
  batchSize: number,
  optimizer = tf.train.sgd(0),
): Promise<GradientStatistics | undefined> {
  const before = tf.memory().numTensors;
  const update = new PendingUpdate(optimizer, plan(route));
  if (route === 'microBatches') {
    for (const _half of [0, 1]) update.addMicroBatch(loss, variables, batchSize / 2).dispose();
    update.apply();
  } else update.measureWhole(loss, variables, batchSize).dispose();
  const { gradient } = await update.read();
  update.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return gradient;
}

function numbersOf(statistics: GradientStatistics | undefined): number[] {
  if (statistics === undefined) return [];
  const { route: _route, layers: byLayer = [], exampleNorms = [], ...numbers } = statistics;
  return [...Object.values(numbers), ...exampleNorms, ...byLayer.map((layer) => layer.squaredDeviations)];
}

describe.each(ROUTES)('by %s', (route) => {
  it.each([1, 1e-6, 1e6, 1e15])(
    'a loss times %p: statistics times its square, or its power of four',
    async (factor) => {
      const model = classifier('sgd');
      const plain = (await measure(route, lossOf(model), variablesOf(model), 24)) as GradientStatistics;
      const scaled = (await measure(route, lossOf(model, factor), variablesOf(model), 24)) as GradientStatistics;
      const close = (key: keyof GradientStatistics, power: number): void => {
        const ratio = (scaled[key] as number) / (plain[key] as number) / factor ** power;
        if (route !== 'microBatches' && route !== 'randomSigns') expect(Math.abs(ratio - 1)).toBeLessThan(1e-3);
      };
      for (const key of ['squaredNormOfMean', 'meanProjection', 'squaredDeviations', 'freshDeviations'] as const)
        close(key, 2);
      close('projectionDeviations', 4);
      for (const value of numbersOf(scaled)) expect(Number.isFinite(value)).toBe(true);
    },
  );

  it.each([1e-20, 1e-25])('gradients of about %p are right or absent', async (factor) => {
    const model = classifier('sgd');
    const statistics = await measure(route, lossOf(model, factor), variablesOf(model), 24);
    if (statistics !== undefined) expect(statistics.squaredNormOfMean).toBe(0);
  });

  it('zero gradients are 0', async () => {
    const model = classifier('sgd');
    const statistics = await measure(route, lossOf(model, 0), variablesOf(model), 24);
    expect(statistics).toBeDefined();
    const { degreesOfFreedom: _free, ...rest } = statistics as GradientStatistics;
    for (const value of [rest.squaredNormOfMean, rest.squaredDeviations, rest.projectionDeviations])
      expect(value).toBe(0);
  });

  it('examples that are all the same have no noise: 0, next to it, or absent', async () => {
    const model = classifier('sgd');
    const [xs, ys] = [tf.tile(tf.slice(x, [0, 0], [1, -1]), [24, 1]), tf.tile(tf.slice(y, [0, 0], [1, -1]), [24, 1])];
    const statistics = await measure(route, lossOf(model, 1, [xs, ys] as never), variablesOf(model), 24);
    tf.dispose([xs, ys]);
    if (statistics !== undefined) {
      expect(statistics.squaredDeviations).toBeLessThan(1e-6 * statistics.squaredNormOfMean);
    }
  });

  it('a loss that is not a number gives no number that looks right', async () => {
    const model = classifier('sgd');
    const statistics = await measure(route, lossOf(model, Number.NaN), variablesOf(model), 24);
    if (statistics !== undefined) expect(statistics.squaredNormOfMean).toBeNaN();
  });

  it('a frozen layer and a layer without weights are left out', async () => {
    const model = layers.sequential({
      layers: [
        layers.layers.dense({ units: 5, inputShape: [6], activation: 'tanh', trainable: false }),
        layers.layers.dropout({ rate: 0.1, seed: 1 }),
        layers.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    const statistics = await measure(route, lossOf(model), variablesOf(model), 24);
    expect(statistics?.coverage).toBeUndefined();
    expect(statistics?.layers?.map(({ parameters }) => parameters)).toEqual([18]);
    // Both micro-batches are the whole batch here.
    expect((statistics as GradientStatistics).squaredDeviations > 0).toBe(route !== 'microBatches');
    model.dispose();
  });
});

it('weight decay is no noise: the deviations are those without it', async () => {
  const build = (regularized: boolean): layers.Sequential =>
    layers.sequential({
      layers: [
        layers.layers.dense({
          units: 3,
          inputShape: [6],
          activation: 'softmax',
          kernelInitializer: layers.initializers.glorotNormal({ seed: 4 }),
          ...(regularized && { kernelRegularizer: layers.regularizers.l2({ l2: 0.5 }) }),
        }),
      ],
    });
  const [plain, decayed] = [build(false), build(true)];
  const withDecay = (): tf.Scalar =>
    tf.add(lossOf(decayed)(), tf.mul(0.5, tf.sum(tf.square(variablesOf(decayed)[0] as tf.Variable))));
  for (const route of ['closedForm', 'randomSigns', 'perExample'] as const) {
    const one = (await measure(route, lossOf(plain), variablesOf(plain), 24)) as GradientStatistics;
    const two = (await measure(route, withDecay, variablesOf(decayed), 24)) as GradientStatistics;
    expect(two.coverage).toBeUndefined();
    expect(two.squaredDeviations / one.squaredDeviations).toBeCloseTo(1, 4);
    expect(two.squaredNormOfMean).toBeGreaterThan(1.5 * one.squaredNormOfMean);
  }
});

describe('a model that the closed form cannot follow', () => {
  const w = tf.variable(tf.tensor2d([0.1, -0.2, 0.3, 0.2, 0.1, -0.1], [6, 1]), true, 'followed');
  const v = tf.variable(tf.tensor2d([0.4, 0.2, -0.3, 0.2, 0.5, -0.1], [6, 1]), true, 'normalized');
  /** The second map is a function of its weights before it meets the examples. */
  const loss = (): tf.Scalar => {
    const unit = tf.div(v, tf.norm(v)) as tf.Tensor2D;
    return tf.mean(
      tf.square(tf.sub(tf.sum(y, 1), tf.squeeze(tf.add(tf.matMul(x, w as never), tf.matMul(x, unit)), [1]))),
    );
  };

  it('says what share it covers, and is right about that', async () => {
    const statistics = await measure('closedForm', loss, [w, v], 24);
    expect(statistics?.coverage).toBe(0.5);
    const exact = await measure('perExample', loss, [w, v], 24);
    const layer = exact?.layers?.find((one) => one.layer === 'followed');
    expect(statistics?.squaredDeviations).toBeCloseTo(layer?.squaredDeviations as number, 4);
    expect(exact?.coverage).toBeUndefined();
  });

  it('tells g·θ and |p|² of what it covers', async () => {
    const told = await measure('closedForm', loss, [w, v], 24);
    const covered = await measure('perExample', loss, [w], 24);
    const both = await measure('perExample', loss, [w, v], 24);
    for (const key of ['weightProjection', 'squaredNormOfStep'] as const) {
      expect((told?.[key] as number) / (covered?.[key] as number)).toBeCloseTo(1, 4);
    }
    // The gradient of weights that are normalized is at right angles to them: it shows in |p|² alone.
    expect(both?.squaredNormOfStep).toBeGreaterThan(1.01 * (covered?.squaredNormOfStep as number));
  });

  it('is measured by micro-batches where nothing is covered', async () => {
    const seen: StepObservation[] = [];
    const warnings: string[] = [];
    const loop = adaptiveLoop({
      optimizer: tf.train.sgd(0.01),
      loss: ({ xs, ys }) => {
        const unit = tf.div(v, tf.norm(v)) as tf.Tensor2D;
        return tf.mean(
          tf.square(tf.sub(tf.sum(ys as tf.Tensor, 1), tf.squeeze(tf.matMul(xs as tf.Tensor2D, unit), [1]))),
        );
      },
      source: { xs: x, ys: y },
      variables: [v],
      batchSize: 8,
      policy: fixed(),
      measure: { every: 1, route: 'closedForm' },
    });
    loop.controller.on('warning', (warning) => warnings.push(warning));
    for (let step = 0; step < 20; step++) seen.push((await loop.step()).observation);
    loop.end();
    expect(warnings).toEqual([expect.stringContaining("measure.route: 'closedForm' cannot follow this model")]);
    expect(seen.at(-1)?.gradient?.route).toBe('microBatches');
  });
});

it('one example has no noise: nothing is measured, by any route', async () => {
  for (const route of ['closedForm', 'randomSigns', 'perExample', 'temporal', 'auto'] as const) {
    const model = classifier(tf.train.sgd(0.05));
    const seen: StepObservation[] = [];
    const adaptive = adaptiveBatch(model, { policy: fixed(1), minBatchSize: 1, measure: { every: 1, route } });
    adaptive.controller.observations$.subscribe((observation) => seen.push(observation));
    await model.fit(x, y, { batchSize: 1, epochs: 1, verbose: 0, callbacks: adaptive });
    expect(seen).toHaveLength(24);
    for (const { gradient, loss } of seen) {
      expect(Number.isFinite(loss)).toBe(true);
      if (route !== 'temporal') expect(gradient).toBeUndefined();
    }
    model.dispose();
  }
});

it.each(['closedForm', 'randomSigns', 'perExample'] as const)(
  '%s that goes wrong does not end the training',
  async (route) => {
    const optimizer = tf.train.sgd(0.1);
    // It calls itself Adam but has none of Adam's state.
    optimizer.getClassName = () => 'Adam';
    const model = classifier('sgd');
    const before = weightsOf(model);
    const update = new PendingUpdate(optimizer, plan(route));
    update.measureWhole(lossOf(model), variablesOf(model), 24).dispose();
    expect((await update.read()).gradient).toBeUndefined();
    expect(update.isMeasured).toBe(false);
    update.dispose();
    expect(weightsOf(model)).not.toEqual(before);
  },
);

it.each([8, 400])(
  'a recurrent layer of many units, %d examples: what its weights share outlives each of them',
  async (count) => {
    const model = layers.sequential({
      layers: [
        layers.layers.lstm({ units: 16, inputShape: [5, 12], recurrentInitializer: 'glorotNormal' }),
        layers.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    const xs = tf.randomNormal([count, 5, 12], 0, 1, 'float32', 4);
    const ys = tf.tile(tf.tensor2d([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0], [4, 3]), [count / 4, 1]);
    const loss = lossOf(model, 1, [xs, ys] as never);
    const closed = (await measure('closedForm', loss, variablesOf(model), count)) as GradientStatistics;
    expect(closed.coverage).toBeUndefined();
    expect(closed.layers?.map(({ parameters }) => parameters)).toEqual([4 * 16 * (12 + 16 + 1), 16 * 3 + 3]);
    if (count > 8) return;
    const each = (await measure('perExample', loss, variablesOf(model), count)) as GradientStatistics;
    for (const key of ['squaredNormOfMean', 'squaredDeviations', 'projectionDeviations'] as const) {
      expect(closed[key] / each[key]).toBeCloseTo(1, 4);
    }
  },
);
