import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  adaptiveBatch,
  adaptiveLoop,
  type EpochEnd,
  type EpochStart,
  fixed,
  none,
  type Watcher,
} from '../../src/index.js';
import { progressBar, tensorBoard } from '../../src/watch-entry.js';
import { eventFiles, writtenIn } from '../watchers/event-files.js';
import { blobs, classifier, layers, relativeDifference, tf, weightsOf, withSeed } from './support.js';

const { x, y } = blobs(160);

/** Everybody who looks on, and what they saw. */
function lookers() {
  const folder = join(mkdtempSync(join(tmpdir(), 'watch-')), 'run');
  const lines: string[] = [];
  const starts: EpochStart[] = [];
  const ends: EpochEnd[] = [];
  const steps: number[] = [];
  const listen: Watcher = (controller) => {
    controller.on('decision', ({ step }) => steps.push(step));
    controller.on('epochStart', (epoch) => starts.push(epoch));
    controller.on('epochEnd', (epoch) => ends.push(epoch));
  };
  const stream = { isTTY: true, columns: 120, write: (text: string) => lines.push(text) };
  const watch = [tensorBoard(folder, { everyMs: 0 }), progressBar({ stream }), listen];
  const written = (tag: string): [number, unknown][] =>
    eventFiles(folder)
      .flatMap(writtenIn)
      .filter((value) => value.tag === tag)
      .map(({ step, value }) => [step, value]);
  return { folder, lines, starts, ends, steps, watch, written };
}

const floats = (values: unknown): [number, number][] =>
  (values as number[]).map((value, i) => [i + 1, Math.fround(value)]);

test('of fit(): epochs, losses and metrics as History has them, the evaluation too', async () => {
  const { watch, starts, ends, written, lines } = lookers();
  const model = classifier(tf.train.sgd(0.1));
  const { history } = await model.fit(x, y, {
    ...{ batchSize: 4, epochs: 4, initialEpoch: 1, validationSplit: 0.25, verbose: 0 },
    callbacks: adaptiveBatch(model, { watch }),
  });
  expect(starts).toEqual([1, 2, 3].map((epoch) => ({ epoch, epochs: 4 })));
  expect(ends.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  for (const name of ['loss', 'acc', 'val_loss', 'val_acc']) {
    expect(ends.map(({ logs }) => logs[name])).toEqual(history[name]);
    expect(written(`epoch/${name}`)).toEqual(floats(history[name]).map(([at, value]) => [at + 1, value]));
  }
  expect(Object.keys(ends[0]?.logs ?? {}).sort()).toEqual(['acc', 'loss', 'val_acc', 'val_loss']);
  expect(written('adaptive/noiseScale').length).toBeGreaterThan(3);
  expect(lines.filter((line) => line.endsWith('\n'))).toHaveLength(3);
  expect(lines.at(-1)).toMatch(/epoch 4\/4 {2}120 examples in .* val_loss /);
});

/** The examples one by one, their number not told. */
const stream = {
  async iterator() {
    const targets = tf.unstack(y);
    const examples = tf.unstack(x).map((xs, i) => ({ xs, ys: targets[i] as tf.Tensor }));
    return {
      async next() {
        const value = examples.shift();
        return value === undefined ? { done: true as const, value } : { done: false, value };
      },
    };
  },
};

test.each([
  ['tensors', { xs: x, ys: y }, /epoch 1\/2 {2}[█░]+ {2}8\/160 /],
  ['a stream, whose size is not known', stream, /epoch 1\/2 {2}8 examples /],
])('of fitDataset() from %s', async (_name, source, line) => {
  const { watch, starts, ends, written, lines } = lookers();
  const model = classifier(tf.train.sgd(0.1));
  const adaptive = adaptiveBatch(model, { batchSize: 8, watch });
  const { history } = await model.fitDataset(adaptive.batches(source) as never, {
    ...{ epochs: 2, verbose: 0, callbacks: adaptive },
  });
  expect(starts).toEqual([0, 1].map((epoch) => ({ epoch, epochs: 2 })));
  expect(ends.map(({ logs }) => logs.loss)).toEqual(history.loss);
  expect(written('epoch/loss')).toEqual(floats(history.loss));
  expect(lines.filter((text) => text.endsWith('\n'))).toHaveLength(2);
  expect(lines[0]).toMatch(line);
});

test('of a loop of its own: passes, their mean loss by examples, and evaluations', async () => {
  const { watch, starts, ends, written } = lookers();
  const model = classifier(tf.train.sgd(0.1));
  const losses: number[] = [];
  const loop = adaptiveLoop({
    ...{ optimizer: tf.train.sgd(0.1), source: { xs: x, ys: y }, batchSize: 12, policy: fixed(), watch },
    loss: ({ xs, ys }) =>
      tf.mean(layers.metrics.categoricalCrossentropy(ys as tf.Tensor, model.apply(xs as tf.Tensor) as tf.Tensor)),
  });
  for (let pass = 0; pass < 2; pass++) {
    let sum = 0;
    for await (const { observation } of loop.pass()) sum += observation.loss * observation.batchSize;
    losses.push(sum / 160);
    loop.validated(0.5 + pass);
  }
  await loop.step();
  loop.end();
  expect(starts).toEqual([{ epoch: 0 }, { epoch: 1 }, { epoch: 2 }]);
  expect(ends).toEqual(losses.map((loss, epoch) => ({ epoch, logs: { loss: expect.closeTo(loss, 10) } })));
  expect(written('adaptive/validationLoss')).toEqual([
    [15, 0.5],
    [29, 1.5],
  ]);
});

test('a training that throws leaves whole files and a line end; the next one has a file of its own', async () => {
  const { watch, folder, lines, steps, written } = lookers();
  const writtenSteps = (): number[] => written('adaptive/loss').map(([step]) => step);
  const model = classifier(tf.train.sgd(0.1));
  const adaptive = adaptiveBatch(model, { watch });
  const throwing = new layers.CustomCallback({
    onBatchEnd: async (batch) => {
      if (batch === 5) throw new Error('enough');
    },
  });
  const callbacks = [adaptive, throwing];
  await expect(model.fit(x, y, { batchSize: 8, verbose: 0, callbacks })).rejects.toThrow('enough');
  expect(steps.length).toBeGreaterThan(2);
  expect(writtenSteps()).toEqual(steps);
  expect(lines.at(-1)).toBe('\n');
  await model.fit(x, y, { batchSize: 8, verbose: 0, callbacks: adaptive });
  expect(eventFiles(folder)).toHaveLength(2);
  expect(written('epoch/loss')).toHaveLength(1);
  await expect(
    model.fitDataset(adaptive.batches({ xs: x, ys: y }) as never, { epochs: 1, verbose: 0, callbacks }),
  ).rejects.toThrow('enough');
  adaptive.dispose();
  expect(eventFiles(folder)).toHaveLength(3);
  expect(writtenSteps()).toEqual(steps);
});

test('those who look on change no weight and leave no tensor', async () => {
  const plain = classifier(tf.train.momentum(0.05, 0.9));
  await withSeed(5, () => plain.fit(x, y, { batchSize: 16, epochs: 3, validationSplit: 0.2, verbose: 0 }));
  const model = classifier(tf.train.momentum(0.05, 0.9));
  const { watch } = lookers();
  const callbacks = adaptiveBatch(model, { policy: fixed(), learningRate: none(), watch });
  await withSeed(5, () => model.fit(x, y, { batchSize: 16, epochs: 1, validationSplit: 0.2, verbose: 0, callbacks }));
  const before = tf.memory().numTensors;
  const again = classifier(tf.train.momentum(0.05, 0.9));
  const more = adaptiveBatch(again, { policy: fixed(), learningRate: none(), watch: lookers().watch });
  const fresh = tf.memory().numTensors - before;
  await withSeed(5, () =>
    again.fit(x, y, { batchSize: 16, epochs: 3, validationSplit: 0.2, verbose: 0, callbacks: more }),
  );
  expect(relativeDifference(weightsOf(again), weightsOf(plain))).toBeLessThan(1e-6);
  // What momentum keeps of each weight.
  expect(tf.memory().numTensors - before - fresh).toBe(again.getWeights().length);
});

test('where nobody listens the losses of an epoch are not read back', async () => {
  const model = classifier(tf.train.sgd(0.1));
  const adaptive = adaptiveBatch(model);
  const ends: EpochEnd[] = [];
  const { endEpoch } = adaptive.controller;
  adaptive.controller.endEpoch = (epoch) => {
    ends.push(epoch);
    endEpoch.call(adaptive.controller, epoch);
  };
  await model.fit(x, y, { epochs: 1, verbose: 0, callbacks: adaptive });
  expect(ends).toEqual([]);
  adaptive.controller.on('epochEnd', () => undefined);
  await model.fit(x, y, { epochs: 1, verbose: 0, callbacks: adaptive });
  expect(ends).toHaveLength(1);
});
