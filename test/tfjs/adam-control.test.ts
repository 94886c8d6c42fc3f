import type { AdamParameters } from '../../src/core/types.js';
import { adamSquareRoot, adaptiveBatch, adaptiveLoop, fixed, linear, memoryLog } from '../../src/index.js';
import { AdamControl } from '../../src/tfjs/adam-control.js';
import { stepDirection } from '../../src/tfjs/noise/step-direction.js';
import { scripted } from '../support/policies.js';
import { uniform } from '../support/random.js';
import { blobs, classifier, tf } from './support.js';

type Adam = tf.Optimizer & { -readonly [name in keyof AdamParameters]: number };

const RATE = 0.1;
const newAdam = (beta1 = 0.9, beta2 = 0.999, epsilon = 1e-3): Adam =>
  tf.train.adam(RATE, beta1, beta2, epsilon) as unknown as Adam;
const own = ({ beta1, beta2, epsilon }: Adam): AdamParameters => ({ beta1, beta2, epsilon });

/**
 * Adam as its authors define it, for betas that change: every gradient weighs what it did when it came in, times all betas since; the means are
 * those weighted sums over the sums of the weights.
 */
function adamSteps(gradients: readonly number[], parameters: readonly AdamParameters[]): number[] {
  const mean = (values: readonly number[], betas: readonly number[]): number => {
    const weights = values.map((_, s) =>
      betas.slice(s + 1).reduce((weight, beta) => weight * beta, 1 - (betas[s] as number)),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return values.reduce((sum, value, s) => sum + value * (weights[s] as number), 0) / total;
  };
  return gradients.map((_, t) => {
    const [seen, used] = [gradients.slice(0, t + 1), parameters.slice(0, t + 1)];
    const first = mean(
      seen,
      used.map(({ beta1 }) => beta1),
    );
    const second = mean(
      seen.map((g) => g * g),
      used.map(({ beta2 }) => beta2),
    );
    return first / (Math.sqrt(second) + (parameters[t] as AdamParameters).epsilon);
  });
}

/** The steps over the rate that the optimizer makes with a control over it, and those that it is about to make by its state. */
function controlledSteps(gradients: readonly number[], parameters: readonly AdamParameters[]) {
  const optimizer = newAdam();
  const control = new AdamControl(optimizer);
  const variable = tf.variable(tf.scalar(0));
  let before = 0;
  const steps = gradients.map((g, t) => {
    control.apply(() => parameters[t] as AdamParameters);
    const gradient = tf.scalar(g);
    const told = tf.tidy(() => stepDirection(optimizer, gradient, 0).direction.dataSync()[0] as number);
    optimizer.applyGradients({ [variable.name]: gradient });
    const now = variable.dataSync()[0] as number;
    const made = (before - now) / RATE;
    before = now;
    gradient.dispose();
    return { made, told };
  });
  control.restore();
  const left = own(optimizer);
  optimizer.dispose();
  variable.dispose();
  return { steps, left };
}

const at = (k: number): AdamParameters =>
  adamSquareRoot().adamParameters?.(k * 8, 8, { beta1: 0.9, beta2: 0.999, epsilon: 1e-3 }) as AdamParameters;

test.each([
  ['at the base', [1, 1, 1, 1, 1, 1]],
  ['larger from the first step on', [4, 4, 4, 4, 4, 4]],
  ['larger in the second step, when the bias is greatest', [1, 8, 8, 1, 1, 1]],
  ['larger and smaller in turn', [4, 0.5, 4, 0.25, 2, 1]],
  ['so large that nothing is left of β₁, and back', [1, 16, 16, 1, 4, 1]],
  ['growing', [1, 2, 3, 4, 6, 8]],
])('Adam of changing betas steps as it is defined: %s', (_name, ks) => {
  const random = uniform(3);
  const gradients = ks.map(() => 2 * random() - 0.7);
  const parameters = ks.map(at);
  const expected = adamSteps(gradients, parameters);
  const { steps, left } = controlledSteps(gradients, parameters);
  steps.forEach(({ made, told }, t) => {
    expect(made).toBeCloseTo(expected[t] as number, 4);
    expect(told).toBeCloseTo(expected[t] as number, 4);
  });
  expect(left).toEqual({ beta1: 0.9, beta2: 0.999, epsilon: 1e-3 });
});

test('without the exchange TensorFlow.js’s own correction would be off', () => {
  const parameters = [at(1), at(8)];
  const optimizer = newAdam();
  const variable = tf.variable(tf.scalar(0));
  for (const one of parameters) {
    Object.assign(optimizer, one);
    optimizer.applyGradients({ [variable.name]: tf.scalar(1) });
  }
  const second = -(variable.dataSync()[0] as number) / RATE - 1;
  expect(adamSteps([1, 1], parameters)[1]).toBeCloseTo(1, 2);
  expect(second).toBeGreaterThan(1.3);
});

test('what the user changes is the base from there on', () => {
  const optimizer = newAdam();
  const control = new AdamControl(optimizer);
  const halved = ({ beta1, beta2, epsilon }: AdamParameters): AdamParameters => ({
    beta1: beta1 / 2,
    beta2: beta2 / 2,
    epsilon: epsilon / 2,
  });
  control.apply(halved);
  expect(own(optimizer)).toEqual({ beta1: 0.45, beta2: 0.4995, epsilon: 5e-4 });
  optimizer.beta1 = 0.8;
  control.apply(halved);
  expect(own(optimizer)).toEqual({ beta1: 0.4, beta2: 0.4995, epsilon: 5e-4 });
  optimizer.epsilon = 1e-2;
  optimizer.beta2 = 0.99;
  control.restore();
  expect(own(optimizer)).toEqual({ beta1: 0.8, beta2: 0.99, epsilon: 1e-2 });
  expect(control.isWithoutMomentum).toBe(false);
  optimizer.dispose();
});

test('a user who makes nonsense of it is left alone', () => {
  const optimizer = newAdam();
  const control = new AdamControl(optimizer);
  (optimizer as { beta1: unknown }).beta1 = 'large';
  control.apply(() => at(4));
  expect(optimizer.beta1).toBe('large');
  expect(optimizer.epsilon).toBe(1e-3);
  optimizer.dispose();
});

const { x, y } = blobs(128);

/** What Adam was made of at each update of a training, by its batch size. */
async function watched(options: object, optimizer = newAdam(), change?: (step: number) => void) {
  const seen: (AdamParameters & { readonly rate: number })[] = [];
  const apply = optimizer.applyGradients;
  optimizer.applyGradients = function (gradients) {
    seen.push({ ...own(optimizer), rate: (optimizer as unknown as { learningRate: number }).learningRate });
    apply.call(this, gradients);
    change?.(seen.length);
  };
  const model = classifier(optimizer);
  const adaptive = adaptiveBatch(model, { learningRate: adamSquareRoot(), strict: true, ...options });
  const warnings: string[] = [];
  adaptive.controller.on('warning', (message) => warnings.push(message));
  const training = model.fit(x, y, { batchSize: 8, epochs: 2, verbose: 0, callbacks: adaptive });
  return { seen, optimizer, training, warnings };
}

describe('in a training', () => {
  test('every update has the betas and the ε of its size, and the user gets his own back', async () => {
    const log = memoryLog();
    const { seen, optimizer, training, warnings } = await watched({ policy: scripted([32, 8, 16, 32]), log });
    await training;
    const sizes = log.lines.slice(1).map((line) => (JSON.parse(line) as { batchSize: number }).batchSize);
    expect(sizes.slice(0, 5)).toEqual([8, 32, 8, 16, 32]);
    expect(seen.map(({ rate: _rate, ...adam }) => adam)).toEqual(sizes.map((size) => at(size / 8)));
    expect(seen.map(({ rate }) => rate)).toEqual(sizes.map((size) => RATE * Math.sqrt(size / 8)));
    expect(own(optimizer)).toEqual({ beta1: 0.9, beta2: 0.999, epsilon: 1e-3 });
    expect(warnings).toEqual([]);
  });

  test('an epoch’s short last batch has those of its own size', async () => {
    const { seen, training } = await watched({ policy: fixed(96) });
    await training;
    // β₁ of 96 is 0: twelve times the base.
    expect(seen.map(({ beta2 }) => beta2)).toEqual([at(12), at(4), at(12), at(4)].map(({ beta2 }) => beta2));
  });

  test('tells once that nothing is left of the momentum', async () => {
    const { training, warnings } = await watched({ policy: fixed(128) });
    await training;
    expect(warnings).toEqual([
      'batches are so large that the learning-rate rule leaves Adam no momentum (beta1 is 0): set maxBatchSize',
    ]);
  });

  test('a user’s own change is scaled from there on, and what he gets back', async () => {
    const optimizer = newAdam();
    const { seen, training } = await watched({ policy: fixed(32) }, optimizer, (step) => {
      if (step === 3) optimizer.beta1 = 0.95;
    });
    await training;
    expect(seen.slice(1, 6).map(({ beta1 }) => beta1)).toEqual(
      [at(4), at(4), { beta1: 1 - 4 * (1 - 0.95) }, { beta1: 1 - 4 * (1 - 0.95) }, { beta1: 1 - 4 * (1 - 0.95) }].map(
        ({ beta1 }) => beta1,
      ),
    );
    expect(own(optimizer)).toEqual({ beta1: 0.95, beta2: 0.999, epsilon: 1e-3 });
  });

  test('after a throw the user’s own are back', async () => {
    const optimizer = newAdam();
    const { seen, training } = await watched({ policy: fixed(32) }, optimizer, (step) => {
      if (step === 2) throw new Error('the device is gone');
    });
    await expect(training).rejects.toThrow('the device is gone');
    expect(seen[1]).toMatchObject(at(4));
    expect(own(optimizer)).toEqual({ beta1: 0.9, beta2: 0.999, epsilon: 1e-3 });
  });

  test('leaves no tensor behind', async () => {
    const first = await watched({ policy: scripted([32, 8, 16]) });
    await first.training;
    const before = tf.memory().numTensors;
    const optimizer = newAdam();
    const { training } = await watched({ policy: scripted([32, 8, 16]) }, optimizer);
    await training;
    // The model's four weights, Adam's two products, its iterations and two slots a weight.
    const left = tf.memory().numTensors - before;
    const again = tf.memory().numTensors;
    const plain = classifier(newAdam());
    await plain.fit(x, y, { batchSize: 8, epochs: 2, verbose: 0 });
    expect(left).toBe(tf.memory().numTensors - again);
  });

  test.each([
    ['SGD', () => tf.train.sgd(0.1)],
    ['Momentum', () => tf.train.momentum(0.1, 0.9)],
    ['Adamax', () => tf.train.adamax(0.1)],
    ['RMSProp', () => tf.train.rmsprop(0.1)],
  ])('with %s it is refused at the start, with what to use instead', async (name, create) => {
    const message = `learning-rate rule 'adamSquareRoot' sets Adam's betas and epsilon, and the optimizer is '${name}'; use squareRoot() instead`;
    const model = classifier(create());
    const before = model.getWeights().map((weight) => weight.dataSync());
    const callbacks = adaptiveBatch(model, { learningRate: adamSquareRoot() });
    await expect(model.fit(x, y, { batchSize: 8, epochs: 1, verbose: 0, callbacks })).rejects.toThrow(
      new RangeError(message),
    );
    expect(model.getWeights().map((weight) => weight.dataSync())).toEqual(before);
    const loop = adaptiveLoop({
      optimizer: create(),
      source: { xs: x, ys: y },
      loss: ({ xs }) => tf.mean(xs as tf.Tensor),
      learningRate: adamSquareRoot(),
    });
    await expect(loop.step()).rejects.toThrow(new RangeError(message));
  });

  test('a rule of one’s own that fails leaves the user’s own, and says so', async () => {
    const failing = { ...linear(), name: 'failing', adamParameters: () => ({ beta1: 2, beta2: 0, epsilon: 0 }) };
    const model = classifier(newAdam());
    const adaptive = adaptiveBatch(model, { learningRate: failing, policy: fixed(32) });
    const errors: string[] = [];
    adaptive.controller.on('error', ({ message }) => errors.push(message));
    await model.fit(x, y, { batchSize: 8, epochs: 1, verbose: 0, callbacks: adaptive });
    expect(new Set(errors)).toEqual(new Set(["learning-rate rule 'failing': beta1 must be a number in [0, 1); got 2"]));
    expect(own(model.optimizer as unknown as Adam)).toEqual({ beta1: 0.9, beta2: 0.999, epsilon: 1e-3 });
  });
});
