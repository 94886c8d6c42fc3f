import { blobs, layers, tf } from '../../tfjs/problems.js';

type Task = { model: layers.Sequential; data: { x: tf.Tensor; y: tf.Tensor } };

const {
  conv2d,
  dense,
  embedding,
  flatten,
  lstm,
  maxPooling2d,
  batchNormalization,
  depthwiseConv2d,
  layerNormalization,
} = layers.layers;

const output = (): layers.layers.Layer => dense({ units: 3, activation: 'softmax' });

/** 32 examples in three classes, in the shape that the first layer takes. */
function task(shape: number[], stack: layers.layers.Layer[]): Task {
  const { x, y } = blobs(
    32,
    7,
    shape.reduce((product, size) => product * size, 1),
  );
  return { model: layers.sequential({ layers: [...stack, output()] }), data: { x: tf.reshape(x, [32, ...shape]), y } };
}

function words(): Task {
  const { y } = blobs(32);
  const x = tf.tensor2d(
    Array.from({ length: 32 * 4 }, (_, i) => i % 5),
    [32, 4],
    'int32',
  );
  const stack = [embedding({ inputDim: 5, outputDim: 3, inputLength: 4 }), flatten(), output()];
  return { model: layers.sequential({ layers: stack }), data: { x, y } };
}

const image = { filters: 2, kernelSize: 3, inputShape: [6, 6, 1] };

/** Small nets with layers of each kind that has operations of its own in the backward pass. */
export const layerKinds = {
  conv2d: () => task([6, 6, 1], [conv2d(image), flatten()]),
  maxPooling2d: () => task([6, 6, 1], [conv2d(image), maxPooling2d({ poolSize: 2 }), flatten()]),
  depthwiseConv2d: () => task([6, 6, 1], [depthwiseConv2d({ kernelSize: 3, inputShape: [6, 6, 1] }), flatten()]),
  lstm: () => task([3, 2], [lstm({ units: 3, inputShape: [3, 2] })]),
  embedding: words,
  batchNormalization: () => task([6], [dense({ units: 4, inputShape: [6] }), batchNormalization()]),
  layerNormalization: () => task([6], [dense({ units: 4, inputShape: [6] }), layerNormalization()]),
} satisfies Record<string, () => Task>;
