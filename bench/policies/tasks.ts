import { mlpDigits } from './tasks/mlp-digits.js';
import { mlpFashion } from './tasks/mlp-fashion.js';
import { noisyFashion } from './tasks/noisy-fashion.js';
import { regression } from './tasks/regression.js';
import { rnn } from './tasks/rnn.js';
import { softmaxMnist } from './tasks/softmax-mnist.js';
import { spam } from './tasks/spam.js';
import type { Task } from './types.js';

/** The tasks of bench:policies: they differ in kind. */
export const TASKS: readonly Task[] = [softmaxMnist, mlpFashion, mlpDigits, noisyFashion, spam, regression, rnn];
