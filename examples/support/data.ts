import * as tf from '@tensorflow/tfjs';

/** Inputs and one-hot targets, a row for each example. */
export interface Examples {
  readonly inputs: tf.Tensor2D;
  readonly targets: tf.Tensor2D;
}

/** What a model is trained on and what it is judged by. */
export interface Data {
  readonly train: Examples;
  readonly test: Examples;
}

/** Images as rows of pixels in [0, 1], and the digit that each shows. */
export interface Images {
  readonly pixels: Float32Array;
  readonly labels: Int32Array;
}

const DIGITS = 10;

/** A seeded generator of numbers in (0, 1): Lehmer's, of Park and Miller 1988. @param seed a whole number in 1..2³¹ − 2 */
export function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

/** The items in a seeded random order: Fisher and Yates. */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const result = [...items];
  const random = lehmer(seed);
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as Item, result[i] as Item];
  }
  return result;
}

/** Images as tensors. */
export function examplesOf({ pixels, labels }: Images): Examples {
  const inputs = tf.tensor2d(pixels, [labels.length, pixels.length / labels.length]);
  const targets = new Float32Array(labels.length * DIGITS);
  labels.forEach((label, i) => {
    targets[i * DIGITS + label] = 1;
  });
  return { inputs, targets: tf.tensor2d(targets, [labels.length, DIGITS]) };
}

/** Gives the tensors back. */
export function disposeData({ train, test }: Data): void {
  tf.dispose([train.inputs, train.targets, test.inputs, test.targets]);
}
