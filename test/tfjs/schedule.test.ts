import * as data from '@tensorflow/tfjs-data';
import { adaptiveBatch, cosine, fixed, inverseTime, linear, type StepObservation } from '../../src/index.js';
import { blobs, classifier, tf } from './support.js';

const { x, y } = blobs(64);

async function trained(options: object, change?: (rate: number) => number) {
  const optimizer = tf.train.sgd(0.5) as unknown as tf.SGDOptimizer & { learningRate: number };
  const seen: StepObservation[] = [];
  const model = classifier(optimizer);
  const adaptive = adaptiveBatch(model, { policy: fixed(16), learningRate: linear(), ...options });
  adaptive.controller.on('decision', (_decision, observation) => {
    seen.push(observation);
    if (change !== undefined) optimizer.setLearningRate(change(optimizer.learningRate));
  });
  await model.fit(x, y, { batchSize: 8, epochs: 2, verbose: 0, callbacks: adaptive });
  return { seen, rate: optimizer.learningRate };
}

test('the rate is the user’s, times the rule’s, times the course at the examples seen', async () => {
  const { seen, rate } = await trained({ schedule: inverseTime({ over: { epochs: 1 } }) });
  const expected = seen.map((_, i) => 0.5 * 2 * (1 / (1 + (16 * i) / 64)));
  expect(seen.map(({ learningRate }) => learningRate)).toEqual(expected);
  expect(new Set(seen.map(({ baseLearningRate }) => baseLearningRate))).toEqual(new Set([0.5]));
  expect(rate).toBe(0.5);
});

test('where the user changes the rate as well, the course multiplies what he makes of it', async () => {
  let isChanged = false;
  const halveOnce = (rate: number): number => {
    if (isChanged) return rate;
    isChanged = true;
    return 0.25;
  };
  const { seen, rate } = await trained({ schedule: inverseTime({ over: { epochs: 1 } }) }, halveOnce);
  const course = seen.map((_, i) => 2 * (1 / (1 + (16 * i) / 64)));
  expect(seen.map(({ learningRate }) => learningRate)).toEqual(course.map((one, i) => one * (i === 0 ? 0.5 : 0.25)));
  expect(rate).toBe(0.25);
});

test('a stream of unknown length cannot tell epochs: refused at the start, before a step', async () => {
  const model = classifier(tf.train.sgd(0.5));
  const before = model.getWeights().map((weight) => weight.dataSync());
  const stream = data.zip({ xs: data.array(x.arraySync()), ys: data.array(y.arraySync()) }).filter(() => true);
  const train = async (schedule: ReturnType<typeof cosine>): Promise<unknown> => {
    const adaptive = adaptiveBatch(model, { schedule, batchSize: 8 });
    return model.fitDataset(adaptive.batches(stream as never) as never, { epochs: 1, verbose: 0, callbacks: adaptive });
  };
  await expect(train(cosine({ epochs: 1 }))).rejects.toThrow(
    new RangeError(
      'cosine: a length in epochs needs the size of the data, which this run does not know; give it in examples',
    ),
  );
  expect(model.getWeights().map((weight) => weight.dataSync())).toEqual(before);
  await train(cosine({ examples: 64 }));
  expect(model.getWeights().map((weight) => weight.dataSync())).not.toEqual(before);
});
