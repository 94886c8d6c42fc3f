/**
 * The whole claim in one table: `npm run bench:time-to-target`, on native TensorFlow (`npm run setup:native` first) and on WebAssembly.
 *
 * A perceptron and a convolutional net on Fashion-MNIST, softmax regression on MNIST, an LSTM on the UCI digits; the method is that of bench:policies:
 * the base is plain fit() at batch size 16 and the rate that `--tune` finds the fastest to the target; all ways of a task train in one process, seed by
 * seed, the order changing; the clock stands still while the loss over 2,000 training examples is taken. Beside the base: fixed 32, 128 and 512 at the rate scaled
 * linearly and by the square root, the best four of a grid of 20 and more fixed pairs, each policy with the default rule, and the default.
 *
 * Figures, of the default, medians over the seeds: <engine><Task>TimeRatioToBase, TimeRatioToBestFixed, MetricDifference (default less base
 * [percentage points]), MeasuringShare and DecidingShare (of the time).
 *
 * Flags: --engine wasm|native (both where none is named, one after the other, wasm alone where native is not set up); --task name; --contenders
 * default,goodput,…; --part name (save beside the task's main part; the grid's best are then taken from that); --quick; --json; --save; --verbose;
 * --tune (search the base's rate instead); --picture (draw docs/images/time-to-target.svg from what is saved).
 */
import { execFileSync } from 'node:child_process';
import { argv, execArgv, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Engine, engineFrom, isInstalled, useEngine } from './support/engine.js';
import { parseFlags } from './support/flags.js';
import { drawTable } from './time-to-target/picture.js';
import { runTable, tasksNamed } from './time-to-target/run.js';
import { tasksOn } from './time-to-target/tasks.js';

const HERE: readonly Engine[] = ['wasm', 'native'];

/** Each engine in a process of its own: a backend of TensorFlow.js stays for good. */
function runEach(args: readonly string[]): void {
  const engines = HERE.filter((engine) => engine === 'wasm' || isInstalled('@tensorflow/tfjs-node'));
  if (!engines.includes('native')) console.log('native TensorFlow is not set up: npm run setup:native');
  for (const engine of engines) {
    const command = [...execArgv, fileURLToPath(import.meta.url), ...args, '--engine', engine];
    execFileSync(execPath, command, { stdio: 'inherit' });
  }
}

const flags = parseFlags(argv.slice(2), ['tune', 'verbose', 'task', 'contenders', 'part', 'engine', 'picture']);
if (flags.picture) drawTable();
else if (flags.engine === undefined) runEach(argv.slice(2));
else {
  const engine = engineFrom(flags.engine, HERE);
  const device = await useEngine(engine);
  await runTable({
    bench: 'time-to-target',
    engine,
    device,
    tasks: tasksNamed(tasksOn(engine), flags.task),
    isNamed: flags.part === undefined && !flags.quick,
    flags,
  });
}
