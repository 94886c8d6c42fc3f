import { distinct } from '../../../bench/policies/measure.js';
import { namedPairs } from '../../../bench/time-to-target/named-pairs.js';
import { TASKS, tasksOn } from '../../../bench/time-to-target/tasks.js';

describe('the pairs that a user would try', () => {
  it('are 32, 128 and 512, the rate along with the size from 16 or with its root', () => {
    const pairs = namedPairs(0.01).map(({ batchSize, learningRate }) => [batchSize, Number(learningRate.toFixed(6))]);
    expect(pairs).toEqual([
      [32, 0.02],
      [32, 0.014142],
      [128, 0.08],
      [128, 0.028284],
      [512, 0.32],
      [512, 0.056569],
    ]);
  });

  it('are run once where the grid has them too, whatever the last digits of the rate', () => {
    const pairs = [
      { batchSize: 32, learningRate: 0.02 },
      { batchSize: 64, learningRate: 0.02 },
      { batchSize: 32, learningRate: 0.02 + 1e-16 },
      { batchSize: 32, learningRate: 0.021 },
    ];
    expect(distinct(pairs)).toEqual([pairs[0], pairs[1], pairs[3]]);
  });
});

describe('the tasks of the table', () => {
  it('leave the convolutional net out on WebAssembly, which cannot train it', () => {
    expect(TASKS.map(({ name }) => name)).toEqual(['mlpFashion', 'cnnFashion', 'softmaxMnist', 'lstmDigits']);
    expect(tasksOn('wasm').map(({ name }) => name)).toEqual(['mlpFashion', 'softmaxMnist', 'lstmDigits']);
  });

  it('are all there on native TensorFlow, the perceptron with more seeds', () => {
    const [perceptron, ...others] = TASKS;
    expect(tasksOn('native')).toEqual([{ ...perceptron, seeds: [1, 2, 3, 4, 5, 6, 7] }, ...others]);
  });
});
