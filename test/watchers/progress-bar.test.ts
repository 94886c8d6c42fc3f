import { type ProgressBarOptions, progressBar } from '../../src/watch-entry.js';
import { controllerOf, FACTS, madeClock, stepOf } from './support.js';

/** Stands for the sequence that goes back to the start of the line and clears it. */
const CLEAR = '⟲';

/** A training that is watched on a terminal, or elsewhere. */
function watched(stream: { isTTY?: boolean; columns?: number }, options: ProgressBarOptions = {}) {
  const clock = madeClock();
  const written: string[] = [];
  const write = (text: string): void => void written.push(text.replace('\r\u001b[K', CLEAR));
  const bar = progressBar({ stream: { ...stream, write }, now: clock.now, ...options });
  const controller = controllerOf({ watch: bar });
  let step = 0;
  const steps = (count: number, ms: number): void => {
    for (let i = 0; i < count; i++) {
      clock.pass(ms);
      controller.observe(stepOf(++step, { batchSize: 100, stepMs: ms }));
    }
  };
  return { controller, written, steps, text: () => written.join('') };
}

test('on a terminal the line is drawn over, ten times a second at most, and each epoch leaves a line', () => {
  const { controller, written, steps } = watched({ isTTY: true, columns: 100 });
  controller.start(FACTS);
  controller.beginEpoch({ epoch: 0, epochs: 2 });
  steps(10, 50);
  controller.endEpoch({ epoch: 0, logs: { loss: 0.75, acc: 0.5 } });
  expect(written).toHaveLength(6);
  expect(written[0]).toMatch(/^⟲epoch 1\/2 {2}█+░+ {2}100\/1000 {2}loss 1 {2}batch 16 /);
  for (const drawn of written.slice(0, 5)) expect(drawn).toMatch(/^⟲epoch 1\/2 [^\n]*left$/);
  expect(written[5]).toMatch(/^⟲epoch 1\/2 {2}1000 examples in 0\.5 s {2}loss 0\.75 {2}acc 0\.5 .*left\n$/);
  controller.beginEpoch({ epoch: 1, epochs: 2 });
  steps(10, 50);
  controller.endEpoch({ epoch: 1, logs: { loss: 0.5 } });
  controller.end();
  expect(written.at(-1)).toBe(`${CLEAR}epoch 2/2  1000 examples in 0.5 s  loss 0.5  batch 16  rate 0.1\n`);
});

test('elsewhere there is a line for each epoch and nothing else', () => {
  const { controller, steps, text } = watched({});
  controller.start(FACTS);
  for (const epoch of [0, 1]) {
    controller.beginEpoch({ epoch, epochs: 2 });
    steps(10, 200);
    controller.endEpoch({ epoch, logs: {} });
  }
  controller.end();
  expect(text()).toBe(
    'epoch 1/2  1000 examples in 2.0 s  loss 1  batch 16  rate 0.1  0:02 left\n' +
      'epoch 2/2  1000 examples in 2.0 s  loss 1  batch 16  rate 0.1\n',
  );
});

test('a training that is broken off leaves the cursor on a line of its own', () => {
  const { controller, steps, text } = watched({ isTTY: true });
  controller.start(FACTS);
  steps(1, 200);
  controller.end();
  expect(text()).toMatch(/^⟲epoch 1 [^\n]*\n$/);
  controller.start(FACTS);
  controller.end();
  expect(text().match(/\n/g)).toHaveLength(1);
});

test("a loop's own number of epochs counts, until the loop tells another", () => {
  const { controller, steps, text } = watched({}, { epochs: 5 });
  controller.start(FACTS);
  controller.beginEpoch({ epoch: 0 });
  steps(10, 1000);
  controller.endEpoch({ epoch: 0, logs: {} });
  expect(text()).toMatch(/^epoch 1\/5 .* 0:40 left\n$/);
  controller.beginEpoch({ epoch: 1, epochs: 3 });
  steps(10, 1000);
  controller.endEpoch({ epoch: 1, logs: {} });
  expect(text()).toMatch(/epoch 2\/3 .* 0:10 left\n$/);
});

test.each<[object, ErrorConstructor, RegExp]>([
  [{ epochs: 0 }, RangeError, /^progressBar: epochs must be a whole number >= 1; got 0/],
  [{ epochs: 1.5 }, RangeError, /epochs .* got 1.5/],
  [{ epoch: 3 }, RangeError, /^progressBar has no option 'epoch'/],
  [{ stream: 'stderr' }, TypeError, /^progressBar: stream must have a function write\(\); got stderr/],
  [{ stream: null }, TypeError, /stream must have a function write\(\); got null/],
])('%j is refused', (options, type, message) => {
  expect(() => progressBar(options)).toThrow(type);
  expect(() => progressBar(options)).toThrow(message);
});

test('writes to standard error where nothing else is said', () => {
  expect(() => progressBar()).not.toThrow();
});
