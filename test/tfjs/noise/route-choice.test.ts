import { jest } from '@jest/globals';
import type { GradientRoute, StepObservation } from '../../../src/index.js';
import { type AdaptiveBatchOptions, adaptiveBatch, fixed, none } from '../../../src/index.js';
import { RouteChoice } from '../../../src/tfjs/noise/route-choice.js';
import { itWith } from '../../support/backend.js';
import { blobs, classifier, layers, tf, weightsOf, withSeed } from '../support.js';

const { x, y } = blobs(256);
const STILL: AdaptiveBatchOptions = { policy: fixed(), learningRate: none() };

async function train(
  model: layers.LayersModel,
  { batchSize = 16, epochs = 3, ...options }: AdaptiveBatchOptions & { epochs?: number },
): Promise<StepObservation[]> {
  const seen: StepObservation[] = [];
  const adaptive = adaptiveBatch(model, { ...STILL, ...options });
  adaptive.controller.observations$.subscribe((observation) => seen.push(observation));
  await withSeed(5, () => model.fit(x, y, { batchSize, epochs, verbose: 0, callbacks: adaptive }));
  adaptive.dispose();
  return seen;
}

const routesOf = (seen: readonly StepObservation[]): (GradientRoute | undefined)[] =>
  seen.map((one) => one.gradient?.route);

describe('the route', () => {
  it('is micro-batches until a step is timed, then the closed form', async () => {
    const seen = await train(classifier('sgd'), { measure: { every: 1 } });
    const routes = routesOf(seen);
    expect(routes.slice(0, 8)).toEqual(Array(8).fill('microBatches'));
    expect(new Set(routes.slice(8))).toEqual(new Set(['closedForm']));
    for (const { gradient, microBatches, batchSize } of seen) {
      const isClosed = gradient?.route === 'closedForm';
      expect(microBatches).toBe(isClosed ? 1 : 2);
      expect(gradient?.degreesOfFreedom).toBe(isClosed ? batchSize - 1 : 1);
    }
  });

  it.each(['microBatches', 'closedForm', 'randomSigns', 'perExample', 'temporal'] as const)(
    '%s is what was asked for',
    async (route) => {
      const plain = classifier(tf.train.momentum(0.05, 0.9));
      await withSeed(5, () => plain.fit(x, y, { batchSize: 16, epochs: 3, verbose: 0 }));
      const model = classifier(tf.train.momentum(0.05, 0.9));
      const made = tf.memory().numTensors;
      const seen = await train(model, { measure: { every: 2, route } });
      const measured = seen.filter(({ measureMs }) => measureMs !== undefined);
      expect(new Set(routesOf(measured).slice(8))).toEqual(new Set([route]));
      expect(measured.length).toBeGreaterThan(20);
      // The same training, whatever is measured.
      const [actual, expected] = [weightsOf(model), weightsOf(plain)];
      actual.forEach((weight, i) => {
        expect(Math.abs(weight - (expected[i] as number))).toBeLessThan(1e-4);
      });
      // Slots of the optimizer stay.
      expect(tf.memory().numTensors - made).toBe(4);
      model.dispose();
    },
  );

  it('is micro-batches for the largest batches', async () => {
    const many = blobs(2560);
    const model = classifier('sgd');
    const seen: StepObservation[] = [];
    const adaptive = adaptiveBatch(model, { ...STILL, measure: { every: 1 } });
    adaptive.controller.observations$.subscribe((observation) => seen.push(observation));
    await model.fit(many.x, many.y, { batchSize: 257, epochs: 2, verbose: 0, callbacks: adaptive });
    const whole = seen.filter(({ short }) => short !== true);
    expect(whole.length).toBeGreaterThan(12);
    expect(new Set(routesOf(whole))).toEqual(new Set(['microBatches']));
  });

  it('is micro-batches where a batch is accumulated, whatever was asked for', async () => {
    const seen = await train(classifier('sgd'), { maxMicroBatchSize: 8, measure: { every: 1, route: 'closedForm' } });
    expect(new Set(routesOf(seen))).toEqual(new Set(['microBatches']));
  });

  it('is micro-batches with batch normalization, where examples see each other, and the closed form on request', async () => {
    const build = (): layers.Sequential => {
      const model = layers.sequential({
        layers: [
          layers.layers.dense({ units: 5, inputShape: [6], useBias: false }),
          layers.layers.batchNormalization(),
          layers.layers.dense({ units: 3, activation: 'softmax' }),
        ],
      });
      model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
      return model;
    };
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
    expect(new Set(routesOf(await train(build(), { measure: { every: 1 } })))).toEqual(new Set(['microBatches']));
    const asked = routesOf(await train(build(), { measure: { every: 1, route: 'closedForm' } }));
    expect(asked.at(-1)).toBe('closedForm');
    warn.mockRestore();
  });

  itWith(
    'convolution',
    'leaves convolutions to micro-batches, and runs them example by example on request',
    async () => {
      const images = tf.reshape(tf.slice(x, [0, 0], [64, 4]), [64, 2, 2, 1]);
      const targets = tf.slice(y, [0, 0], [64, -1]);
      const run = async (route: GradientRoute | 'auto'): Promise<StepObservation[]> => {
        const model = layers.sequential({
          layers: [
            layers.layers.conv2d({ filters: 4, kernelSize: 2, inputShape: [2, 2, 1] }),
            layers.layers.flatten(),
            layers.layers.dense({ units: 3, activation: 'softmax' }),
          ],
        });
        model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
        const seen: StepObservation[] = [];
        const adaptive = adaptiveBatch(model, { ...STILL, measure: { every: 1, route } });
        adaptive.controller.observations$.subscribe((observation) => seen.push(observation));
        await model.fit(images, targets, { batchSize: 8, epochs: 3, verbose: 0, callbacks: adaptive });
        return seen;
      };
      const auto = await run('auto');
      // The closed form is tried once: it covers too little.
      expect(
        auto.filter(({ gradient }) => gradient?.route === 'closedForm').map(({ gradient }) => gradient?.coverage),
      ).toEqual([(4 + 4 * 3 + 3) / (4 * 4 + 4 + 4 * 3 + 3)]);
      const asked = await run('closedForm');
      expect(asked.at(-1)?.gradient).toMatchObject({ route: 'closedForm', degreesOfFreedom: 7 });
      expect(asked.at(-1)?.gradient?.coverage).toBeUndefined();
    },
  );
});

it('what a route cannot follow is told once, and remembered', () => {
  const warnings: string[] = [];
  const choice = new RouteChoice('randomSigns', false, (message) => warnings.push(message));
  const batch = { batchSize: 16, isWhole: true, isTimed: true };
  expect(choice.routeFor(batch)).toBe('randomSigns');
  choice.learn('randomSigns', false, undefined);
  expect(choice.routeFor(batch)).toBe('microBatches');
  expect(warnings).toEqual([expect.stringContaining("'randomSigns' cannot follow this model or loss")]);
});

describe('the temporal route', () => {
  it('is the difference from the step before, weighted by both sizes', async () => {
    const model = classifier(tf.train.sgd(1e-9));
    const [ordered, adaptive] = [
      { shuffle: false },
      adaptiveBatch(model, { ...STILL, measure: { every: 1, route: 'temporal' } }),
    ];
    const seen: StepObservation[] = [];
    adaptive.controller.observations$.subscribe((observation) => seen.push(observation));
    await model.fit(x, y, { ...ordered, batchSize: 48, epochs: 3, verbose: 0, callbacks: adaptive });
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const gradientOf = (from: number, size: number): number[] => {
      const loss = (): tf.Scalar => {
        const predicted = model.apply(tf.slice(x, [from, 0], [size, -1])) as tf.Tensor;
        return tf.mean(layers.metrics.categoricalCrossentropy(tf.slice(y, [from, 0], [size, -1]), predicted));
      };
      const { grads } = tf.variableGrads(loss, variables);
      return variables.flatMap(({ name }) => Array.from((grads[name] as tf.Tensor).dataSync()));
    };
    // 256 examples: five batches of 48 and one of 16. The last of an epoch, against the one before.
    const [before, last] = [gradientOf(192, 48), gradientOf(240, 16)];
    const squared = last.reduce((sum, value, i) => sum + (value - (before[i] as number)) ** 2, 0);
    const statistics = seen.at(-1)?.gradient;
    expect(statistics).toMatchObject({ route: 'temporal', degreesOfFreedom: 1 });
    expect(seen.at(-1)?.batchSize).toBe(16);
    expect((statistics?.squaredDeviations as number) / ((48 * 16) / 64) / squared).toBeCloseTo(1, 3);
    expect((statistics?.squaredNormOfMean as number) / last.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(
      1,
      3,
    );
  });
});
