/**
 * What the callback itself costs, as published, from `dist`: `npm run bench:overhead`. (Run from its sources by tsx its functions are slower to call.)
 *
 * Adaptive with `policy: fixed()` and `learningRate: none()`, which always asks for the base, against plain `model.fit()`: a 784-128-10 perceptron and an
 * LSTM of 32 units over 28 steps, batch sizes 32 and 256, one epoch a fit, interleaved in one process. Each way keeps its model and its callback
 * from fit to fit, as in one long training; the first round is not counted. A figure is the median over the rounds of the ratio of their times.
 *
 * Figures, the larger of all models and batch sizes: ratioDefault (default measuring schedule), ratioEveryStep (`measure: {every: 1}` by the best of the
 * routes that are exact in the mean), ratioTemporal (the biased one). And each by itself: ratioDefaultMlp32, ratioClosedFormLstm256, … On native
 * TensorFlow (`npm run setup:native` first) the same with native before them: nativeRatioDefault, …
 *
 * Machines are shared, and eleven rounds of a fit of a tenth of a second say little: with --long only the default schedule is compared, in as many rounds as
 * take 75 s, at least 21; its figures are ratioLongDefault, …
 *
 * Flags: --engine wasm (the usual one) or native; --long; --quick, --json, --save (the part of the engine and of --long, the others stay).
 */
import { argv } from 'node:process';
import { type AdaptiveBatchOptions, adaptiveBatch, fixed, type GradientRoute, none } from 'tfjs-adaptive-batch';
import type { Examples } from '../examples/support/data.js';
import { median } from '../examples/support/statistics.js';
import { type Engine, engineFrom, useEngine } from './support/engine.js';
import { parseFlags } from './support/flags.js';
import { interleaved, type Way } from './support/interleaved.js';
import { markdownTable } from './support/markdown.js';
import { NOISE_MODELS, type NoiseModel, noise } from './support/noise-models.js';
import { type PartedBench, reportFigures, reportPart } from './support/parts.js';
import { ENGINE_NAMES } from './time-to-target/text.js';

const BATCH_SIZES = [32, 256] as const;
const ROUNDS = 11;
const QUICK_ROUNDS = 3;
const LONG_MS = 75_000;
const LEAST_LONG_ROUNDS = 21;

/** What one engine's process found. */
interface Overhead {
  readonly engine: Engine;
  readonly isLong?: boolean;
  readonly figures: { readonly [key: string]: number };
  /** Times of plain fit() [ms], ratios to it; an element a round. */
  readonly details: { readonly [key: string]: readonly number[] };
  readonly rows: readonly string[][];
}

const HEAD = ['model', 'batch size', 'measuring', 'ratio', 'middle half', 'plain [ms a step]'];
const capitalized = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}`;

const BENCH: PartedBench<Overhead> = {
  bench: 'overhead',
  figuresOf: (findings) =>
    Object.fromEntries(
      findings.flatMap(({ engine, figures }) =>
        Object.entries(figures).map(([key, value]) => [
          engine === 'wasm' ? key : `${engine}${capitalized(key)}`,
          value,
        ]),
      ),
    ),
  titleOf: ({ engine, isLong }) => `${ENGINE_NAMES[engine]}${isLong ? ', default schedule in many rounds' : ''}`,
  textOf: ({ rows }) => markdownTable(HEAD, rows),
};

const ALWAYS_THE_BASE: AdaptiveBatchOptions = { policy: fixed(), learningRate: none() };
const everyStep = (route: GradientRoute): AdaptiveBatchOptions => ({
  ...ALWAYS_THE_BASE,
  measure: { every: 1, route },
});
const WAYS: { readonly [name: string]: AdaptiveBatchOptions | undefined } = {
  Plain: undefined,
  Default: ALWAYS_THE_BASE,
  MicroBatches: everyStep('microBatches'),
  ClosedForm: everyStep('closedForm'),
  RandomSigns: everyStep('randomSigns'),
  Temporal: everyStep('temporal'),
};
const EXACT = ['MicroBatches', 'ClosedForm', 'RandomSigns'];
const LONG_WAYS = ['Plain', 'Default'];

function wayOf(
  { build }: NoiseModel,
  { inputs, targets }: Examples,
  batchSize: number,
  options: AdaptiveBatchOptions | undefined,
): Way {
  const model = build();
  const extra = options === undefined ? {} : { callbacks: adaptiveBatch(model, options) };
  return async () => {
    const begin = performance.now();
    await model.fit(inputs, targets, { batchSize, epochs: 1, verbose: 0, ...extra });
    return performance.now() - begin;
  };
}

/** The middle half of the values. */
function quartiles(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return [0.25, 0.75].map((share) => sorted[Math.round(share * (sorted.length - 1))]?.toFixed(3)).join(' to ');
}

/** Rounds that take {@link LONG_MS}, by the second time of each way: the first compiles. */
async function longRounds(ways: { readonly [name: string]: Way }): Promise<number> {
  let roundMs = 0;
  for (const way of Object.values(ways)) {
    await way();
    roundMs += await way();
  }
  return Math.max(Math.ceil(LONG_MS / roundMs), LEAST_LONG_ROUNDS);
}

/** @param rounds absent: {@link longRounds} */
async function measured(engine: Engine, isLong: boolean, rounds?: number): Promise<Overhead> {
  const figures: { [key: string]: number } = {};
  const prefix = isLong ? 'ratioLong' : 'ratio';
  const names = isLong ? LONG_WAYS : Object.keys(WAYS);
  const details: { [key: string]: readonly number[] } = {};
  const rows: string[][] = [];
  const raise = (key: string, ratio: number): void => {
    figures[key] = Math.max(figures[key] ?? 0, ratio);
  };
  for (const [task, model] of Object.entries(NOISE_MODELS)) {
    const examples = noise(model);
    for (const batchSize of BATCH_SIZES) {
      const ways: { readonly [name: string]: Way } = Object.fromEntries(
        names.map((name) => [name, wayOf(model, examples, batchSize, WAYS[name])]),
      );
      const times = await interleaved(ways, rounds ?? (await longRounds(ways)));
      const plain = times.Plain as readonly number[];
      const place = `${capitalized(task)}${batchSize}`;
      details[`plainMs${place}`] = plain;
      for (const name of names.slice(1)) {
        const ratios = (times[name] as readonly number[]).map((ms, i) => ms / (plain[i] as number));
        const ratio = median(ratios);
        figures[`${prefix}${name}${place}`] = ratio;
        details[`ratios${name}${place}`] = ratios;
        const step = (median(plain) / Math.ceil(model.examples / batchSize)).toFixed(2);
        rows.push([task, String(batchSize), name, ratio.toFixed(3), quartiles(ratios), step]);
        console.log(`${task}, batch size ${batchSize}, ${name}: ${ratio.toFixed(3)}, middle half ${quartiles(ratios)}`);
      }
      raise(`${prefix}Default`, figures[`${prefix}Default${place}`] as number);
      if (isLong) continue;
      raise('ratioEveryStep', Math.min(...EXACT.map((name) => figures[`ratio${name}${place}`] as number)));
      raise('ratioTemporal', figures[`ratioTemporal${place}`] as number);
    }
  }
  return { engine, ...(isLong && { isLong }), figures, details, rows };
}

const flags = parseFlags(argv.slice(2), ['engine', 'long']);
const engine = engineFrom(flags.engine ?? 'wasm', ['wasm', 'native']);
await useEngine(engine);
const usual = flags.long ? undefined : ROUNDS;
const found = await measured(engine, flags.long, flags.quick ? QUICK_ROUNDS : usual);
reportPart(BENCH, flags.long ? `${engine}/long` : engine, found, flags);
reportFigures(BENCH, [found], flags);
