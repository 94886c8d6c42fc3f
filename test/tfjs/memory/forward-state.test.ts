import { ForwardState } from '../../../src/tfjs/memory/forward-state.js';
import { tf } from '../support.js';

afterEach(() => tf.disposeVariables());

/** An average that a forward pass moves, and a weight that an update moves. */
function variables() {
  const average = tf.variable(tf.scalar(1), false);
  const weight = tf.variable(tf.scalar(10), true);
  const move = (variable: tf.Variable): void => tf.tidy(() => variable.assign(tf.add(variable, 1)));
  const values = (): number[] => [average, weight].map((variable) => variable.dataSync()[0] as number);
  return { average, weight, move, values };
}

function breakOff(): never {
  throw new Error('broken off');
}

test.each([0, 1])('what a pass wrote before it broke off is taken back, after %i whole passes', (passes) => {
  const { average, move, values } = variables();
  const state = new ForwardState();
  for (let i = 0; i < passes; i++) state.guard(() => state.watch(() => move(average)));
  const [before] = values();
  const tensors = tf.memory().numTensors;
  const pass = (): void => {
    state.watch(() => move(average));
    breakOff();
  };
  expect(() => state.guard(pass)).toThrow('broken off');
  const half = (): void => {
    move(average);
    breakOff();
  };
  expect(() => state.guard(() => state.watch(half))).toThrow('broken off');
  expect(values()).toEqual([before, 10]);
  expect(state.hasUpdateBegun).toBe(false);
  expect(tf.memory().numTensors).toBe(tensors);
});

test('once an update has begun, nothing is taken back', () => {
  const { average, weight, move, values } = variables();
  const state = new ForwardState();
  const pass = (): void => {
    state.watch(() => move(average));
    move(weight);
    breakOff();
  };
  expect(() => state.guard(pass)).toThrow('broken off');
  expect(state.hasUpdateBegun).toBe(true);
  expect(values()).toEqual([2, 11]);
});

test('a trial leaves every variable as it was', () => {
  const { average, weight, move, values } = variables();
  const state = new ForwardState();
  const trial = (): void => [average, weight].forEach(move);
  state.guard(() => state.watch(trial), true);
  expect(values()).toEqual([1, 10]);
  expect(state.hasUpdateBegun).toBe(false);
});
