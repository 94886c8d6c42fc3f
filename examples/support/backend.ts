import { env } from 'node:process';
import * as tf from '@tensorflow/tfjs';
import { useWasm } from './wasm.js';

/** Plain JavaScript, WebAssembly, and TensorFlow's C library by `@tensorflow/tfjs-node`. */
const BACKENDS = ['cpu', 'wasm', 'native'] as const;
export type BackendName = (typeof BACKENDS)[number];

// Not a literal, for the types of a package that need not be there.
const NATIVE: string = '@tensorflow/tfjs-node';

/**
 * The backend that the environment variable TFJS_BACKEND names.
 * @throws RangeError if it names none of cpu, wasm and native
 */
export function chosenBackend(fallback: BackendName): BackendName {
  const name = env.TFJS_BACKEND || fallback;
  const known = BACKENDS.find((backend) => backend === name);
  if (known === undefined) throw new RangeError(`TFJS_BACKEND must be one of ${BACKENDS.join(', ')}, got ${name}`);
  return known;
}

/**
 * Makes this the backend, or the one that TFJS_BACKEND names, or WebAssembly. Call before the first tensor.
 * @throws Error if the backend does not start
 */
export async function useBackend(name: BackendName = chosenBackend('wasm')): Promise<void> {
  if (name === 'wasm') return useWasm();
  if (name === 'native') await loadNative();
  const registered = name === 'native' ? 'tensorflow' : name;
  if (!(await tf.setBackend(registered))) throw new Error(`the ${name} backend of TensorFlow.js does not start here`);
  await tf.ready();
}

async function loadNative(): Promise<void> {
  env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  try {
    await import(NATIVE);
  } catch (cause) {
    throw new Error(`${NATIVE} does not load: npm run setup:native`, { cause });
  }
}
