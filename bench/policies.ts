/**
 * Every policy and every rule of the package against plain fit() and against a grid of fixed pairs: `npm run bench:policies`.
 *
 * Seven tasks that differ in kind. The base is plain fit() at batch size 16 with the rate that `--tune` finds the fastest to the target. The
 * loss that counts is that of the model as it is, over 2,000 of the training examples, taken every quarter of an epoch with the clock stopped;
 * the time to the target is interpolated between evaluations, linearly in the logarithm of the loss. Adaptive trainings begin as the base does and are
 * abandoned past twice its time. Fixed pairs (20 and more: batch sizes 32 to 512, rates a factor of 2 apart, beyond the edge
 * where the best lies at it) are tried with one seed; the best four get all seeds, and the best of them and the base is the best fixed pair in hindsight.
 * All trainings of a task run in one process, seed by seed, the order changing from seed to seed.
 *
 * Figures, of the default, medians over the seeds: <task>TimeRatioToBase, <task>TimeRatioToBestFixed, <task>MetricDifference (test accuracy or R²,
 * default less base [percentage points]); over the tasks timeRatioToBaseWorst, timeRatioToBestFixedGeometricMean, metricDifferenceWorst,
 * tasks (their number), tasksUnderHalf (those with a time ratio to the base of at most 0.5). From another start (`--start`):
 * <task>UntunedTimeRatioToPlain (plain fit() from the same start; an upper bound where that
 * missed the target, 0 where it was ruined), <task>UntunedTimeRatioToBestFixed,
 * untunedTimeRatioToPlainWorst, untunedTimeRatioToBestFixedGeometricMean, untunedRunsRuined; the same with TooLarge, tooLarge.
 *
 * Flags: --quick, --json; --save (this task's part of the result, the others stay); --task name; --contenders default,gaussianWalk+linear,… (a policy
 * alone has the default rule, default+rule the default policy); --start base|untuned|tooLarge (an eighth of the base's rate, eight times it);
 * --part name (save beside the task's main part, with 3 seeds; the grid's best are then taken from that); --logs folder (the default's run log, first seed);
 * --verbose (why the default changed); --tune (search the base's rate instead).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { memoryLog } from 'tfjs-adaptive-batch';
import { useWasm } from '../examples/support/wasm.js';
import { contendersOf, DEFAULT } from './policies/contenders.js';
import { figuresOf } from './policies/figures.js';
import { measure } from './policies/measure.js';
import { TASKS } from './policies/tasks.js';
import { sectionTitle, textOf } from './policies/text.js';
import { type LoadedTask, load, train, unload, warmUp } from './policies/train.js';
import { tune } from './policies/tune.js';
import { BASE_BATCH_SIZE, START_FACTORS, type Start, type Task, type TaskResult } from './policies/types.js';
import { explain } from './support/explain.js';
import { parseFlags } from './support/flags.js';
import { type PartedBench, reportFigures, reportPart, savedParts } from './support/parts.js';

const SEEDS = [1, 2, 3];
const QUICK_SEEDS = [1, 2];
const QUICK_TASKS = ['mlpDigits', 'softmaxMnist'];

const BENCH: PartedBench<TaskResult> = { bench: 'policies', figuresOf, titleOf: sectionTitle, textOf };

function startOf(name = 'base'): Start {
  if (Object.hasOwn(START_FACTORS, name)) return name as Start;
  throw new RangeError(`--start must be one of ${Object.keys(START_FACTORS).join(', ')}; got '${name}'`);
}

function tasksOf(name: string | undefined, isQuick: boolean): readonly Task[] {
  if (name === undefined) return isQuick ? TASKS.filter((task) => QUICK_TASKS.includes(task.name)) : TASKS;
  const tasks = TASKS.filter((task) => task.name === name);
  if (tasks.length > 0) return tasks;
  throw new RangeError(`--task must be one of ${TASKS.map((task) => task.name).join(', ')}; got '${name}'`);
}

/** The default's training once more, with a run log, off the record. */
async function writeLog(loaded: LoadedTask, { start, seeds, base }: TaskResult, folder: string): Promise<void> {
  const log = memoryLog();
  const { name, learningRate } = loaded.task;
  await train(loaded, {
    seed: seeds[0] as number,
    batchSize: BASE_BATCH_SIZE,
    learningRate: learningRate * START_FACTORS[start],
    limitMs: 4 * (base[0]?.elapsedMs as number),
    adaptive: () => ({ log }),
  });
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}${start === 'base' ? '' : `-${start}`}.jsonl`);
  writeFileSync(path, log.lines.map((line) => `${line}\n`).join(''));
  console.log(`  run log of the default: ${path}`);
}

const flags = parseFlags(argv.slice(2), ['tune', 'verbose', 'task', 'contenders', 'start', 'part', 'logs']);
const start = startOf(flags.start);
const contenders = contendersOf(flags.contenders, flags.quick);
const isMain = start === 'base' && flags.part === undefined;
const tasks = tasksOf(flags.task, flags.quick);
const results: TaskResult[] = [];
await useWasm();
for (const task of tasks) {
  const loaded = load(task);
  await warmUp(loaded);
  if (flags.tune) await tune(loaded);
  else {
    console.log(`${task.title}, to training loss ${task.targetLoss}`);
    const key = [task.name, ...(start === 'base' ? [] : [start]), ...(flags.part ? [flags.part] : [])].join('/');
    const earlier = savedParts<TaskResult>('policies').find((part) => part.key === task.name)?.finding;
    const result = await measure(loaded, {
      ...{ start, contenders, isQuick: flags.quick },
      seeds: flags.quick ? QUICK_SEEDS : flags.part === undefined ? (task.seeds ?? SEEDS) : SEEDS,
      ...(!isMain && { earlier }),
      onStart: (adaptive, name) => flags.verbose && name === DEFAULT && explain(adaptive),
    });
    results.push(result);
    reportPart(BENCH, key, result, flags);
    if (flags.logs !== undefined) await writeLog(loaded, result, flags.logs);
  }
  unload(loaded);
}
if (!flags.tune) reportFigures(BENCH, results, flags);
