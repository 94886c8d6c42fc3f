import { getBackend, memory } from '@tensorflow/tfjs-core';
import { checkGreater, checkOneOf } from '../../core/checks.js';
import { roomInProcess } from './process-limits.js';

/** How a training looks after memory. */
export interface MemorySettings {
  /** Largest micro-batch [examples]. */
  readonly maxMicroBatchSize: number;
  /** Bytes of tensors that a step may take; Infinity: no bound. @defaultValue as {@link defaultMaxMemory} says */
  readonly maxMemory?: number | undefined;
  /** Whether growing sizes are tried out before the first step. @defaultValue false */
  readonly probeMemory?: boolean | undefined;
}

/** Of the 4 GiB that wasm can address, what tensors may take: its heap also holds gaps and what kernels need for themselves. */
const WASM_BYTES = 3 * 2 ** 30;
/** Share of the free memory that tensors may take: the rest is for what the engine does not count. */
const SHARE = 0.75;
/** Backends whose tensors lie in the process's memory. */
const HOST_BACKENDS: readonly string[] = ['cpu', 'tensorflow'];

type Host = { readonly process?: { readonly availableMemory?: () => number } };

/**
 * Bytes of tensors that a step may take where nobody says so.
 *
 * wasm: 3 of the 4 GiB that it can address. cpu and TensorFlow's C library in Node: three quarters of what the machine, the container or the limits of the
 * process leave, beside what tensors take already. Infinity elsewhere: a browser tells neither the memory of the page nor that of the graphics card.
 */
export function defaultMaxMemory(): number {
  const name = getBackend();
  if (name === 'wasm') return WASM_BYTES;
  const available = (globalThis as Host).process?.availableMemory?.();
  if (!HOST_BACKENDS.includes(name) || available === undefined) return Number.POSITIVE_INFINITY;
  return memory().numBytes + SHARE * Math.min(available, roomInProcess());
}

/** @throws RangeError if `maxMemory` is not a number of bytes > 0 (Infinity is no bound) or `probeMemory` neither true nor false */
export function checkMemoryOptions({ maxMemory, probeMemory }: Partial<MemorySettings>): void {
  if (maxMemory !== undefined && maxMemory !== Number.POSITIVE_INFINITY) checkGreater('maxMemory', maxMemory, 0);
  checkOneOf('probeMemory', probeMemory ?? false, [true, false]);
}
