import { adaptiveBatch, adaptiveLoop, fixed, none } from '../../../src/index.js';
import { blobs, layers, tf } from '../support.js';
import { ASKED, BASE, limited, net, WAYS, type Way } from './support.js';

const free = (values: tf.Tensor): tf.Tensor => values;

/** Notes the sizes of the passes that the loss has seen. */
function watched(between: (values: tf.Tensor) => tf.Tensor): {
  between: (values: tf.Tensor) => tf.Tensor;
  sizes: number[];
} {
  const sizes: number[] = [];
  return {
    sizes,
    between: (values) => {
      sizes.push(values.shape[0] as number);
      return between(values);
    },
  };
}

describe.each(Object.entries(WAYS))('in %s', (_name, train: Way) => {
  test('growing sizes are tried first, up to the first that finds no room', async () => {
    const { between, sizes } = watched(limited('backward', 40));
    const { warnings, observations } = await train(net(tf.train.sgd(0.1), between), { probeMemory: true });
    expect(sizes.slice(0, 4)).toEqual([8, 16, 32, 64]);
    expect(Math.max(...sizes.slice(4))).toBeLessThanOrEqual(32);
    expect(warnings).toEqual(['the probe found no room above micro-batches of 32: Array buffer allocation failed']);
    expect(observations[0]?.maxMicroBatchSize).toBe(32);
  });

  test('up to the largest micro-batch allowed, or all examples', async () => {
    for (const [options, last] of [
      [{}, 128],
      [{ maxMicroBatchSize: 50 }, 32],
    ] as const) {
      const { between, sizes } = watched(free);
      await train(net(tf.train.sgd(0.1), between), { ...options, probeMemory: true });
      expect(
        sizes
          .slice(0, 6)
          .filter((size, i) => size === BASE * 2 ** i)
          .at(-1),
      ).toBe(last);
    }
  });

  test('sizes that would not keep within maxMemory are not tried', async () => {
    const { between, sizes } = watched(free);
    const model = net(tf.train.sgd(0.1), between);
    await train(model, { probeMemory: true, maxMemory: tf.memory().numBytes + 20_000 });
    expect(Math.max(...sizes)).toBeLessThan(ASKED);
  });

  test.each([false, true])(
    'weights, optimizer, order, moving averages (%p) and tensors are as without it',
    async (isNormalized) => {
      const plain = await train(net(tf.train.adam(0.01), free, isNormalized), {});
      const probed = await train(net(tf.train.adam(0.01), free, isNormalized), { probeMemory: true });
      expect(probed.weights).toEqual(plain.weights);
      expect(probed.observations.map(({ loss }) => loss)).toEqual(plain.observations.map(({ loss }) => loss));
      expect(probed.left).toBe(plain.left);
      expect(probed.warnings).toEqual(plain.warnings);
    },
  );
});

test('dropout in the probe draws no random numbers of the training', async () => {
  const { x, y } = blobs(60);
  const orderOf = async (probeMemory: boolean): Promise<number> => {
    const model = layers.sequential({
      layers: [
        layers.layers.dense({ units: 4, inputShape: [6], kernelInitializer: 'ones' }),
        layers.layers.dropout({ rate: 0.5 }),
        layers.layers.dense({ units: 3, kernelInitializer: 'ones' }),
      ],
    });
    model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
    const { random } = Math;
    let drawn = 0;
    Math.random = () => {
      drawn++;
      return 0.4;
    };
    const callbacks = adaptiveBatch(model, { probeMemory, policy: fixed(), learningRate: none() });
    await model.fit(x, y, { batchSize: 10, epochs: 1, verbose: 0, callbacks });
    Math.random = random;
    return drawn;
  };
  expect(await orderOf(true)).toBe(await orderOf(false));
});

test('a probe that throws for another reason bounds the size and says why, the training goes on', async () => {
  const { warnings, observations } = await (WAYS['fit()'] as Way)(
    net(tf.train.sgd(0.1), limited('forward', 20, 'batches are 20 at most')),
    { probeMemory: true },
  );
  expect(warnings).toEqual(['the probe found no room above micro-batches of 16: batches are 20 at most']);
  expect(observations.at(-1)?.maxMicroBatchSize ?? 16).toBe(16);
});

test.each([
  [{ maxMemory: 0 }, /maxMemory must be a finite number > 0; got 0/],
  [{ maxMemory: Number.NaN }, /maxMemory must be a finite number > 0; got NaN/],
  [{ probeMemory: 'yes' }, /probeMemory must be one of true, false; got "yes"/],
])('%j is refused', (options, message) => {
  const model = net(tf.train.sgd(0.1), free);
  const { x, y } = blobs(8);
  expect(() => adaptiveBatch(model, options as never)).toThrow(message);
  const own = { optimizer: tf.train.sgd(0.1), source: { xs: x, ys: y }, loss: () => tf.scalar(0) };
  expect(() => adaptiveLoop({ ...own, ...(options as object) })).toThrow(message);
});
