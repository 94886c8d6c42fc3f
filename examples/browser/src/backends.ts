import * as tf from '@tensorflow/tfjs';

export const BACKENDS = ['wasm', 'cpu', 'webgl'] as const;
export type Backend = (typeof BACKENDS)[number];

let isWasmLoaded = false;

/** Loads WebAssembly's binaries, which the bundler puts beside the page, only once they are asked for. */
async function loadWasm(): Promise<void> {
  if (isWasmLoaded) return;
  const [{ setWasmPaths }, plain, simd, threaded] = await Promise.all([
    import('@tensorflow/tfjs-backend-wasm'),
    import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'),
    import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'),
    import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url'),
  ]);
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain.default,
    'tfjs-backend-wasm-simd.wasm': simd.default,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded.default,
  });
  isWasmLoaded = true;
}

/**
 * Makes a backend the one in use. Call while no tensor is held.
 * @throws Error if it does not start in this browser
 */
export async function startBackend(backend: Backend): Promise<void> {
  if (backend === 'wasm') await loadWasm();
  if (!(await tf.setBackend(backend))) throw new Error(`The backend ${backend} does not start in this browser.`);
  await tf.ready();
}
