import { adaptiveBatch, adaptiveLoop, gaussianWalkWithRebound } from '../../src/index.js';
import type { Batch } from '../../src/tfjs/source.js';
import { blobs, classifier, layers, OPTIMIZERS, tf } from './support.js';

const { x, y } = blobs(120);
const measured = { measure: { every: 1 } };

/** Tensors alive at the end of each epoch. */
class Count extends layers.Callback {
  readonly alive: number[] = [];
  override async onEpochEnd(): Promise<void> {
    this.alive.push(tf.memory().numTensors);
  }
}

class ThrowAt extends layers.Callback {
  constructor(private readonly batch: number) {
    super();
  }
  override async onBatchEnd(batch: number): Promise<void> {
    if (batch === this.batch) throw new Error('thrown by a callback');
  }
}

/** History keeps two scalars an epoch, loss and accuracy, until the end of the training. */
function expectConstant(alive: readonly number[]): void {
  const [, second = 0, ...later] = alive;
  expect(later).toEqual(later.map((_, i) => second + 2 * (i + 1)));
}

const lossOf =
  (model: layers.LayersModel) =>
  ({ xs, ys }: Batch): tf.Scalar =>
    tf.mean(layers.metrics.categoricalCrossentropy(ys as tf.Tensor, model.apply(xs as tf.Tensor) as tf.Tensor));

describe.each(Object.keys(OPTIMIZERS))('with %s no tensor is left behind', (name) => {
  const optimizer = OPTIMIZERS[name] as () => tf.Optimizer;

  it('epoch after epoch in fit()', async () => {
    const model = classifier(optimizer());
    const count = new Count();
    await model.fit(x, y, { batchSize: 8, epochs: 4, verbose: 0, callbacks: [adaptiveBatch(model, measured), count] });
    expectConstant(count.alive);
    const before = tf.memory().numTensors;
    await model.fit(x, y, { batchSize: 8, epochs: 1, verbose: 0, callbacks: adaptiveBatch(model, measured) });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('epoch after epoch in fitDataset()', async () => {
    const model = classifier(optimizer());
    const count = new Count();
    const adaptive = adaptiveBatch(model, { ...measured, batchSize: 8 });
    const callbacks = [adaptive, count];
    await model.fitDataset(adaptive.batches({ xs: x, ys: y }) as never, { epochs: 4, verbose: 0, callbacks });
    expectConstant(count.alive);
  });

  it('epoch after epoch in fit() without the model', async () => {
    const model = classifier(optimizer());
    const count = new Count();
    await model.fit(x, y, { batchSize: 8, epochs: 4, verbose: 0, callbacks: [adaptiveBatch(measured), count] });
    expectConstant(count.alive);
  });

  it('step after step in an own loop', async () => {
    const model = classifier(optimizer());
    const loop = adaptiveLoop({
      ...measured,
      optimizer: model.optimizer,
      source: { xs: x, ys: y },
      loss: lossOf(model),
      batchSize: 8,
    });
    for (let step = 0; step < 20; step++) await loop.step();
    const before = tf.memory().numTensors;
    for (let step = 0; step < 20; step++) await loop.step();
    expect(tf.memory().numTensors).toBe(before);
    loop.end();
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
  });
});

describe('after a throw', () => {
  /** What plain TensorFlow.js itself leaves behind when a callback throws. */
  async function leftByPlain(train: (model: layers.Sequential) => Promise<unknown>): Promise<number> {
    const model = classifier(tf.train.sgd(0.1));
    const before = tf.memory().numTensors;
    await expect(train(model)).rejects.toThrow('thrown by a callback');
    return tf.memory().numTensors - before;
  }

  it.each([0, 1, 2, 5])('of a callback at batch %i of fit() all is given back', async (batch) => {
    const plain = await leftByPlain((model) =>
      model.fit(x, y, { batchSize: 8, verbose: 0, callbacks: new ThrowAt(batch) }),
    );
    const model = classifier(tf.train.sgd(0.1));
    const before = tf.memory().numTensors;
    const adaptive = adaptiveBatch(model, measured);
    const callbacks = [adaptive, new ThrowAt(batch)];
    await expect(model.fit(x, y, { batchSize: 8, verbose: 0, callbacks })).rejects.toThrow('thrown by a callback');
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(plain);
    expect(Object.hasOwn(model.optimizer, 'minimize')).toBe(false);
    expect((model.optimizer as unknown as { learningRate: number }).learningRate).toBe(0.1);
    const again = await model.fit(x, y, { batchSize: 8, epochs: 2, verbose: 0, callbacks: adaptive });
    expect(again.epoch).toEqual([0, 1]);
  });

  it.each([0, 1, 2, 5])('of a callback at batch %i of fitDataset() dispose() gives all back', async (batch) => {
    const plainData = {
      size: 1,
      iterator: async () => ({ next: async () => ({ value: { xs: x.clone(), ys: y.clone() }, done: false }) }),
    };
    const plain = await leftByPlain((model) =>
      model.fitDataset(plainData as never, {
        epochs: 1,
        batchesPerEpoch: 9,
        verbose: 0,
        callbacks: new ThrowAt(batch),
      }),
    );
    const model = classifier(tf.train.sgd(0.1));
    const adaptive = adaptiveBatch(model, { ...measured, batchSize: 8 });
    const before = tf.memory().numTensors;
    const callbacks = [adaptive, new ThrowAt(batch)];
    const dataset = adaptive.batches({ xs: x, ys: y }) as never;
    await expect(model.fitDataset(dataset, { epochs: 1, verbose: 0, callbacks })).rejects.toThrow(
      'thrown by a callback',
    );
    adaptive.dispose();
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(plain);
    expect(Object.hasOwn(model.optimizer, 'minimize')).toBe(false);
  });

  it('of the loss in an own loop all is given back', async () => {
    const model = classifier(tf.train.adam(0.01));
    let calls = 0;
    const loss = (batch: Batch): tf.Scalar => {
      if (++calls === 6) throw new Error('thrown by the loss');
      return lossOf(model)(batch);
    };
    const loop = adaptiveLoop({
      ...measured,
      optimizer: model.optimizer,
      source: { xs: x, ys: y },
      loss,
      batchSize: 8,
    });
    await loop.step();
    const before = tf.memory().numTensors;
    await loop.step();
    await expect(loop.step()).rejects.toThrow('thrown by the loss');
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
    expect(Object.hasOwn(model.optimizer, 'minimize')).toBe(false);
  });
});

describe('other courses leave no tensor', () => {
  it('drawing micro-batches one by one', async () => {
    const model = classifier(tf.train.momentum(0.05, 0.9));
    const count = new Count();
    const policy = gaussianWalkWithRebound({ drawSize: 8 });
    await model.fit(x, y, {
      batchSize: 8,
      epochs: 4,
      verbose: 0,
      callbacks: [adaptiveBatch(model, { policy }), count],
    });
    expectConstant(count.alive);
  });

  it('stopping in the middle of a batch and of a stream', async () => {
    class StopAt extends layers.Callback {
      override async onBatchEnd(batch: number): Promise<void> {
        if (batch === 4) (this.model as layers.LayersModel).stopTraining = true;
      }
    }
    const example = (rows: tf.Tensor, i: number): tf.Tensor => tf.tidy(() => tf.squeeze(tf.slice(rows, i, 1), [0]));
    const stream = {
      iterator: async () => {
        let i = 0;
        return {
          next: async () =>
            i < 120
              ? { value: { xs: example(x, i), ys: example(y, i++) }, done: false as const }
              : { value: null, done: true as const },
        };
      },
    };
    const model = classifier(tf.train.sgd(0.1));
    const train = async (): Promise<void> => {
      const adaptive = adaptiveBatch(model, { ...measured, batchSize: 8 });
      await model.fitDataset(adaptive.batches(stream) as never, {
        epochs: 3,
        verbose: 0,
        callbacks: [adaptive, new StopAt()],
      });
    };
    await train();
    const before = tf.memory().numTensors;
    await train();
    expect(tf.memory().numTensors).toBe(before);
  });
});
