import { jest } from '@jest/globals';
import {
  AdaptiveController,
  adaptiveBatch,
  fixed,
  goodput,
  memoryLog,
  none,
  type Policy,
  type RunFacts,
} from '../../../src/index.js';
import { readRecords, verify } from '../../../src/replay-entry.js';
import { BatchFeed } from '../../../src/tfjs/batch-feed.js';
import { openSource } from '../../../src/tfjs/source.js';
import { TrainingSession } from '../../../src/tfjs/training-session.js';
import { itWith } from '../../support/backend.js';
import { type layers, tf } from '../support.js';
import { ASKED, BASE, limited, NO_ROOM, net, x, y } from './support.js';

/** Asks for one size and notes the largest micro-batch that it is told of. */
function noting(batchSize: number): { policy: Policy<null>; told: (number | undefined)[] } {
  const told: (number | undefined)[] = [];
  const note = ({ maxMicroBatchSize }: RunFacts): void => {
    told.push(maxMicroBatchSize);
  };
  return {
    told,
    policy: {
      name: 'noting',
      init: () => null,
      start: () => batchSize,
      update: (state, _estimates, { facts }) => {
        note(facts);
        return { state, decision: { batchSize, reason: 'asked' } };
      },
    },
  };
}

async function trained(options: object, most: number, epochs = 1) {
  const model = net(tf.train.sgd(0.05), limited('backward', most));
  const adaptive = adaptiveBatch(model, { learningRate: none(), seed: 5, ...options });
  const warnings: string[] = [];
  const passes: number[][] = [];
  adaptive.controller.on('warning', (message) => warnings.push(message));
  adaptive.controller.observations$.subscribe((seen) => passes.push([seen.batchSize, seen.microBatches]));
  const run = () => model.fit(x, y, { batchSize: BASE, epochs, verbose: 0, callbacks: adaptive });
  return { adaptive, warnings, passes, run };
}

test('the policy is told of the bound on the step that found it', async () => {
  const { policy, told } = noting(ASKED);
  await (await trained({ policy, maxMemory: Number.POSITIVE_INFINITY }, 20)).run();
  expect(new Set(told)).toEqual(new Set([16]));
});

test('a resumed run keeps the bound, as JSON and without running into it again', async () => {
  const first = await trained({ policy: fixed(ASKED) }, 20);
  await first.run();
  const state = JSON.parse(JSON.stringify(first.adaptive.getState()));
  expect(state.pipeline.maxMicroBatchSize).toBe(16);
  const { policy, told } = noting(ASKED);
  const second = await trained({ policy }, 20);
  second.adaptive.restore(state);
  await second.run();
  expect(second.warnings).toEqual([]);
  expect(second.passes.slice(0, 2)).toEqual([
    [ASKED, ASKED / BASE],
    [ASKED, 4],
  ]);
  expect(new Set(told)).toEqual(new Set([16]));
});

test('a replay of the log makes the same decisions', async () => {
  const log = memoryLog();
  const { run, passes } = await trained({ policy: goodput({}), log, minBatchSize: ASKED }, 20, 12);
  await run();
  expect(passes.some(([, count]) => (count as number) > 2)).toBe(true);
  expect(log.lines.filter((line) => line.includes('"maxMicroBatchSize":16')).length).toBeGreaterThan(0);
  const { isSame, steps } = await verify(readRecords([`${log.lines.join('\n')}\n`], { name: 'run' }));
  expect([isSame, steps]).toEqual([true, passes.length]);
});

test('a batch that finds no room when it is cut is cut in halves, no example is lost', async () => {
  const take = jest.fn((count: number) => {
    if (count > 20) throw new RangeError(NO_ROOM);
    return opened.take(count);
  });
  const source = await openSource({ xs: x, ys: y }, { shuffle: false, random: Math.random });
  const opened = await source.pass();
  const controller = new AdaptiveController({ policy: fixed(ASKED), learningRate: none(), measure: { every: 1000 } });
  const warnings: string[] = [];
  controller.on('warning', (message) => warnings.push(message));
  const optimizer = tf.train.sgd(0.1);
  const session = new TrainingSession(controller, optimizer, { maxMicroBatchSize: 1024 });
  session.begin({ baseBatchSize: BASE, baseLearningRate: 0.1 } as never, {});
  const cursor = { ...opened, take };
  const feed = new BatchFeed({ size: source.size, pass: async () => cursor }, () => session);
  await feed.startPass();
  const weights = tf.variable(tf.zeros([6, 3]));
  const seen: number[] = [];
  for (;;) {
    const batch = await feed.next();
    if (batch === undefined) break;
    seen.push((batch.xs as tf.Tensor).shape[0] as number);
    session.run([batch.xs as tf.Tensor, batch.ys as tf.Tensor], ([xs, ys]) => {
      optimizer.minimize(
        () => tf.losses.meanSquaredError(ys as tf.Tensor, tf.matMul(xs as tf.Tensor2D, weights as never)),
        false,
        [weights],
      );
      return [];
    });
    tf.dispose(batch as never);
  }
  session.end();
  weights.dispose();
  expect(Math.max(...seen)).toBeLessThanOrEqual(20);
  expect(seen.reduce((sum, size) => sum + size, 0)).toBe(x.shape[0]);
  expect(warnings.at(-1)).toMatch(/batches of more than 16 are accumulated/);
});

itWith('jsAllocation', 'a stream that finds no room for a batch loses no example and no tensor', async () => {
  const examples = Array.from({ length: 4 }, (_, i) => ({ xs: tf.scalar(i), ys: tf.scalar(-i) }));
  let at = 0;
  const stream = {
    iterator: async () => ({
      next: async () =>
        at < 4 ? { value: examples[at++], done: false as const } : { value: null, done: true as const },
    }),
  };
  const cursor = await (await openSource(stream, { shuffle: false, random: Math.random })).pass();
  await cursor.reserve(4);
  const before = tf.memory().numTensors;
  const { backend } = tf.engine();
  const write = backend.write;
  let writes = 0;
  const failing = jest.spyOn(backend, 'write').mockImplementation(function (this: typeof backend, ...args) {
    if (++writes === 2) throw new RangeError(NO_ROOM);
    return write.apply(backend, args);
  });
  expect(() => cursor.take(4)).toThrow(NO_ROOM);
  failing.mockRestore();
  expect(tf.memory().numTensors).toBe(before);
  const { xs, ys } = cursor.take(4) as { xs: tf.Tensor; ys: tf.Tensor };
  expect([...xs.dataSync(), ...ys.dataSync()]).toEqual([0, 1, 2, 3, -0, -1, -2, -3]);
  tf.dispose([xs, ys]);
  cursor.dispose();
});

test('the hooks are taken off the model', async () => {
  const model = net(tf.train.sgd(0.1), (values) => values);
  const inner = (model as unknown as { model: layers.LayersModel }).model;
  const adaptive = adaptiveBatch(model);
  expect(['fitLoop', 'makeTrainFunction'].map((name) => Object.hasOwn(inner, name))).toEqual([true, true]);
  adaptive.dispose();
  expect(['fitLoop', 'makeTrainFunction'].map((name) => Object.hasOwn(inner, name))).toEqual([false, false]);
});
