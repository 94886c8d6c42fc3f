/**
 * What each route to the gradient statistics says for its price: `npm run bench:routes`.
 *
 * Spread: 64-16-10 perceptron on UCI digits after some training, SGD, batches of 32 drawn from all examples. The relative standard deviation of one
 * reading of trΣ, as measured over the draws and as predicted from the exact gradients of all examples: with e a gradient's deviation and n parts of
 * b examples, Var Ŝ = Var|e|²/B + 2 tr(Σ²)·((b − 1)/(bn) + 1/(n(n − 1))); and its bias in standard errors. The same for σ² = GᵀΣG, measured.
 * Cost: milliseconds of a whole measured step, forward to update, of a batch of 32 and 256, the 784-128-10 perceptron and the LSTM of bench:overhead,
 * medians of interleaved steps, beside a step that is not measured.
 *
 * Figures: spread and predictedSpread by route, biasErrors by route (largest of trΣ and |G|²), costMlp32, … by route, as multiples of the plain step.
 *
 * Flags: --quick, --json, --save.
 */
import { argv } from 'node:process';
import * as tf from '@tensorflow/tfjs';
import type { GradientRoute, GradientStatistics } from 'tfjs-adaptive-batch';
import { lehmer } from '../examples/support/data.js';
import { loadDigits } from '../examples/support/digits.js';
import { perceptron } from '../examples/support/perceptron.js';
import { median } from '../examples/support/statistics.js';
import { useWasm } from '../examples/support/wasm.js';
import { PendingUpdate } from '../src/tfjs/pending-update.js';
import { parseFlags } from './support/flags.js';
import { interleaved, type Way } from './support/interleaved.js';
import { markdownTable } from './support/markdown.js';
import { NOISE_MODELS, noise } from './support/noise-models.js';
import { report } from './support/result.js';

const ROUTES: readonly GradientRoute[] = ['microBatches', 'closedForm', 'randomSigns', 'perExample', 'temporal'];
const BATCH_SIZE = 32;
const flags = parseFlags(argv.slice(2));
const DRAWS = flags.quick ? 200 : 2000;
const ROUNDS = flags.quick ? 7 : 41;
const figures: { [key: string]: number } = {};

type Loss = (xs: tf.Tensor, ys: tf.Tensor) => () => tf.Scalar;

function lossOf(model: tf.LayersModel): Loss {
  return (xs, ys) => () =>
    tf.mean(tf.metrics.categoricalCrossentropy(ys, model.apply(xs, { training: true }) as tf.Tensor));
}

function variablesOf(model: tf.LayersModel): tf.Variable[] {
  return model.trainableWeights.map((weight) => weight.read() as tf.Variable);
}

/** One measured step of a batch. */
async function step(
  route: GradientRoute | undefined,
  optimizer: tf.Optimizer,
  variables: tf.Variable[],
  loss: Loss,
  [xs, ys]: readonly [tf.Tensor, tf.Tensor],
  verified: Set<string>,
  previous?: { size: number; gradient: readonly (tf.Tensor | null)[] },
): Promise<{ gradient: GradientStatistics | undefined; applied: PendingUpdate }> {
  const size = xs.shape[0] as number;
  const plan = { isByLayer: false, isThorough: true, random: Math.random, verified, previous };
  const update = new PendingUpdate(optimizer, route && { ...plan, route });
  if (route === 'microBatches') {
    for (const [xHalf, yHalf] of [0, 1].map((half) => [xs, ys].map((t) => tf.slice(t, half * (size / 2), size / 2)))) {
      update.addMicroBatch(loss(xHalf as tf.Tensor, yHalf as tf.Tensor), variables, size / 2).dispose();
      tf.dispose([xHalf as tf.Tensor, yHalf as tf.Tensor]);
    }
    update.apply();
  } else if (route === undefined || route === 'temporal') {
    update.addMicroBatch(loss(xs, ys), variables, size).dispose();
    update.apply();
  } else update.measureWhole(loss(xs, ys), variables, size).dispose();
  const { gradient } = await update.read();
  return { gradient, applied: update };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: readonly number[]): number => {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
};

/** What the exact gradients of all examples say: trΣ, |G|², tr(Σ²), Var|e|². */
async function exactNoise(loss: Loss, variables: tf.Variable[], inputs: tf.Tensor, targets: tf.Tensor) {
  const count = inputs.shape[0] as number;
  const rows: Float64Array[] = [];
  for (let j = 0; j < count; j++) {
    const parts = tf.tidy(() => {
      const { grads } = tf.variableGrads(loss(tf.slice(inputs, j, 1), tf.slice(targets, j, 1)), variables);
      return tf.concat(variables.map(({ name }) => tf.reshape(grads[name] as tf.Tensor, [-1])));
    });
    rows.push(Float64Array.from(await parts.data()));
    parts.dispose();
  }
  const size = (rows[0] as Float64Array).length;
  const centre = new Float64Array(size);
  for (const row of rows) for (let i = 0; i < size; i++) centre[i] = (centre[i] as number) + (row[i] as number) / count;
  for (const row of rows) for (let i = 0; i < size; i++) row[i] = (row[i] as number) - (centre[i] as number);
  const dot = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  const norms = rows.map((row) => dot(row, row));
  // tr(Σ²) = E (e·e')² of independent examples: a sample of pairs is exact enough for a prediction.
  const random = lehmer(7);
  const pick = (): Float64Array => rows[Math.floor(random() * count)] as Float64Array;
  const products = Array.from({ length: 40_000 }, () => dot(pick(), pick()) ** 2);
  const projections = rows.map((row) => dot(row, centre));
  return {
    trace: mean(norms),
    norm: dot(centre, centre),
    squaredTrace: mean(products),
    kurtosis: variance(norms),
    projected: variance(projections),
  };
}

async function spread(): Promise<string> {
  const { train } = loadDigits(1);
  const model = perceptron({ inputs: 64, hidden: 16, seed: 1, optimizer: tf.train.sgd(0.1) });
  await model.fit(train.inputs, train.targets, { epochs: 3, verbose: 0 });
  const [loss, variables, still] = [lossOf(model), variablesOf(model), tf.train.sgd(0)];
  const exact = await exactNoise(loss, variables, train.inputs, train.targets);
  const count = train.inputs.shape[0];
  const random = lehmer(3);
  const draw = (): readonly [tf.Tensor, tf.Tensor] => {
    const rows = tf.tensor1d(
      Array.from({ length: BATCH_SIZE }, () => Math.floor(random() * count)),
      'int32',
    );
    const batch = [tf.gather(train.inputs, rows), tf.gather(train.targets, rows)] as const;
    rows.dispose();
    return batch;
  };
  const rows: string[][] = [];
  for (const route of ROUTES) {
    const traces: number[] = [];
    const norms: number[] = [];
    const projected: number[] = [];
    const verified = new Set<string>();
    let previous: Awaited<ReturnType<typeof step>>['applied'] | undefined;
    const draws = route === 'perExample' ? DRAWS / 5 : DRAWS;
    for (let i = 0; i < draws; i++) {
      const batch = draw();
      const before = previous?.takeApplied();
      const { gradient, applied } = await step(route, still, variables, loss, batch, verified, before);
      tf.dispose([...batch, ...(before?.gradient.filter((entry) => entry !== null) ?? [])] as tf.Tensor[]);
      previous?.dispose();
      previous = applied;
      if (gradient === undefined) continue;
      const trace = gradient.squaredDeviations / gradient.degreesOfFreedom;
      traces.push(trace);
      norms.push(gradient.squaredNormOfMean - trace / BATCH_SIZE);
      projected.push(gradient.projectionDeviations / gradient.degreesOfFreedom);
    }
    previous?.dispose();
    // The temporal route compares two batches of 32: two parts of 32 each.
    const [parts, size] = route === 'closedForm' || route === 'perExample' ? [BATCH_SIZE, 1] : [2, BATCH_SIZE / 2];
    const b = route === 'temporal' ? BATCH_SIZE : size;
    const pairs = (b - 1) / (b * parts) + 1 / (parts * (parts - 1));
    const predicted = Math.sqrt(exact.kurtosis / (b * parts) + 2 * exact.squaredTrace * pairs) / exact.trace;
    const measured = Math.sqrt(variance(traces)) / exact.trace;
    const away = (values: readonly number[], truth: number): number =>
      Math.abs(mean(values) - truth) / Math.sqrt(variance(values) / values.length);
    const bias = Math.max(away(traces, exact.trace), away(norms, exact.norm));
    const ofProjected = Math.sqrt(variance(projected)) / mean(projected);
    figures[`spread${route}`] = measured;
    figures[`predictedSpread${route}`] = predicted;
    figures[`biasErrors${route}`] = bias;
    const free = route === 'closedForm' || route === 'perExample' ? BATCH_SIZE - 1 : 1;
    rows.push([
      route,
      String(free),
      measured.toFixed(3),
      predicted.toFixed(3),
      ofProjected.toFixed(2),
      bias.toFixed(1),
    ]);
    console.log(rows.at(-1)?.join(' '));
  }
  const head = ['route', 'degrees of freedom', 'spread of trΣ', 'predicted', 'spread of σ²', 'bias [standard errors]'];
  return markdownTable(head, rows);
}

async function costs(): Promise<string> {
  const rows: string[][] = [];
  for (const [task, model] of Object.entries(NOISE_MODELS)) {
    const examples = noise(model);
    for (const batchSize of [32, 256]) {
      const batch = [tf.slice(examples.inputs, 0, batchSize), tf.slice(examples.targets, 0, batchSize)] as const;
      const wayOf = (route: GradientRoute | undefined): Way => {
        const net = model.build();
        const [loss, variables, optimizer] = [lossOf(net), variablesOf(net), tf.train.sgd(0.01)];
        const verified = new Set<string>();
        let previous: PendingUpdate | undefined;
        return async () => {
          const before = previous?.takeApplied();
          const begin = performance.now();
          const { applied } = await step(route, optimizer, variables, loss, batch, verified, before);
          const ms = performance.now() - begin;
          tf.dispose((before?.gradient.filter((entry) => entry !== null) ?? []) as tf.Tensor[]);
          previous?.dispose();
          previous = applied;
          return ms;
        };
      };
      const ways = { plain: wayOf(undefined), ...Object.fromEntries(ROUTES.map((route) => [route, wayOf(route)])) };
      const times = await interleaved(ways, batchSize === 256 ? Math.ceil(ROUNDS / 4) : ROUNDS);
      const plain = median(times.plain as readonly number[]);
      const cells = ROUTES.map((route) => {
        const ratio = median((times[route] as readonly number[]).map((ms, i) => ms / (times.plain?.[i] as number)));
        figures[`cost${task}${batchSize}${route}`] = ratio;
        return ratio.toFixed(2);
      });
      rows.push([task, String(batchSize), plain.toFixed(1), ...cells]);
      console.log(rows.at(-1)?.join(' '));
    }
  }
  return markdownTable(['model', 'batch size', 'plain [ms]', ...ROUTES], rows);
}

await useWasm();
const text = `One reading, batch size 32:\n\n${await spread()}\n\nA measured step, as a multiple of a plain one:\n\n${await costs()}`;
report({ bench: 'routes', figures, details: {}, text }, flags);
