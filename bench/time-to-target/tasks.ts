import { mlpFashion } from '../policies/tasks/mlp-fashion.js';
import { softmaxMnist } from '../policies/tasks/softmax-mnist.js';
import type { Task } from '../policies/types.js';
import type { Engine } from '../support/engine.js';
import { cnnFashion } from './tasks/cnn-fashion.js';
import { lstmDigits } from './tasks/lstm-digits.js';

/** The tasks of bench:time-to-target. */
export const TASKS: readonly Task[] = [mlpFashion, cnnFashion, softmaxMnist, lstmDigits];

/** For a training of seconds: the times of its seeds lie far apart. */
const MANY_SEEDS = [1, 2, 3, 4, 5, 6, 7];

/** Those that an engine can train: WebAssembly has no gradient of a convolution. */
export function tasksOn(engine: Engine): readonly Task[] {
  if (engine === 'wasm') return TASKS.filter((task) => task !== cnnFashion);
  return TASKS.map((task) => (task === mlpFashion ? { ...task, seeds: MANY_SEEDS } : task));
}
