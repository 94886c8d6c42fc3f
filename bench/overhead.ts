/**
 * What the callback itself costs: `npm run bench:overhead`.
 *
 * Adaptive with `policy: fixed()` and `learningRate: none()`, which always asks for the base, against plain `model.fit()`: a 784-128-10
 * perceptron, batch sizes 32 and 256, one epoch a fit, interleaved in one process. Each way keeps its model and its callback from fit to fit,
 * as in one long training; the first round is not counted. A figure is the median over the rounds of the ratio of their times.
 *
 * Figures: ratioDefault32, ratioDefault256 (default measuring schedule), ratioEveryStep32, ratioEveryStep256 (`measure: {every: 1}`),
 * ratioDefault and ratioEveryStep, the larger of the two sizes'.
 *
 * Flags: --quick, --json, --save.
 */
import { argv } from 'node:process';
import * as tf from '@tensorflow/tfjs';
import { type AdaptiveBatchOptions, adaptiveBatch, fixed, none } from 'tfjs-adaptive-batch';
import { type Examples, examplesOf, lehmer } from '../examples/support/data.js';
import { perceptron } from '../examples/support/perceptron.js';
import { median } from '../examples/support/statistics.js';
import { useWasm } from '../examples/support/wasm.js';
import { parseFlags } from './support/flags.js';
import { markdownTable } from './support/markdown.js';
import { report } from './support/result.js';

/** A way of training one epoch. @returns the time it took [ms] */
type Way = () => Promise<number>;

const INPUTS = 784;
const HIDDEN = 128;
const EXAMPLES = 6144;
const BATCH_SIZES = [32, 256] as const;
const ROUNDS = 21;
const QUICK_ROUNDS = 9;

const ALWAYS_THE_BASE: AdaptiveBatchOptions = { policy: fixed(), learningRate: none() };
const WAYS: { readonly [name: string]: AdaptiveBatchOptions | undefined } = {
  Plain: undefined,
  Default: ALWAYS_THE_BASE,
  EveryStep: { ...ALWAYS_THE_BASE, measure: { every: 1 } },
};

/** Noise for pixels and labels: what is learned does not matter here. */
function noise(): Examples {
  const random = lehmer(1);
  const pixels = Float32Array.from({ length: EXAMPLES * INPUTS }, random);
  return examplesOf({ pixels, labels: Int32Array.from({ length: EXAMPLES }, () => Math.floor(10 * random())) });
}

function wayOf({ inputs, targets }: Examples, batchSize: number, options: AdaptiveBatchOptions | undefined): Way {
  const model = perceptron({ inputs: INPUTS, hidden: HIDDEN, seed: 1, optimizer: tf.train.sgd(0.01) });
  const extra = options === undefined ? {} : { callbacks: adaptiveBatch(model, options) };
  return async () => {
    const begin = performance.now();
    await model.fit(inputs, targets, { batchSize, epochs: 1, verbose: 0, ...extra });
    return performance.now() - begin;
  };
}

/** Times of each way, round by round; who goes first changes from round to round. */
async function timesOf(examples: Examples, batchSize: number, rounds: number): Promise<Map<string, number[]>> {
  const ways = Object.entries(WAYS).map(([name, options]) => ({ name, run: wayOf(examples, batchSize, options) }));
  const times = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < ways.length; turn++) {
      const way = ways[(round + turn) % ways.length] as (typeof ways)[number];
      const ms = await way.run();
      if (round > 0) times.get(way.name)?.push(ms);
    }
  }
  return times;
}

const flags = parseFlags(argv.slice(2));
const rounds = flags.quick ? QUICK_ROUNDS : ROUNDS;
await useWasm();
const examples = noise();
const figures: { [key: string]: number } = { ratioDefault: 0, ratioEveryStep: 0 };
const details: { [key: string]: readonly number[] } = {};
const rows: string[][] = [];
for (const batchSize of BATCH_SIZES) {
  const times = await timesOf(examples, batchSize, rounds);
  const plain = times.get('Plain') as number[];
  details[`plainMs${batchSize}`] = plain;
  for (const name of ['Default', 'EveryStep']) {
    const ratios = (times.get(name) as number[]).map((ms, i) => ms / (plain[i] as number));
    const ratio = median(ratios);
    figures[`ratio${name}`] = Math.max(figures[`ratio${name}`] as number, ratio);
    figures[`ratio${name}${batchSize}`] = ratio;
    details[`ratios${name}${batchSize}`] = ratios;
    const sorted = ratios.toSorted((a, b) => a - b);
    const quartiles = [0.25, 0.75]
      .map((share) => sorted[Math.round(share * (sorted.length - 1))]?.toFixed(3))
      .join(' to ');
    rows.push([
      String(batchSize),
      name,
      ratio.toFixed(3),
      quartiles,
      (median(plain) / Math.ceil(EXAMPLES / batchSize)).toFixed(2),
    ]);
    console.log(`batch size ${batchSize}, ${name}: ${ratio.toFixed(3)}, middle half ${quartiles}, of ${rounds} rounds`);
  }
}
const head = ['batch size', 'measuring', 'ratio', 'middle half', 'plain [ms a step]'];
report({ bench: 'overhead', figures, details, text: markdownTable(head, rows) }, flags);
