import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Data, examplesOf, type Images, lehmer } from '../../examples/support/data.js';
import { imagesFromIdx } from './idx.js';

const PACKAGE = 'dataset-fashion-mnist';
/** Where Debian's package puts the files. */
const USUAL = '/usr/share/datasets/fashion-mnist';
const LABELS = 10;

function packaged(): string | undefined {
  try {
    const files = execFileSync('dpkg', ['-L', PACKAGE], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const images = files.split('\n').find((file) => file.endsWith('train-images-idx3-ubyte.gz'));
    return images && dirname(images);
  } catch {
    return undefined;
  }
}

/** The folder with the four gzipped IDX files, where there is one: FASHION_MNIST, or that of the Debian package. */
export function fashionFolder(): string | undefined {
  return process.env.FASHION_MNIST ?? (existsSync(USUAL) ? USUAL : packaged());
}

function bytesOf(file: string): Uint8Array {
  const folder = fashionFolder();
  const path = folder && join(folder, file);
  if (path !== undefined && existsSync(path)) return gunzipSync(readFileSync(path));
  throw new Error(
    `Fashion-MNIST is not ${folder === undefined ? 'here' : `in ${folder}`}: on Debian or Ubuntu 'apt-get install ${PACKAGE}' brings it; ` +
      'elsewhere put its four *-ubyte.gz files into a folder and name that in the environment variable FASHION_MNIST',
  );
}

function imagesOf(name: string, count: number): Images {
  return imagesFromIdx(bytesOf(`${name}-images-idx3-ubyte.gz`), bytesOf(`${name}-labels-idx1-ubyte.gz`), count);
}

/** The labels, a share of them replaced by random ones (a tenth of which happen to be right). */
export function noisy(labels: Int32Array, share: number, seed: number): Int32Array {
  const random = lehmer(seed);
  return labels.map((label) => {
    const [isReplaced, other] = [random() < share, Math.floor(random() * LABELS)];
    return isReplaced ? other : label;
  });
}

/**
 * Fashion-MNIST: images of 28 × 28 pixels, 60,000 to train on and 10,000 to test with.
 * @param count of the training examples, the first ones [examples]
 * @param noise share of the training labels that are replaced by seeded random ones
 * @throws Error that says how to install it, if it is not here
 */
export function loadFashion(count = 60_000, noise = 0): Data {
  const train = imagesOf('train', count);
  const labels = noise === 0 ? train.labels : noisy(train.labels, noise, 1);
  return { train: examplesOf({ ...train, labels }), test: examplesOf(imagesOf('t10k', 10_000)) };
}
