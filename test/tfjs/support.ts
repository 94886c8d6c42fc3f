// The problems of problems.ts, on the backend of all tests that train.
import * as tf from '@tensorflow/tfjs-core';
import { BACKEND } from '../support/backend.js';

export * from './problems.js';

// With it TensorFlow.js counts the data of each kernel. On the other backends that count takes for a leak what a gradient keeps of a fused kernel.
tf.env().set('IS_TEST', BACKEND === 'cpu');
