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
 * One model against one other says little: of twins, both plain, one is some percent faster for as long as they live. With --long only the default
 * schedule is compared, in six processes after each other, each with two plain models and two under the callback that take turns in fits of 1.5 s or more.
 * A figure is the median over the twelve models of the ratio to the mean of the two plain ones beside them; 40 minutes in all: ratioLongDefault, …
 *
 * Flags: --engine wasm (the usual one) or native; --long; --quick, --json, --save (the part of the engine and of --long, the others stay).
 */
import { argv } from 'node:process';
import type { AdaptiveBatchOptions, GradientRoute } from 'tfjs-adaptive-batch';
import { median } from '../examples/support/statistics.js';
import { type Quartet, quartet } from './overhead/long.js';
import { ALWAYS_THE_BASE, fitWay } from './overhead/ways.js';
import { type Engine, engineFrom, useEngine } from './support/engine.js';
import { parseFlags } from './support/flags.js';
import { interleaved } from './support/interleaved.js';
import { markdownTable, range } from './support/markdown.js';
import { NOISE_MODELS, noise } from './support/noise-models.js';
import { type PartedBench, reportFigures, reportPart } from './support/parts.js';
import { ENGINE_NAMES } from './time-to-target/text.js';

const BATCH_SIZES = [32, 256] as const;
const ROUNDS = 11;
const QUICK_ROUNDS = 3;
/** Processes with --long, and rounds of each. */
const LONG = [6, 4] as const;
const QUICK_LONG = [1, 2] as const;

/** What one engine's process found. */
interface Overhead {
  readonly engine: Engine;
  readonly isLong?: boolean;
  readonly figures: { readonly [key: string]: number };
  /** Times of plain fit() [ms], ratios to it; an element a round. With --long ratios; an element a model. */
  readonly details: { readonly [key: string]: readonly number[] };
  readonly rows: readonly string[][];
}

const HEAD = ['model', 'batch size', 'measuring', 'ratio', 'middle half', 'plain [ms a step]'];
const LONG_HEAD = ['model', 'batch size', 'ratio', 'of the single models', 'of the plain ones', 'plain [ms a step]'];
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
  titleOf: ({ engine, isLong }) => `${ENGINE_NAMES[engine]}${isLong ? ', default schedule over many models' : ''}`,
  textOf: ({ isLong, rows }) => markdownTable(isLong ? LONG_HEAD : HEAD, rows),
};

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

/** The middle half of the values. */
function quartiles(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return [0.25, 0.75].map((share) => sorted[Math.round(share * (sorted.length - 1))]?.toFixed(3)).join(' to ');
}

async function measured(engine: Engine, rounds: number): Promise<Overhead> {
  const figures: { [key: string]: number } = {};
  const details: { [key: string]: readonly number[] } = {};
  const rows: string[][] = [];
  const raise = (key: string, ratio: number): void => {
    figures[key] = Math.max(figures[key] ?? 0, ratio);
  };
  for (const [task, model] of Object.entries(NOISE_MODELS)) {
    const examples = noise(model);
    for (const batchSize of BATCH_SIZES) {
      const ways = Object.entries(WAYS).map(([name, options]) => {
        const fit = { batchSize, epochs: 1, ...(options && { options }) };
        return [name, fitWay(model.build(), examples, fit)];
      });
      const times = await interleaved(Object.fromEntries(ways), rounds);
      const plain = times.Plain as readonly number[];
      const place = `${capitalized(task)}${batchSize}`;
      details[`plainMs${place}`] = plain;
      for (const name of Object.keys(WAYS).slice(1)) {
        const ratios = (times[name] as readonly number[]).map((ms, i) => ms / (plain[i] as number));
        const ratio = median(ratios);
        figures[`ratio${name}${place}`] = ratio;
        details[`ratios${name}${place}`] = ratios;
        const step = (median(plain) / Math.ceil(model.examples / batchSize)).toFixed(2);
        rows.push([task, String(batchSize), name, ratio.toFixed(3), quartiles(ratios), step]);
        console.log(`${task}, batch size ${batchSize}, ${name}: ${ratio.toFixed(3)}, middle half ${quartiles(ratios)}`);
      }
      raise('ratioDefault', figures[`ratioDefault${place}`] as number);
      raise('ratioEveryStep', Math.min(...EXACT.map((name) => figures[`ratio${name}${place}`] as number)));
      raise('ratioTemporal', figures[`ratioTemporal${place}`] as number);
    }
  }
  return { engine, figures, details, rows };
}

async function measuredLong(engine: Engine, [processes, rounds]: readonly [number, number]): Promise<Overhead> {
  const figures: { [key: string]: number } = {};
  const details: { [key: string]: readonly number[] } = {};
  const rows: string[][] = [];
  for (const task of Object.keys(NOISE_MODELS) as (keyof typeof NOISE_MODELS)[]) {
    for (const batchSize of BATCH_SIZES) {
      const quartets: Quartet[] = [];
      for (let i = 0; i < processes; i++) quartets.push(await quartet({ engine, task, batchSize, rounds }));
      const ratios = quartets.flatMap((found) => found.ratios);
      const plainRatios = quartets.flatMap((found) => found.plainRatios);
      const stepMs = median(quartets.map((found) => found.stepMs));
      const ratio = median(ratios);
      const place = `${capitalized(task)}${batchSize}`;
      figures[`ratioLongDefault${place}`] = ratio;
      details[`ratiosDefault${place}`] = ratios;
      details[`ratiosPlain${place}`] = plainRatios;
      rows.push([
        task,
        String(batchSize),
        ratio.toFixed(3),
        range(ratios, 3),
        range(plainRatios, 3),
        stepMs.toFixed(2),
      ]);
      console.log(`${task}, batch size ${batchSize}: ${ratio.toFixed(3)}, single models ${range(ratios, 3)}`);
    }
  }
  const ratioLongDefault = Math.max(...Object.values(figures));
  return { engine, isLong: true, figures: { ratioLongDefault, ...figures }, details, rows };
}

const flags = parseFlags(argv.slice(2), ['engine', 'long']);
const engine = engineFrom(flags.engine ?? 'wasm', ['wasm', 'native']);
await useEngine(engine);
const found = flags.long
  ? await measuredLong(engine, flags.quick ? QUICK_LONG : LONG)
  : await measured(engine, flags.quick ? QUICK_ROUNDS : ROUNDS);
reportPart(BENCH, flags.long ? `${engine}/long` : engine, found, flags);
reportFigures(BENCH, [found], flags);
