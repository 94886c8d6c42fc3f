import { backend, getBackend } from '@tensorflow/tfjs-core';

type Heap = { _malloc: (bytes: number) => number };

/**
 * Makes the wasm backend throw where its heap has no room. It takes the null pointer that it then gets for an address, and writes over its own
 * memory: every later call aborts, or is wrong. Other backends are left alone.
 * @returns the way to take the check off
 */
export function checkWasmHeap(): () => void {
  const heap = getBackend() === 'wasm' ? (backend() as unknown as { wasm?: Heap }).wasm : undefined;
  const allocate = heap?._malloc;
  if (heap === undefined || typeof allocate !== 'function') return () => {};
  const checked = (bytes: number): number => {
    const address = allocate(bytes);
    if (address === 0 && bytes > 0) throw new RangeError(`wasm heap: no room for ${bytes} bytes`);
    return address;
  };
  heap._malloc = checked;
  return () => {
    if (heap._malloc === checked) heap._malloc = allocate;
  };
}
