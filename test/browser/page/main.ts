import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { tf } from '../../tfjs/problems.js';
import { scenarios } from './scenarios.js';

// With it TensorFlow.js counts the data of each kernel.
tf.env().set('IS_TEST', true);

/** What the page answers to. */
export interface MatrixPage {
  /** @returns the backend now in use */
  start(backend: string): Promise<string>;
  readonly scenarios: typeof scenarios;
}

async function start(backend: string): Promise<string> {
  // The program that TensorFlow.js takes for small matrices of its own accord is many times slower where WebGPU runs on a processor.
  if (backend === 'webgpu') tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', 2);
  await tf.setBackend(backend);
  await tf.ready();
  return tf.getBackend();
}

(globalThis as unknown as { matrix: MatrixPage }).matrix = { start, scenarios };
