import { isAllocationFailure } from '../../../src/tfjs/memory/allocation-failure.js';

test.each([
  ['cpu, V8', 'Array buffer allocation failed'],
  ['cpu, V8', 'Invalid typed array length: 34359738368'],
  ['cpu, Firefox', 'allocation size overflow'],
  ['cpu, Safari', 'Out of memory'],
  [
    'native',
    'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[67108864] and type float on /job:localhost/replica:0/task:0/device:CPU:0 by allocator mklcpu',
  ],
  ['native, GPU', 'Invalid TF_Status: 8\nMessage: failed to allocate memory [Op:MatMul]'],
  ['wasm, as checked here', 'wasm heap: no room for 536870912 bytes'],
  ['wasm', 'memory access out of bounds'],
  ['WebGL', 'Requested texture size [20000x1] greater than WebGL maximum on this browser / GPU [16384x16384].'],
  ['WebGL', 'WebGL Error: OUT_OF_MEMORY'],
  ['WebGPU', "Failed to execute 'createBuffer' on 'GPUDevice': createBuffer failed, size (4294967296) is too large"],
])('%s: "%s" says that memory ran out', (_backend, message) => {
  expect(isAllocationFailure(new Error(message))).toBe(true);
  expect(isAllocationFailure(message)).toBe(true);
});

test.each([
  ['a bug', "Cannot read properties of undefined (reading 'shape')"],
  [
    'a wrong shape',
    'Error when checking input: expected dense_Dense1_input to have shape [null,6] but got array with shape [4,5].',
  ],
  ['a wasm backend that is gone', 'Aborted(). Build with -sASSERTIONS for more info.'],
  ['WebGL without its weights', 'WebGL Error: CONTEXT_LOST_WEBGL'],
  ['a word that only sounds like it', 'the loss is out of memory of the past'],
])('%s does not: "%s"', (_what, message) => {
  expect(isAllocationFailure(new Error(message))).toBe(false);
  expect(isAllocationFailure(undefined)).toBe(false);
});
