import { useWasm } from '../../../examples/support/wasm.js';
import { checkWasmHeap } from '../../../src/tfjs/memory/wasm-heap.js';
import { relativeDifference, tf } from '../support.js';
import type { Way } from './support.js';

await useWasm();
// Its data are tensors.
const { net, WAYS } = await import('./support.js');

type Wasm = { wasm: { _malloc: (bytes: number) => number } };

// The module puts its allocator in place at the first call.
tf.dispose(tf.scalar(1));

const heap = (): Wasm['wasm'] => (tf.backend() as unknown as Wasm).wasm;

/** Runs `run` on a heap that gives the null pointer for more than `most` bytes at a time, as one of 4 GiB does when it is full. */
async function onFullHeap<Result>(
  most: number,
  run: () => Promise<Result>,
): Promise<{ result: Result; refused: number }> {
  const wasm = heap();
  const allocate = wasm._malloc;
  let refused = 0;
  wasm._malloc = (bytes) => {
    if (bytes <= most) return allocate(bytes);
    refused++;
    return 0;
  };
  const limited = wasm._malloc;
  try {
    const result = await run();
    expect(wasm._malloc).toBe(limited);
    return { result, refused };
  } finally {
    wasm._malloc = allocate;
  }
}

test('an allocation that fails throws, where the backend itself would write to address 0', () => {
  const wasm = heap();
  const allocate = wasm._malloc;
  const release = checkWasmHeap();
  expect(tf.sum(tf.ones([10])).dataSync()[0]).toBe(10);
  release();
  expect(wasm._malloc).toBe(allocate);
  wasm._malloc = () => 0;
  const releaseFull = checkWasmHeap();
  expect(() => tf.zeros([10])).toThrow('wasm heap: no room for 40 bytes');
  releaseFull();
  wasm._malloc = allocate;
});

tf.env().set('IS_TEST', false);

describe.each(Object.entries(WAYS))('in %s', (_name, train: Way) => {
  test('a training on a full heap goes on in smaller micro-batches, to the same weights', async () => {
    const free = (values: tf.Tensor): tf.Tensor => values;
    const optimizer = (): tf.Optimizer => tf.train.momentum(0.05, 0.9);
    // 8 units of 20 examples.
    const { result, refused } = await onFullHeap(640, () => train(net(optimizer(), free), {}));
    const bounded = await train(net(optimizer(), free), { maxMicroBatchSize: 16 });
    expect(refused).toBeGreaterThan(0);
    expect(result.warnings.at(-1)).toMatch(/^memory ran out at a micro-batch of \d+: batches of more than 16 /);
    expect(relativeDifference(result.weights, bounded.weights)).toBeLessThan(1e-5);
    expect(result.left).toBe(bounded.left);
  });
});
