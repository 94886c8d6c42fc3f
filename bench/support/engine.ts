import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { useWasm } from '../../examples/support/wasm.js';

/** What a benchmark can train on. */
export const ENGINES = ['wasm', 'native', 'cuda', 'webgpu'] as const;

/**
 * - `wasm`: WebAssembly, one thread
 * - `native`: TensorFlow's C library on the processor, `@tensorflow/tfjs-node`
 * - `cuda`: the same on a GPU, `@tensorflow/tfjs-node-gpu`
 * - `webgpu`: a GPU through Vulkan, Metal or Direct3D, npm `webgpu`
 */
export type Engine = (typeof ENGINES)[number];

/** What a GPU's adapter tells of itself. */
interface AdapterInfo {
  readonly vendor: string;
  readonly device: string;
  readonly description: string;
}

/** Renderers that are a processor in disguise. */
const SOFTWARE = /llvmpipe|swiftshader|lavapipe|software/i;

/** @throws RangeError that lists the engines, at another name */
export function engineFrom(name: string, among: readonly Engine[] = ENGINES): Engine {
  const engine = among.find((known) => known === name);
  if (engine !== undefined) return engine;
  throw new RangeError(`--engine must be one of ${among.join(', ')}; got '${name}'`);
}

/** Whether a package is installed. */
export function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

async function useNative(name: '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu'): Promise<void> {
  const setup = name.endsWith('gpu') ? 'npm run setup:native -- --gpu' : 'npm run setup:native';
  if (!isInstalled(name)) throw new Error(`${name} is not installed: ${setup}`);
  createRequire(import.meta.url)(name);
  if (!(await tf.setBackend('tensorflow'))) throw new Error(`${name} does not start here`);
}

/** What NVIDIA's own command says of the cards here, a line each; undefined where there is none. */
function nvidiaCards(): string | undefined {
  try {
    const question = ['--query-gpu=name', '--format=csv,noheader'];
    return execFileSync('nvidia-smi', question, {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}

const firstCard = (cards: string | undefined): string | undefined => cards?.split('\n')[0]?.trim() || undefined;

/** A GPU's name: NVIDIA's adapters describe their driver only, so `askCards` is asked for the card. */
export function deviceName({ vendor, device, description }: AdapterInfo, askCards = nvidiaCards): string {
  const text = description || `${vendor} ${device}`;
  const card = vendor.toLowerCase() === 'nvidia' ? firstCard(askCards()) : undefined;
  return card === undefined ? text : `${card} (${text})`;
}

/** @returns the GPU's name */
async function useWebGpu(): Promise<string> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create([]);
  const given = globalThis.navigator as object | undefined;
  Object.defineProperty(globalThis, 'navigator', { value: { ...given, gpu }, configurable: true });
  const adapter = (await gpu.requestAdapter({ powerPreference: 'high-performance' })) as {
    readonly info: AdapterInfo;
  } | null;
  if (adapter === null) throw new Error('webgpu finds no GPU: is there a Vulkan, Metal or Direct3D driver?');
  await import('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend('webgpu'))) throw new Error('the webgpu backend of TensorFlow.js does not start here');
  return deviceName(adapter.info);
}

/**
 * Makes an engine the backend of TensorFlow.js. Call before the first tensor.
 * @returns the device it runs on, where that is another than the processor
 * @throws Error that says how to install it, if it is not here or does not start
 */
export async function useEngine(engine: Engine): Promise<string | undefined> {
  let device: string | undefined;
  if (engine === 'wasm') await useWasm();
  else if (engine === 'webgpu') device = await useWebGpu();
  else if (engine === 'native') await useNative('@tensorflow/tfjs-node');
  else {
    await useNative('@tensorflow/tfjs-node-gpu');
    device = firstCard(nvidiaCards());
  }
  await tf.ready();
  return device;
}

/** Whether a device's name is that of a processor that renders in software. */
export function isSoftware(device: string): boolean {
  return SOFTWARE.test(device);
}
