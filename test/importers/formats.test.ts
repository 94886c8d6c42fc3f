import { detectFormat, importRun } from '../../src/importers/index.js';
import type { ForeignFormat, ImportOptions } from '../../src/importers/types.js';
import { all, golden, pieces, stepsOf } from './support.js';

/** Logs that Keras 3, Lightning 2.6, transformers 5.18 and torch's SummaryWriter wrote. */
const FILES = {
  'keras-csv': 'keras.csv',
  'lightning-csv': 'metrics.csv',
  'hugging-face': 'trainer_state.json',
  tensorboard: 'torch.tfevents',
} as const satisfies Record<ForeignFormat, string>;
const FACTS = { baseBatchSize: 32, baseLearningRate: 0.01 };

async function read(format: ForeignFormat, options: ImportOptions = {}) {
  const warnings: string[] = [];
  const given = { name: FILES[format], onWarning: (message: string) => void warnings.push(message), ...options };
  const run = await importRun(format, pieces(golden(FILES[format]), 100), given);
  return { ...run, records: await all(run.records), warnings };
}

test.each(Object.entries(FILES))('%s is told by how it starts', (format, file) => {
  expect(detectFormat(golden(file), file)).toBe(format);
});

test('Keras: a row is an epoch', async () => {
  const { records, signals, warnings } = await read('keras-csv', { facts: { ...FACTS, datasetSize: 1000 } });
  expect(signals).toEqual(['loss', 'validationLoss', 'learningRate']);
  expect(warnings).toEqual([]);
  expect(records[0]).toMatchObject({ kind: 'header', header: { facts: { baseBatchSize: 32, datasetSize: 1000 } } });
  expect(records.slice(1).map((record) => record.kind === 'step' && record.observation)).toMatchObject(
    [0, 1, 2, 3, 4, 5].map((epoch) => ({
      step: 32 * (epoch + 1),
      epoch,
      examplesSeen: 1000 * (epoch + 1),
      batchSize: 32,
      learningRate: epoch > 3 ? 0.0005 : 0.001,
      loss: 2 / (epoch + 1),
      validationLoss: 2.2 / (epoch + 1),
      stepMs: Number.NaN,
    })),
  );
});

test('Keras: without the size of the data a row is an update, and this is said', async () => {
  const { records, warnings } = await read('keras-csv', { facts: FACTS });
  expect(records.at(-1)).toMatchObject({ observation: { step: 6, epoch: 5, examplesSeen: 192 } });
  expect(warnings).toEqual(['keras.csv: each row is taken for one update, for the size of the data is not known']);
});

test('Lightning: rows of training, evaluation and learning rate become one', async () => {
  const { records, signals } = await read('lightning-csv', { facts: FACTS });
  expect(signals).toEqual(['loss', 'validationLoss', 'learningRate']);
  const steps = records.flatMap((record) => (record.kind === 'step' ? [record.observation] : []));
  expect(steps).toMatchObject(
    [10, 20, 30, 40, 50, 60].map((step, i) => ({
      step,
      epoch: Math.floor(i / 2),
      examplesSeen: 32 * step,
      learningRate: 0.1 * 0.5 ** Math.floor(i / 2),
      loss: 2 / step,
      ...(i % 2 === 1 && { validationLoss: 2.5 / step }),
    })),
  );
  expect(steps[0]).not.toHaveProperty('validationLoss');
});

test('Hugging Face: entries of training and evaluation, a loss that is not a number', async () => {
  const { records, signals, warnings } = await read('hugging-face');
  expect(signals).toEqual(['loss', 'validationLoss', 'learningRate']);
  expect(warnings).toEqual([
    'trainer_state.json: the batch size is taken to be train_batch_size, 8: right for one device',
  ]);
  expect(records[0]).toMatchObject({
    header: { facts: { baseBatchSize: 8, baseLearningRate: 3.7500000000000003e-5 } },
  });
  expect(records.slice(1).map((record) => record.kind === 'step' && record.observation)).toMatchObject([
    { step: 10, epoch: 0, examplesSeen: 80, loss: 0.2 },
    { step: 20, epoch: 0, loss: 0.1, validationLoss: 2.2 / 20 },
    { step: 30, epoch: 1, loss: Number.NaN },
    { step: 40, epoch: 1, loss: 0.05, validationLoss: 2.2 / 40 },
  ]);
});

test('TensorBoard: scalars joined by step, times from the clock, what is no scalar left out', async () => {
  const { records, signals, warnings } = await read('tensorboard', { facts: FACTS });
  expect(signals).toEqual(['loss', 'validationLoss', 'learningRate', 'time']);
  expect(warnings).toEqual(['torch.tfevents: 5 values that are no numbers, left out']);
  const steps = records.flatMap((record) => (record.kind === 'step' ? [record.observation] : []));
  expect(steps).toHaveLength(40);
  steps.forEach((observation, i) => {
    const step = i + 1;
    expect(observation).toMatchObject({ step, epoch: 0, examplesSeen: 32 * step, loss: Math.fround(2 / step + 0.1) });
    expect(observation.stepMs).toBe(i === 0 ? Number.NaN : 250);
    expect(observation.validationLoss).toBe(step % 10 === 0 ? Math.fround(2.5 / step + 0.2) : undefined);
  });
});

test('a column can be named', async () => {
  const columns = { loss: 'train_loss_epoch', learningRate: 'lr-SGD' };
  const { records } = await read('lightning-csv', { facts: FACTS, columns });
  const steps = records.flatMap((record) => (record.kind === 'step' ? [record.observation] : []));
  expect(steps).toMatchObject(
    [20, 40, 60].map((step) => ({ step, loss: 2.1 / step, learningRate: expect.any(Number) })),
  );
});

test('an evaluation before any training goes to the first step, a late one to the last', async () => {
  const text = 'step,loss,val_loss\n0,,9\n1,3,\n2,2,\n2,,1.5\n';
  const { records } = await importRun('lightning-csv', pieces(text), { facts: FACTS });
  expect(await stepsOf(records)).toMatchObject([
    { step: 2, validationLoss: 9 },
    { step: 3, validationLoss: 1.5 },
  ]);
});
