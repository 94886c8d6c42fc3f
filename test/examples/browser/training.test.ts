import { jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { memoryLog, readRunLog } from 'tfjs-adaptive-batch';
import { type Digits, parseDigits } from '../../../examples/browser/src/digits.js';
import { Gate } from '../../../examples/browser/src/gate.js';
import { type Listener, train, warmUp } from '../../../examples/browser/src/training.js';

const HOUR_MS = 3_600_000;
const SILENT: Listener = { onStep() {}, onChange() {}, onEpoch() {} };

/** Digits that are easy to tell apart: each has six bright pixels of its own. */
function easyDigits(count: number): Digits {
  const line = (i: number) =>
    [...Array.from({ length: 64 }, (_, pixel) => (Math.floor(pixel / 6) === i % 10 ? 16 : i % 3)), i % 10].join();
  return parseDigits(Array.from({ length: count }, (_, i) => line(i)).join('\n'));
}

const digits = easyDigits(200);

/** A gate that ends the training after so many batches; `onBatch` comes before each. */
class CountingGate extends Gate {
  readonly #most: number;
  #count = 0;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override async onBatchEnd(): Promise<void> {
    this.#count += 1;
    if (this.#count === this.#most) this.stop();
    else this.hold();
    await super.onBatchEnd();
  }
}

beforeAll(async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => {});
  await tf.setBackend('cpu');
});

test.each([
  ['in one pass', {}],
  ['by micro-batches, with a pause between them', { measure: { every: 1, route: 'microBatches' as const } }],
])('a pause is in no step’s time: measured %s', async (_name, options) => {
  const real = performance.now.bind(performance);
  let ahead = 0;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => real() + ahead);
  const log = memoryLog();
  const gate = new CountingGate(40);
  let pauses = 0;
  gate.onHeld = () => {
    pauses += 1;
    ahead += HOUR_MS;
    setTimeout(() => gate.release(), 0);
  };
  try {
    await train({ digits, options, log, gate, listener: SILENT });
  } finally {
    clock.mockRestore();
  }
  expect(pauses).toBe(39);
  const [run] = readRunLog(log.lines.join('\n')).runs;
  const times = (run?.steps ?? []).flatMap(({ observation: { stepMs, measureMs = 0 } }) => [stepMs, measureMs]);
  expect(times.length).toBeGreaterThan(30);
  expect(Math.max(...times)).toBeLessThan(HOUR_MS);
});

test('a held training makes no step, goes on when released, and can be stopped while held', async () => {
  const gate = new Gate();
  let steps = 0;
  const held = () =>
    new Promise<void>((resolve) => {
      gate.onHeld = resolve;
    });
  const isHeld = held();
  const onStep = (): void => {
    steps += 1;
    if (steps === 5) gate.hold();
    if (steps === 8) gate.hold();
  };
  const training = train({ digits, options: {}, gate, listener: { ...SILENT, onStep } });
  await isHeld;
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  expect(steps).toBe(5);
  const isHeldAgain = held();
  gate.release();
  await isHeldAgain;
  expect(steps).toBe(8);
  gate.stop();
  await training;
  expect(steps).toBe(8);
});

test('leaves no tensor behind: warmed up, stopped, at its target; after a throw no more than one', async () => {
  const before = tf.memory().numTensors;
  await warmUp(digits);
  expect(tf.memory().numTensors).toBe(before);
  const epochs: [loss: number, accuracy: number][] = [];
  const onEpoch: Listener['onEpoch'] = (_epoch, loss, accuracy) => epochs.push([loss, accuracy]);
  await train({ digits, options: {}, gate: new Gate(), listener: { ...SILENT, onEpoch } });
  expect(tf.memory().numTensors).toBe(before);
  expect(epochs.at(-1)?.[0]).toBeLessThanOrEqual(0.002);
  expect(epochs.slice(0, -1).every(([loss]) => loss > 0.002)).toBe(true);
  expect(epochs.at(-1)?.[1]).toBe(1);
  const fails = new Gate();
  fails.hold();
  fails.onHeld = () => {
    throw new Error('in a callback');
  };
  await expect(train({ digits, options: {}, gate: fails, listener: SILENT })).rejects.toThrow('in a callback');
  // The sum of the epoch's losses, which TensorFlow.js's own logger gives back only at the end of an epoch.
  expect(tf.memory().numTensors).toBe(before + 1);
});
