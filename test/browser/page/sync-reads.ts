import { tf } from '../../tfjs/problems.js';

type Reading = { dataSync: () => unknown };
type Backend = { readSync: (dataId: object) => unknown };

/** Where `run` waits for the device: who called `dataSync`, or the backend's `readSync` where that is not how `data()` itself reads. */
export async function syncReadsOf(run: () => Promise<unknown>): Promise<string[]> {
  const found: string[] = [];
  const note = (): void => {
    found.push((new Error('read').stack ?? '').split('\n').slice(2, 6).join(' <'));
  };
  const tensors = tf.Tensor.prototype as unknown as Reading;
  const backend = tf.backend() as unknown as Backend;
  const { dataSync } = tensors;
  tensors.dataSync = function (this: Reading) {
    note();
    return dataSync.call(this);
  };
  if (tf.getBackend() !== 'cpu') {
    const readSync = backend.readSync.bind(backend);
    backend.readSync = (dataId) => {
      note();
      return readSync(dataId);
    };
  }
  try {
    await run();
    return found;
  } finally {
    tensors.dataSync = dataSync;
    delete (backend as Partial<Backend>).readSync;
  }
}
