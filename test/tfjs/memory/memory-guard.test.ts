import { OPTIMIZERS, relativeDifference, tf } from '../support.js';
import { ASKED, BASE, limited, NO_ROOM, net, type Place, WAYS, type Way, x } from './support.js';

const ways = Object.entries(WAYS);
const places: readonly Place[] = ['forward', 'backward'];
const none = (values: tf.Tensor): tf.Tensor => values;

describe.each(ways)('where memory runs out in %s', (_name, train: Way) => {
  it.each(places.flatMap((place) => ['momentum', 'adam'].map((optimizer) => [place, optimizer] as const)))(
    'on the %s pass, under %s, it trains on in smaller micro-batches to the same weights',
    async (place, name) => {
      const optimizer = OPTIMIZERS[name] as () => tf.Optimizer;
      const model = net(optimizer(), limited(place, 20));
      const { weights, observations, warnings, left } = await train(model, {});
      const bounded = await train(net(optimizer(), none), { maxMicroBatchSize: 16 });
      expect(relativeDifference(weights, bounded.weights)).toBeLessThan(1e-5);
      expect(observations.map(({ batchSize, microBatches }) => [batchSize, microBatches])).toEqual(
        bounded.observations.map(({ batchSize, microBatches }) => [batchSize, microBatches]),
      );
      expect(observations.map(({ loss }) => loss.toFixed(4))).toEqual(
        bounded.observations.map(({ loss }) => loss.toFixed(4)),
      );
      expect(observations.map(({ maxMicroBatchSize }) => maxMicroBatchSize)).toEqual([
        16,
        ...observations.slice(1).map(() => undefined),
      ]);
      expect(warnings).toEqual([
        expect.stringMatching(/^memory ran out at a micro-batch of \d+: batches of more than 16 /),
      ]);
      expect(left).toBe(bounded.left);
    },
  );

  it('every example is seen once an epoch', async () => {
    const { observations } = await train(net(tf.train.sgd(0.1), limited('backward', 20)), {});
    const inEpoch = observations.filter(({ epoch }) => epoch === 0).reduce((sum, { batchSize }) => sum + batchSize, 0);
    expect(inEpoch).toBe(x.shape[0]);
  });

  it.each(places)(
    'on the %s pass, the moving averages of batch normalization are those of the smaller passes alone',
    async (place) => {
      const { weights, left } = await train(net(tf.train.sgd(0.1), limited(place, 20), true), {});
      const bounded = await train(net(tf.train.sgd(0.1), none, true), { maxMicroBatchSize: 16 });
      expect(relativeDifference(weights, bounded.weights)).toBeLessThan(1e-5);
      expect(left).toBe(bounded.left);
    },
  );

  it.each(['closedForm', 'randomSigns', 'perExample', 'microBatches', 'temporal'] as const)(
    'while %s measures every step, the training goes on',
    async (route) => {
      const measure = { every: 1, route };
      const { weights, observations, left } = await train(net(tf.train.sgd(0.1), limited('backward', 20)), { measure });
      const bounded = await train(net(tf.train.sgd(0.1), none), { measure, maxMicroBatchSize: 16 });
      expect(relativeDifference(weights, bounded.weights)).toBeLessThan(1e-5);
      expect(observations.at(-1)?.microBatches).toBeGreaterThan(1);
      expect(left).toBe(bounded.left);
    },
  );

  it('an error that repeats down to one example is thrown on as it came first', async () => {
    let calls = 0;
    const failing = (): tf.Tensor => {
      calls++;
      throw new RangeError(`${NO_ROOM}, call ${calls}`);
    };
    const before = tf.memory().numTensors;
    const model = net(tf.train.sgd(0.1), failing);
    const made = tf.memory().numTensors - before;
    await expect(train(model, { seed: 5 })).rejects.toThrow(`${NO_ROOM}, call 1`);
    // The first batch is measured in two halves: 32, 16, 8, 4, 2, 1.
    expect(calls).toBe(Math.log2(ASKED));
    expect(Object.hasOwn(model.optimizer, 'minimize')).toBe(train === WAYS['fitDataset()']);
    expect(tf.memory().numTensors - before - made).toBeLessThanOrEqual(2);
  });

  it('an error of another kind is thrown on at once', async () => {
    let calls = 0;
    const failing = (): tf.Tensor => {
      calls++;
      throw new Error('a bug of the loss');
    };
    await expect(train(net(tf.train.sgd(0.1), failing), {})).rejects.toThrow('a bug of the loss');
    expect(calls).toBe(1);
  });

  it('in the update, which no smaller batch makes easier, the error is thrown on and no step is made twice', async () => {
    const optimizer = tf.train.sgd(0.1);
    const model = net(optimizer, none);
    const apply = optimizer.applyGradients.bind(optimizer);
    let updates = 0;
    optimizer.applyGradients = (gradients) => {
      apply(gradients);
      updates++;
      if (updates === 2) throw new RangeError(NO_ROOM);
    };
    await expect(train(model, { measure: { every: 1000 } })).rejects.toThrow(NO_ROOM);
    expect(updates).toBe(2);
  });

  it('at the base size, where plain TensorFlow.js fails as well, it is thrown on', async () => {
    const model = net(tf.train.sgd(0.1), limited('backward', BASE - 1));
    const options = {
      policy: undefined as never,
      maxBatchSize: BASE,
      measure: { every: 1000 },
      ...{ minBatchSize: BASE },
    };
    await expect(train(model, options)).rejects.toThrow(NO_ROOM);
  });
});
