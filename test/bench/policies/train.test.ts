import * as tf from '@tensorflow/tfjs';
import { guessLoss, type LoadedTask, train } from '../../../bench/policies/train.js';
import type { Task } from '../../../bench/policies/types.js';
import { useWasm } from '../../../examples/support/wasm.js';

beforeAll(useWasm);

/** y = 2x, by one weight. */
const LINE: Task = {
  name: 'line',
  title: 'A line',
  load: () => {
    const inputs = tf.linspace(-1, 1, 64).reshape([64, 1]);
    const examples = { inputs, targets: inputs.mul(2) };
    return { train: examples, test: examples };
  },
  build: (seed, optimizer) => {
    const kernelInitializer = tf.initializers.glorotNormal({ seed });
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer })] });
    model.compile({ optimizer, loss: 'meanSquaredError' });
    return model;
  },
  optimizer: tf.train.sgd,
  targetLoss: 1e-3,
  learningRate: 0.1,
  rates: [0.1],
  metric: 'R²',
};

function loaded(): LoadedTask {
  const data = LINE.load();
  return { task: LINE, data, subset: data.train };
}

const RUN = { seed: 1, batchSize: 16, learningRate: 0.1, limitMs: 60_000 };

describe('train', () => {
  it('trains to the target, plain and adaptively, and leaves no tensor behind', async () => {
    const line = loaded();
    const before = tf.memory().numTensors;
    const plain = await train(line, RUN);
    const adaptive = await train(line, { ...RUN, adaptive: () => ({}) });
    for (const { end, metric, examples, updates } of [plain, adaptive]) {
      expect(end).toBe('target');
      expect(metric).toBeGreaterThan(99);
      expect(examples).toBeGreaterThan(16);
      expect(updates).toBeGreaterThan(1);
    }
    expect(plain.examples / plain.updates).toBeCloseTo(16, 6);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('sees a training ruined by its rate', async () => {
    expect((await train(loaded(), { ...RUN, learningRate: 1e4 })).end).toBe('ruined');
  });

  it('says so where the package refuses the options', async () => {
    const adaptive = () => ({ ladder: 0.5 });
    expect(await train(loaded(), { ...RUN, adaptive })).toMatchObject({
      end: 'refused',
      message: expect.stringContaining('ladder'),
    });
  });
});

describe('guessLoss', () => {
  it('is the entropy of the classes, or the variance', async () => {
    const targets = tf.tensor2d([1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0], [4, 3]);
    expect(await guessLoss({ metric: 'accuracy' }, targets)).toBeCloseTo(Math.log(2), 6);
    expect(await guessLoss({ metric: 'R²' }, tf.tensor2d([1, 3, 1, 3], [4, 1]))).toBeCloseTo(1, 6);
  });
});
