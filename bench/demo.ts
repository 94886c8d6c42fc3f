/**
 * Time to the target training loss, adaptive over base, and what it does to the test accuracy: `npm run bench:demo`.
 *
 * The base is plain fit() at batch size 16 with the rate that `--tune` finds the fastest to the target. Both ways train in one process from
 * the same weights, one after the other, the order changing from seed to seed. The clock runs from before `fit()` to the end of
 * the first epoch whose mean training loss is at or below the target.
 *
 * Figures: digitsTimeRatioMedian, digitsAccuracyDifference, mnistTimeRatioMedian, mnistAccuracyDifference [percentage points, adaptive less
 * base], medians over the seeds of a task; timeRatioMedian and accuracyDifference, those of the task that does worse.
 *
 * Flags: --quick, --json, --save; --tune (search the base's rate instead); --task digits|mnist; --verbose (why it changed).
 */
import { argv } from 'node:process';
import { accuracyDifferencesOf, compare, type Pair, ratiosOf } from '../examples/support/comparison.js';
import { disposeData } from '../examples/support/data.js';
import { median } from '../examples/support/statistics.js';
import { type TrainingRecord, warmUp } from '../examples/support/training.js';
import { useWasm } from '../examples/support/wasm.js';
import { explain } from './support/explain.js';
import { type Flags, parseFlags } from './support/flags.js';
import { markdownTable } from './support/markdown.js';
import { report } from './support/result.js';
import { BATCH_SIZE, settingOf, TASKS, type Task } from './support/tasks.js';
import { tune } from './support/tune.js';

type Measured = { readonly task: Task; readonly pairs: readonly Pair[] };

function describe({ isReached, epochs, accuracy }: TrainingRecord): string {
  const end = epochs.at(-1);
  const time = `${((end?.elapsedMs ?? 0) / 1000).toFixed(2)} s`;
  const how = isReached ? '' : ', target missed';
  return `${time}, ${epochs.length} epochs, ${end?.updates} updates, accuracy ${(100 * accuracy).toFixed(2)} %${how}`;
}

function summaryOf(pairs: readonly Pair[]): string {
  const spread = (values: readonly number[], digits: number) => {
    const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)].map((x) =>
      x.toFixed(digits),
    );
    return `median ${middle}, from ${least} to ${most}`;
  };
  const ratios = `time ratio: ${spread(ratiosOf(pairs, 'elapsedMs'), 3)}`;
  return `${ratios}; accuracy difference: ${spread(accuracyDifferencesOf(pairs), 2)} points`;
}

async function measure(task: Task, flags: Flags): Promise<Measured> {
  const data = task.load();
  const setting = settingOf(task, data, task.learningRate);
  const seeds = flags.quick ? task.quickSeeds : task.seeds;
  console.log(
    `${task.title}, rate ${task.learningRate} at batch size ${BATCH_SIZE}, to training loss ${task.targetLoss}`,
  );
  await warmUp(setting);
  const pairs = await compare(setting, {
    seeds,
    onStart: (adaptive) => flags.verbose && explain(adaptive),
    onEnd: (way, record, seed) => console.log(`  seed ${seed} ${way.padEnd(8)} ${describe(record)}`),
  });
  disposeData(data);
  console.log(`  ${summaryOf(pairs)}`);
  return { task, pairs };
}

function figuresOf(measured: readonly Measured[]): { [key: string]: number } {
  const ratios = measured.map(({ pairs }) => median(ratiosOf(pairs, 'elapsedMs')));
  const differences = measured.map(({ pairs }) => median(accuracyDifferencesOf(pairs)));
  const figures: { [key: string]: number } = {
    timeRatioMedian: Math.max(...ratios),
    accuracyDifference: Math.min(...differences),
  };
  for (const [i, { task }] of measured.entries()) {
    figures[`${task.name}TimeRatioMedian`] = ratios[i] as number;
    figures[`${task.name}AccuracyDifference`] = differences[i] as number;
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
  const title = `${task.title}; base: batch size ${BATCH_SIZE}, rate ${task.learningRate}; to training loss ${task.targetLoss}.`;
  return [`## ${task.name}`, '', title, '', `${summaryOf(pairs)}.`, '', markdownTable(head, rows)].join('\n');
}

function detailsOf({ task, pairs }: Measured): unknown {
  const { name, title, targetLoss, learningRate } = task;
  const short = ({ isReached, epochs, accuracy }: TrainingRecord) => ({
    isReached,
    epochs: epochs.length,
    ...epochs.at(-1),
    accuracy,
  });
  const each = pairs.map(({ seed, base, adaptive }) => ({ seed, base: short(base), adaptive: short(adaptive) }));
  return { name, title, batchSize: BATCH_SIZE, learningRate, targetLoss, pairs: each };
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
