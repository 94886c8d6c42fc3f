import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type Data, examplesOf, type Images, shuffled } from './data.js';

const FILE = new URL('../data/digits.csv.gz', import.meta.url);
const PIXELS = 64;
const BRIGHTEST = 16;
const TRAINING_SHARE = 0.8;

function imagesOf(rows: readonly (readonly number[])[]): Images {
  return {
    pixels: Float32Array.from(rows.flatMap((row) => row.slice(0, PIXELS).map((pixel) => pixel / BRIGHTEST))),
    labels: Int32Array.from(rows, (row) => row[PIXELS] as number),
  };
}

/**
 * The 1,797 UCI digits of 8 × 8 pixels: 1,437 to train on, 360 to test with.
 * @param seed of the split
 */
export function loadDigits(seed = 1): Data {
  const lines = gunzipSync(readFileSync(FILE)).toString('utf8').trim().split('\n');
  const rows = shuffled(
    lines.map((line) => line.split(',').map(Number)),
    seed,
  );
  const count = Math.floor(TRAINING_SHARE * rows.length);
  return { train: examplesOf(imagesOf(rows.slice(0, count))), test: examplesOf(imagesOf(rows.slice(count))) };
}
