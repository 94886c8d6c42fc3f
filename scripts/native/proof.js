import { run } from './run.js';

// One step of a small net, checked by the loss: at first ln 2, after the step below it.
const TRAIN = `
process.env.TF_CPP_MIN_LOG_LEVEL = '3';
const tf = require(process.argv[1]);
const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [4], activation: 'softmax', kernelInitializer: 'zeros' })] });
model.compile({ optimizer: tf.train.sgd(0.5), loss: 'categoricalCrossentropy' });
const x = tf.tensor2d([[1, 0, 0, 0], [0, 1, 0, 0]]);
const y = tf.tensor2d([[1, 0], [0, 1]]);
(async () => {
  const before = await model.trainOnBatch(x, y);
  const after = await model.trainOnBatch(x, y);
  if (tf.getBackend() !== 'tensorflow') throw new Error('the backend is ' + tf.getBackend());
  if (!(Math.abs(before - Math.LN2) < 1e-5 && after < before)) throw new Error('one step took the loss from ' + before + ' to ' + after);
  const { isGPUPackage, isUsingGpuDevice } = tf.backend();
  const card = isUsingGpuDevice ? ', on a card' : ', on the CPU: no card is in use. Not checked: that it runs on a card, with its CUDA and cuDNN';
  const version = require(process.argv[1] + '/package.json').version;
  console.log('PROOF version ' + version + ' trained one step, loss ' + before.toFixed(4) + ' to ' + after.toFixed(4) + (isGPUPackage ? card : ''));
})().catch((error) => { console.error(error.message); process.exit(1); });
`;

/** Loads the package in a process of its own and trains one step; a package without its library may take the process down. */
export function prove(name) {
  const { isDone, text } = run(process.execPath, ['-e', TRAIN, name], { minutes: 2 });
  const line = text.match(/^PROOF (.*)$/m)?.[1];
  return { isWorking: isDone && line !== undefined, text: line ?? text };
}
