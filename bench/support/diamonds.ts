import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { type Data, type Examples, shuffled } from '../../examples/support/data.js';
import { columnMoments, standardized } from './columns.js';

/** From the worst to the best; the place in the list is the feature. */
const CUTS = ['Fair', 'Good', 'Very Good', 'Premium', 'Ideal'];
const COLORS = ['J', 'I', 'H', 'G', 'F', 'E', 'D'];
const CLARITIES = ['I1', 'SI2', 'SI1', 'VS2', 'VS1', 'VVS2', 'VVS1', 'IF'];
const FEATURES = 9;
const TRAINING_SHARE = 0.8;
/** Lengths beyond are slips of the pen, as is 0 [mm]. */
const LONGEST = 20;

type Row = { readonly features: readonly number[]; readonly logPrice: number };

function rowOf(line: string): Row {
  const [carat, cut, color, clarity, depth, table, price, x, y, z] = line.split(',') as [string, ...string[]];
  const grades = [CUTS.indexOf(cut as string), COLORS.indexOf(color as string), CLARITIES.indexOf(clarity as string)];
  const features = [Number(carat), ...grades, ...[depth, table, x, y, z].map(Number)];
  return { features, logPrice: Math.log(Number(price)) };
}

function isPossible({ features }: Row): boolean {
  return features.slice(-3).every((length) => length > 0 && length < LONGEST);
}

function examplesOf(
  rows: readonly Row[],
  inputs: ReturnType<typeof columnMoments>,
  targets: ReturnType<typeof columnMoments>,
): Examples {
  const [x, y] = tablesOf(rows);
  return {
    inputs: tf.tensor2d(standardized(x, inputs), [rows.length, FEATURES]),
    targets: tf.tensor2d(standardized(y, targets), [rows.length, 1]),
  };
}

function tablesOf(rows: readonly Row[]): [Float32Array, Float32Array] {
  return [Float32Array.from(rows.flatMap(({ features }) => features)), Float32Array.from(rows, (row) => row.logPrice)];
}

/**
 * The diamonds of ggplot2, 53,940 less 23 of impossible size: the logarithm of the price from carat, cut, color, clarity, depth, table, x, y, z; all standardized by the
 * training part, four fifths of a seeded order.
 * @param count of the training examples [examples]; absent: all of them
 * @throws Error if the npm package `@observablehq/sample-datasets` is not installed
 */
export function loadDiamonds(count = Number.POSITIVE_INFINITY): Data {
  const file = createRequire(import.meta.url).resolve('@observablehq/sample-datasets/diamonds.csv');
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  const rows = shuffled(lines.map(rowOf).filter(isPossible), 1);
  const share = Math.floor(TRAINING_SHARE * rows.length);
  const train = rows.slice(0, Math.min(share, count));
  const [x, y] = tablesOf(train);
  const [inputs, targets] = [columnMoments(x, FEATURES), columnMoments(y, 1)];
  return { train: examplesOf(train, inputs, targets), test: examplesOf(rows.slice(share), inputs, targets) };
}
