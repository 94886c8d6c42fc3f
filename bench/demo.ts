/**
 * Time to the target training loss, adaptive over base, and what it does to the test accuracy: `npm run bench:demo`.
 *
 * The base is plain fit() at batch size 16 with the rate that `--tune` finds the fastest to the target. Both ways train in one process from
 * the same weights, one after the other, the order changing from seed to seed. The clock runs from before `fit()` to the end of
 * the first epoch whose mean training loss is at or below the target.
 *
 * Figures: timeRatioMedian and accuracyDifference [percentage points, adaptive less base], medians over the pairs of all tasks;
 * digitsTimeRatioMedian, digitsAccuracyDifference, mnistTimeRatioMedian, mnistAccuracyDifference, over those of one task.
 *
 * Flags: --quick, --json, --save; --tune (search the base's rate instead); --task digits|mnist; --verbose (why it changed).
 */
import { argv } from 'node:process';
import type { AdaptiveBatch } from 'tfjs-adaptive-batch';
import { accuracyDifferencesOf, compare, type Pair, ratiosOf } from '../examples/support/comparison.js';
import { disposeData } from '../examples/support/data.js';
import { median } from '../examples/support/statistics.js';
import { type TrainingRecord, warmUp } from '../examples/support/training.js';
import { useWasm } from '../examples/support/wasm.js';
import { type Flags, parseFlags } from './support/flags.js';
import { markdownTable } from './support/markdown.js';
import { report } from './support/result.js';
import { settingOf, TASKS, type Task } from './support/tasks.js';
import { tune } from './support/tune.js';

type Measured = { readonly task: Task; readonly pairs: readonly Pair[] };

function explain(adaptive: AdaptiveBatch): void {
  const short = (_key: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(3)) : value);
  adaptive.controller.on('change', ({ step, from, to, reason }) => {
    if (from.batchSize === to.batchSize) return;
    const { loss, noise, walk, time } = adaptive.getState()?.pipeline.estimates ?? {};
    const estimates = JSON.stringify({ loss, noise, walk, time }, short);
    console.log(`    ${step}: ${from.batchSize} -> ${to.batchSize}, rate ${to.learningRate.toPrecision(3)}: ${reason}`);
    console.log(`      ${estimates}`);
  });
}

function describe({ isReached, epochs, accuracy }: TrainingRecord): string {
  const end = epochs.at(-1);
  const time = `${((end?.elapsedMs ?? 0) / 1000).toFixed(2)} s`;
  const how = isReached ? '' : ', target missed';
  return `${time}, ${epochs.length} epochs, ${end?.updates} updates, accuracy ${(100 * accuracy).toFixed(2)} %${how}`;
}

async function measure(task: Task, flags: Flags): Promise<Measured> {
  const data = task.load();
  const setting = settingOf(task, data, task.learningRate);
  const seeds = flags.quick ? task.quickSeeds : task.seeds;
  console.log(`${task.title}, rate ${task.learningRate} at batch size 16, to training loss ${task.targetLoss}`);
  await warmUp(setting);
  const pairs = await compare(setting, {
    seeds,
    onStart: (adaptive) => flags.verbose && explain(adaptive),
    onEnd: (way, record, seed) => console.log(`  seed ${seed} ${way.padEnd(8)} ${describe(record)}`),
  });
  disposeData(data);
  const ratios = ratiosOf(pairs, 'elapsedMs');
  const spread = `${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}`;
  console.log(`  time ratio: median ${median(ratios).toFixed(3)}, from ${spread}`);
  console.log(`  accuracy difference: median ${median(accuracyDifferencesOf(pairs)).toFixed(2)} points`);
  return { task, pairs };
}

function figuresOf(measured: readonly Measured[]): { [key: string]: number } {
  const all = measured.flatMap(({ pairs }) => pairs);
  const figures: { [key: string]: number } = {
    timeRatioMedian: median(ratiosOf(all, 'elapsedMs')),
    accuracyDifference: median(accuracyDifferencesOf(all)),
  };
  for (const { task, pairs } of measured) {
    figures[`${task.name}TimeRatioMedian`] = median(ratiosOf(pairs, 'elapsedMs'));
    figures[`${task.name}AccuracyDifference`] = median(accuracyDifferencesOf(pairs));
  }
  return figures;
}

function textOf({ task, pairs }: Measured): string {
  const head = ['seed', 'base', 'adaptive', 'time ratio', 'updates ratio', 'examples ratio', 'accuracy difference'];
  const [times, updates, examples] = [
    ratiosOf(pairs, 'elapsedMs'),
    ratiosOf(pairs, 'updates'),
    ratiosOf(pairs, 'examples'),
  ];
  const differences = accuracyDifferencesOf(pairs);
  const rows = pairs.map(({ seed, base, adaptive }, i) => [
    String(seed),
    describe(base),
    describe(adaptive),
    ...[times, updates, examples].map((ratios) => (ratios[i] as number).toFixed(3)),
    `${(differences[i] as number).toFixed(2)}`,
  ]);
  const title = `${task.title}; base rate ${task.learningRate} at batch size 16; to training loss ${task.targetLoss}`;
  return [`## ${task.name}`, '', title, '', markdownTable(head, rows)].join('\n');
}

function detailsOf({ task, pairs }: Measured): unknown {
  const { load: _load, ...facts } = task;
  return { ...facts, pairs };
}

const flags = parseFlags(argv.slice(2), ['tune', 'verbose', 'task']);
const tasks = TASKS.filter(({ name }) => flags.task === undefined || flags.task === name);
await useWasm();
if (flags.tune) {
  for (const task of tasks) await tune(task, task.load());
} else {
  const measured: Measured[] = [];
  for (const task of tasks) measured.push(await measure(task, flags));
  const details = measured.map(detailsOf);
  const text = measured.map(textOf).join('\n\n');
  report({ bench: 'demo', figures: figuresOf(measured), details, text }, flags);
}
