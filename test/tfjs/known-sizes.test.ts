import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { type AdaptiveBatchOptions, adaptiveBatch, memoryLog, none, type RunLogStep, stages } from '../../src/index.js';
import { KnownSizes } from '../../src/tfjs/known-sizes.js';
import { blobs, classifier, layers, relativeDifference, tf, weightsOf, withSeed } from './support.js';

function known(...sizes: number[]): KnownSizes {
  const result = new KnownSizes(false, 'webgl');
  result.add(sizes);
  return result;
}

describe('known sizes', () => {
  test.each([
    [44, [8, 16, 32], [32, 8, 4]],
    [44, [8, 32], [32, 8, 4]],
    [40, [8, 16, 32], [32, 8]],
    [32, [8, 16, 32], [32]],
    [5, [8, 16], [5]],
    [24, [8], [8, 8, 8]],
    [44, [], [44]],
  ])('cut %i, of which %j are known, into %j', (batchSize, sizes, expected) => {
    expect(known(...sizes).split(batchSize)).toEqual(expected);
  });

  test('are not used where that takes more than sixteen', () => {
    expect(known(4).split(64)).toEqual(Array(16).fill(4));
    expect(known(4).split(65)).toEqual([65]);
    expect(known(4).split(68)).toEqual([68]);
  });

  test('of any kind add up to the batch, with at most one piece that is new and less than all of them', () => {
    const size = fc.integer({ min: 1, max: 1024 });
    fc.assert(
      fc.property(size, fc.uniqueArray(size, { minLength: 1, maxLength: 8 }), (batchSize, sizes) => {
        const pieces = known(...sizes).split(batchSize);
        expect(pieces.reduce((sum, piece) => sum + piece, 0)).toBe(batchSize);
        const unknown = pieces.filter((piece) => !sizes.includes(piece));
        expect(unknown.length).toBeLessThanOrEqual(1);
        if (pieces.length > 1) for (const piece of unknown) expect(piece).toBeLessThan(Math.min(...sizes));
      }),
    );
  });

  test.each([
    ['cpu', false],
    ['wasm', false],
    ['webgpu', false],
    ['tensorflow', false],
    ['webgl', true],
  ])('do not matter on %s, batch normalization: %p', (backend, isCoupled) => {
    const sizes = new KnownSizes(isCoupled, backend);
    sizes.add([8, 16]);
    expect(sizes.split(44)).toEqual([44]);
  });
});

describe('on a backend that compiles each shape', () => {
  beforeAll(async () => {
    tf.registerBackend('webgl', () => new MathBackendCPU());
    tf.copyRegisteredKernels('cpu', 'webgl');
  });
  afterAll(() => tf.setBackend('cpu'));

  async function trained(
    backend: string,
    { layer }: { layer?: layers.layers.Layer } = {},
    given: AdaptiveBatchOptions = {},
  ) {
    await tf.setBackend(backend);
    const { x, y } = blobs(108);
    const model = classifier('sgd', 3, 6, []);
    if (layer !== undefined) model.add(layer);
    const log = memoryLog();
    const sizes = new Set<number>();
    const loss = (ys: tf.Tensor, predicted: tf.Tensor): tf.Tensor => {
      sizes.add(ys.shape[0] as number);
      return layers.metrics.categoricalCrossentropy(ys, predicted);
    };
    model.compile({ optimizer: tf.train.momentum(0.05, 0.9), loss: loss as never });
    const policy = stages({ every: { examples: 120 }, rateFactor: 1 });
    const callbacks = adaptiveBatch(model, { policy, learningRate: none(), maxBatchSize: 64, log, ...given });
    callbacks.controller.on('warning', () => {});
    await withSeed(4, () => model.fit(x, y, { batchSize: 8, epochs: 6, verbose: 0, callbacks }));
    const steps = log.lines.slice(1).map((line) => JSON.parse(line) as RunLogStep);
    return { sizes: [...sizes].sort((a, b) => a - b), steps, weights: weightsOf(model) };
  }

  test("an epoch's last batch is cut into sizes that have run, and is the same update", async () => {
    const { sizes, steps, weights } = await trained('webgl');
    expect(sizes).toEqual([4, 8, 16, 32, 64]);
    const short = steps.filter((step) => step.short);
    expect(short.map(({ batchSize }) => batchSize)).toEqual([4, 12, 12, 44, 44, 44]);
    expect(short.map(({ microBatches }) => microBatches)).toEqual([1, 2, 2, 3, 3, 3]);
    const plain = await trained('cpu');
    expect(plain.sizes).toEqual(expect.arrayContaining([12, 44]));
    expect(relativeDifference(weights, plain.weights)).toBeLessThan(1e-6);
  });

  test.each(['closedForm', 'temporal'] as const)('and measured by its parts where the rest is by %s', async (route) => {
    const { steps } = await trained('webgl', {}, { measure: { every: 1, route } });
    const routes = new Set(steps.slice(-4).map(({ short, gradient }) => `${short ?? false} ${gradient?.route}`));
    expect(routes).toEqual(new Set([`false ${route}`, 'true microBatches']));
  });

  test('but stays whole under batch normalization', async () => {
    const { sizes } = await trained('webgl', { layer: layers.layers.batchNormalization() });
    expect(sizes).toEqual(expect.arrayContaining([12, 44]));
  });
});
