/**
 * The rows of bench:time-to-target that a GPU is for, the perceptron and the convolutional net, on a GPU: `npm run bench:gpu`.
 *
 * To training loss 0.36: at batch size 16 a step has little to do and a GPU's time goes into its start. On `@tensorflow/tfjs-node-gpu`
 * where it is installed, else on TensorFlow.js's WebGPU backend through npm `webgpu` (Vulkan, Metal or Direct3D). Method,
 * figures and flags are those of bench:time-to-target, but fixed 32, 128 and 512 at the scaled rates are run only with `--named`.
 * A driver that renders in software is refused, unless `--software` allows it (nothing is saved then).
 */
import { argv } from 'node:process';
import { mlpFashion } from './policies/tasks/mlp-fashion.js';
import { engineFrom, isInstalled, isSoftware, useEngine } from './support/engine.js';
import { parseFlags } from './support/flags.js';
import { runTable, tasksNamed } from './time-to-target/run.js';
import { cnnFashion } from './time-to-target/tasks/cnn-fashion.js';

const TARGET_LOSS = 0.36;
const TASKS = [mlpFashion, cnnFashion].map((task) => ({ ...task, targetLoss: TARGET_LOSS }));

const names = ['tune', 'verbose', 'task', 'contenders', 'part', 'engine', 'software', 'named'] as const;
const flags = parseFlags(argv.slice(2), names);
const usual = isInstalled('@tensorflow/tfjs-node-gpu') ? 'cuda' : 'webgpu';
const engine = engineFrom(flags.engine ?? usual, ['cuda', 'webgpu']);
const device = await useEngine(engine);
console.log(`engine ${engine}, device ${device ?? 'of tfjs-node-gpu'}`);
if (device !== undefined && isSoftware(device) && !flags.software) {
  throw new Error(`'${device}' renders in software: there is no GPU here (--software tries all the same)`);
}
await runTable({
  ...{ bench: 'gpu', engine, device },
  tasks: tasksNamed(TASKS, flags.task),
  isNamed: flags.named,
  flags: { ...flags, save: flags.save && !flags.software },
});
