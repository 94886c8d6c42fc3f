import fc from 'fast-check';
import { adaptiveBatch, fixed, none } from '../../../src/index.js';
import { MemoryBound, type MemoryBoundOptions } from '../../../src/tfjs/memory/memory-bound.js';
import { defaultMaxMemory } from '../../../src/tfjs/memory/memory-budget.js';
import { meterPeak } from '../../../src/tfjs/memory/peak-bytes.js';
import { BACKEND, itWith } from '../../support/backend.js';
import { relativeDifference, tf } from '../support.js';
import { ASKED, BASE, net, WAYS, type Way, withHeap, x, y } from './support.js';

/** A pass that takes `fixed + perExample·size` bytes at its peak. */
function passOf(fixedBytes: number, perExample: number) {
  return (size: number) => (): void => {
    tf.tidy(() => {
      tf.dispose(tf.zeros([(fixedBytes + perExample * size) / 4]));
      tf.zeros([1]);
    });
  };
}

const registry = (): object => (tf.engine().state as unknown as { tensorInfo: object }).tensorInfo;

const rest = (): number => tf.memory().numBytes;

function boundOf({ budget, ...options }: Partial<MemoryBoundOptions> = {}): MemoryBound {
  return new MemoryBound({ largest: 1024, base: 16, budget: rest() + (budget ?? 0), ...options });
}

test('the peak of a run is the most bytes alive at once, and the count is as before', () => {
  const before = tf.memory();
  const { result, bytes } = meterPeak(() =>
    tf.tidy(() => {
      const kept = tf.zeros([100]);
      tf.dispose([tf.zeros([1000]), tf.zeros([500])]);
      return tf.tidy(() => tf.sum(tf.add(kept, 1)).dataSync()[0]);
    }),
  );
  expect([result, bytes]).toEqual([100, 400 + 4000 + 2000]);
  expect(tf.memory()).toEqual(before);
  expect(Object.keys(registry())).toEqual([]);
});

test('clones and reshaped tensors take nothing, what is freed is taken off, also after a throw', () => {
  const start = tf.ones([100]);
  const views = meterPeak(() => tf.tidy(() => tf.reshape(start.clone(), [10, 10]).size));
  // wasm copies what it clones; native TensorFlow names what it reshapes anew, and keeps the new shape in a tensor.
  expect(views).toEqual({ result: 100, bytes: { cpu: 0, wasm: 400, native: 408 }[BACKEND] });
  const inTurn = meterPeak(() => [1, 2, 3].map((size) => tf.dispose(tf.zeros([size * 100]))).length);
  expect(inTurn).toEqual({ result: 3, bytes: 1200 });
  expect(() =>
    meterPeak(() => {
      throw new Error('broken off');
    }),
  ).toThrow('broken off');
  expect(Object.keys(registry())).toEqual([]);
  start.dispose();
});

test('from one size: the bound keeps within the budget, from two it is exact', () => {
  const pass = passOf(16_000, 1000);
  const bound = boundOf({ budget: 16_000 + 520 * 1000 });
  bound.run('plain', 16, [], pass(16));
  // 2000 bytes an example by what one size shows: 268 have room.
  expect(bound.size).toBe(256);
  bound.run('plain', 256, [], pass(256));
  expect(bound.size).toBe(512);
  expect(bound.bytesFor(512)).toBe(rest() + 16_000 + 512_000);
});

test('before any pass was seen it is the base, without a budget the largest; where it lies below the base, that', () => {
  expect(boundOf({ budget: 1e9 }).size).toBe(16);
  expect(boundOf({ budget: 1e9, largest: 4 }).size).toBe(4);
  const unbounded = new MemoryBound({ largest: 1024, base: 16, budget: Number.POSITIVE_INFINITY });
  expect(unbounded.size).toBe(1024);
  const bound = boundOf({ budget: 1e9 });
  bound.lower(64);
  expect(bound.size).toBe(16);
  bound.run('measured', 16, [], passOf(0, 4)(16));
  expect(bound.size).toBe(64);
});

test('where this TensorFlow.js does not show what a pass takes, the first one lifts the budget', () => {
  const state = tf.engine().state as unknown as { tensorInfo: unknown };
  const { tensorInfo } = state;
  const bound = boundOf({ budget: 1 });
  state.tensorInfo = undefined;
  const result = bound.run('plain', 16, [], () => 7);
  state.tensorInfo = tensorInfo;
  expect([result, bound.size]).toEqual([7, 1024]);
});

test('a measured pass, which holds more, has a line of its own', () => {
  const bound = boundOf({ budget: 300_000 });
  bound.run('plain', 64, [], passOf(0, 1000)(64));
  expect(bound.size).toBe(256);
  bound.run('measured', 64, [], passOf(0, 2000)(64));
  expect(bound.size).toBe(128);
});

test('the tensors of the batch itself count', () => {
  const batch = [tf.zeros([64, 10])];
  const bound = boundOf({ budget: 64 * 40 - 1 });
  bound.run('plain', 64, batch, () => {});
  expect(bound.size).toBe(64);
  tf.dispose(batch);
});

test('the base is not cut, failures lower the bound for good', () => {
  const bound = boundOf({ budget: 1 });
  bound.run('plain', 16, [], passOf(0, 1000)(16));
  expect(bound.size).toBe(16);
  bound.lower(4);
  expect(bound.size).toBe(4);
  bound.lower(64);
  expect([bound.size, bound.largest]).toEqual([4, 4]);
});

test('each size is metered once, and without a budget none', () => {
  const spy = { defined: 0 };
  const isMetered = (): void => {
    if (Object.keys(registry()).length > 0) spy.defined++;
  };
  const bound = boundOf({ budget: 1e6 });
  for (const size of [16, 16, 8, 32, 32, 16]) bound.run('plain', size, [], isMetered);
  expect(spy.defined).toBe(2);
  const unbounded = new MemoryBound({ largest: 1024, base: 16, budget: Number.POSITIVE_INFINITY });
  unbounded.run('plain', 16, [], isMetered);
  expect(spy.defined).toBe(2);
});

test('whatever a pass takes, no size that is allowed exceeds the budget, the base aside', () => {
  const costs = fc.record({
    fixedBytes: fc.nat(1000),
    perExample: fc.integer({ min: 1, max: 100 }),
    budget: fc.nat(100_000),
  });
  fc.assert(
    fc.property(costs, fc.integer({ min: 1, max: 32 }), ({ fixedBytes, perExample, budget }, base) => {
      const bound = boundOf({ budget: 4 * budget, base });
      for (let size = base; size <= bound.size; size *= 2) {
        bound.run('plain', size, [], passOf(4 * fixedBytes, 4 * perExample)(size));
        expect(size === base || 4 * (fixedBytes + perExample * size) <= 4 * budget).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

describe.each(Object.entries(WAYS))('in %s', (_name, train: Way) => {
  test('a policy that begins above the base runs its first step in pieces of the base, unless there is no budget', async () => {
    for (const [maxMemory, first] of [
      [1e9, ASKED / BASE],
      [Number.POSITIVE_INFINITY, 1],
    ] as const) {
      const model = net(tf.train.sgd(0.1), (values) => values);
      const { observations, warnings } = await train(model, { maxMemory, measure: { every: 1000 } });
      const taken = observations.slice(0, 3).map(({ batchSize, microBatches }) => [batchSize, microBatches]);
      expect(taken[1]).toEqual([ASKED, 1]);
      expect((taken[0] as number[])[1]).toBeGreaterThanOrEqual(first);
      expect((taken[0] as number[])[1]).toBeLessThanOrEqual(2 * first);
      expect(warnings).toEqual([]);
    }
  });

  itWith(
    'jsAllocation',
    'maxMemory keeps a training within a heap that it would run out of, to the same weights',
    async () => {
      const options = { measure: { every: 7 } };
      const free = (values: tf.Tensor): tf.Tensor => values;
      const trained = (more: object) => train(net(tf.train.momentum(0.05, 0.9), free), { ...options, ...more });
      const plain = await trained({ maxMemory: Number.POSITIVE_INFINITY });
      const room = BACKEND === 'wasm' ? 26_000 : 15_000;
      const withinHeap = (share: number) =>
        withHeap(room, () => trained({ maxMemory: tf.memory().numBytes + share * room }));
      const unbounded = await withinHeap(Number.POSITIVE_INFINITY);
      const bounded = await withinHeap(0.7);
      expect(unbounded.warnings[0]).toMatch(/^memory ran out/);
      expect(bounded.warnings.length).toBeGreaterThan(0);
      for (const warning of bounded.warnings) {
        expect(warning).toMatch(
          /^batches of more than \d+ are accumulated: a micro-batch of \d+ would take about \d+ MB/,
        );
      }
      for (const { weights } of [unbounded, bounded]) {
        expect(relativeDifference(weights, plain.weights)).toBeLessThan(1e-5);
      }
      expect([unbounded.left, bounded.left]).toEqual([plain.left, plain.left]);
    },
  );
});

// What wasm can address is known, whatever the machine has.
const onHost = BACKEND === 'wasm' ? test.skip : test;

(BACKEND === 'wasm' ? test : test.skip)('the default on wasm is 3 of the 4 GiB that it can address', () => {
  expect(defaultMaxMemory()).toBe(3 * 2 ** 30);
});

onHost('what is known of memory at the start is the default', () => {
  const { process } = globalThis as { process: { availableMemory(): number } };
  const original = process.availableMemory;
  process.availableMemory = () => 1e9;
  expect(defaultMaxMemory()).toBe(rest() + 0.75e9);
  (process as { availableMemory?: unknown }).availableMemory = undefined;
  expect(defaultMaxMemory()).toBe(Number.POSITIVE_INFINITY);
  process.availableMemory = original;
});

onHost('a machine with little free memory bounds a training that says nothing of it', async () => {
  const { process } = globalThis as { process: { availableMemory(): number } };
  const original = process.availableMemory;
  process.availableMemory = () => 15_000;
  const model = net(tf.train.sgd(0.1), (values) => values);
  const callbacks = adaptiveBatch(model, { policy: fixed(ASKED), learningRate: none(), seed: 5 });
  const sizes: number[] = [];
  callbacks.controller.on('warning', () => {});
  callbacks.controller.observations$.subscribe(({ batchSize, microBatches }) => sizes.push(batchSize / microBatches));
  await model.fit(x, y, { batchSize: BASE, epochs: 2, verbose: 0, callbacks });
  process.availableMemory = original;
  expect(sizes.at(-2)).toBeLessThan(ASKED / 2);
});
