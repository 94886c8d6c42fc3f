/**
 * The claim of the paper behind the Gaussian walk, tested: `npm run bench:paper`.
 *
 * At each learning rate: fixed batch sizes 32, 64, 128, 256 by plain fit(), the exact paper form (`gaussianWalkWithRebound()`, the rate as given) and the
 * default, from the same weights, all over the same number of examples. 2,000 examples of Fashion-MNIST, a 784-32-10 perceptron, 30 epochs; the
 * paper's own convolutional net does not train on the wasm backend of TensorFlow.js. Momentum 0.9 at the paper's rates .005, .01, .02, .05; plain SGD, whose
 * steps are a tenth of those, at ten times the same. No clock counts here.
 *
 * Figures: ratesTrained (optimizer and rate pairs at which anything trains), ratesDefaultLowestOrWithin and ratesPaperLowestOrWithin (those at which it has
 * the lowest median final training loss, or one no higher than the lowest way's worst seed); and for each pair defaultOverLowestMomentum005 (.005),
 * paperOverLowestSgd5 (.5), …: its median final training loss over the lowest fixed size's.
 *
 * Flags: --quick, --json; --save (this optimizer's part of the result, the other stays); --optimizer momentum|sgd; --part name (save beside it).
 */
import { argv } from 'node:process';
import * as tf from '@tensorflow/tfjs';
import { type AdaptiveBatchOptions, adaptiveBatch, gaussianWalkWithRebound, none } from 'tfjs-adaptive-batch';
import { type Data, disposeData, type Examples } from '../examples/support/data.js';
import { perceptron } from '../examples/support/perceptron.js';
import { useWasm } from '../examples/support/wasm.js';
import { figuresOf, medianLoss } from './paper/figures.js';
import { textOf, titleOf } from './paper/text.js';
import { DEFAULT, PAPER, type PaperRate, type PaperResult, type PaperRun } from './paper/types.js';
import { momentum } from './policies/models.js';
import { loadFashion } from './support/fashion.js';
import { parseFlags } from './support/flags.js';
import { type PartedBench, reportFigures, reportPart } from './support/parts.js';

type Optimizer = PaperResult['optimizer'];

interface Way {
  readonly name: string;
  readonly batchSize: number;
  readonly adaptive?: () => AdaptiveBatchOptions;
}

const BENCH: PartedBench<PaperResult> = { bench: 'paper', figuresOf, titleOf, textOf };
const EXAMPLES = 2000;
const HIDDEN = 32;
const FULL = { epochs: 30, seeds: [1, 2, 3] };
const QUICK = { epochs: 10, seeds: [1, 2] };
const PAPER_RATES = [0.005, 0.01, 0.02, 0.05];
const RATES: Readonly<Record<Optimizer, readonly number[]>> = {
  momentum: PAPER_RATES,
  sgd: PAPER_RATES.map((rate) => 10 * rate),
};
const QUICK_RATES: Readonly<Record<Optimizer, readonly number[]>> = { momentum: [0.01, 0.05], sgd: [0.1] };
const CREATE = { momentum, sgd: tf.train.sgd };
const FIXED = [32, 64, 128, 256];
const BEGIN = 32;
const WAYS: readonly Way[] = [
  ...FIXED.map((batchSize) => ({ name: `fit(), ${batchSize}`, batchSize })),
  { name: PAPER, batchSize: BEGIN, adaptive: () => ({ policy: gaussianWalkWithRebound(), learningRate: none() }) },
  { name: DEFAULT, batchSize: BEGIN, adaptive: () => ({}) },
];

/** Mean loss and share of right answers. */
function evaluate(model: tf.LayersModel, { inputs, targets }: Examples): [number, number] {
  return tf.tidy(() => {
    const scalars = model.evaluate(inputs, targets, { batchSize: 500, verbose: 0 }) as tf.Scalar[];
    const [loss, share] = scalars.map((scalar) => scalar.dataSync()[0] as number);
    return [loss as number, share as number];
  });
}

async function train(data: Data, way: Way, optimizer: tf.Optimizer, seed: number, epochs: number): Promise<PaperRun> {
  const model = perceptron({ inputs: 784, hidden: HIDDEN, seed, optimizer });
  const { batchSize, adaptive } = way;
  const extra = adaptive === undefined ? {} : { callbacks: adaptiveBatch(model, adaptive()) };
  await model.fit(data.train.inputs, data.train.targets, { batchSize, epochs, verbose: 0, ...extra });
  const [loss] = evaluate(model, data.train);
  const [, share] = evaluate(model, data.test);
  model.dispose();
  optimizer.dispose();
  return { loss, accuracy: 100 * share };
}

async function measureRate(
  data: Data,
  optimizer: Optimizer,
  learningRate: number,
  plan: typeof FULL,
): Promise<PaperRate> {
  const ways = WAYS.map(({ name }) => ({ name, runs: [] as PaperRun[] }));
  for (const seed of plan.seeds) {
    for (const [i, way] of WAYS.entries()) {
      const run = await train(data, way, CREATE[optimizer](learningRate), seed, plan.epochs);
      ways[i]?.runs.push(run);
      const losses = `loss ${run.loss.toExponential(2)}, test ${run.accuracy.toFixed(2)} %`;
      console.log(`  ${optimizer} ${learningRate}, seed ${seed} ${way.name.padEnd(40)} ${losses}`);
    }
  }
  return { learningRate, ways: ways.toSorted((a, b) => medianLoss(a) - medianLoss(b)) };
}

function optimizersOf(name: string | undefined): Optimizer[] {
  if (name === undefined) return ['momentum', 'sgd'];
  if (Object.hasOwn(RATES, name)) return [name as Optimizer];
  throw new RangeError(`--optimizer must be one of ${Object.keys(RATES).join(', ')}; got '${name}'`);
}

const flags = parseFlags(argv.slice(2), ['optimizer', 'part']);
const optimizers = optimizersOf(flags.optimizer);
const plan = flags.quick ? QUICK : FULL;
await useWasm();
const data = loadFashion(EXAMPLES);
const results: PaperResult[] = [];
for (const optimizer of optimizers) {
  const rates: PaperRate[] = [];
  for (const learningRate of (flags.quick ? QUICK_RATES : RATES)[optimizer]) {
    rates.push(await measureRate(data, optimizer, learningRate, plan));
  }
  const result: PaperResult = { optimizer, examples: EXAMPLES, ...plan, rates };
  results.push(result);
  reportPart(BENCH, [optimizer, ...(flags.part ? [flags.part] : [])].join('/'), result, flags);
}
disposeData(data);
reportFigures(BENCH, results, flags);
