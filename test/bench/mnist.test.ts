import { loadMnist } from '../../bench/support/mnist.js';
import { disposeData } from '../../examples/support/data.js';
import { useWasm } from '../../examples/support/wasm.js';

describe('loadMnist', () => {
  it('reads images and labels from the raw files', async () => {
    await useWasm();
    const { train, test } = loadMnist(6);
    expect(train.inputs.shape).toEqual([6, 784]);
    expect(test.targets.shape).toEqual([10_000, 10]);
    expect([...train.targets.argMax(1).dataSync()]).toEqual([5, 0, 4, 1, 9, 2]);
    expect([...test.targets.slice(0, 5).argMax(1).dataSync()]).toEqual([7, 2, 1, 0, 4]);
    expect(train.inputs.max().dataSync()[0]).toBe(1);
    disposeData({ train, test });
  });
});
