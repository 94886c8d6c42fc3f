import fc from 'fast-check';
import { detectFormat, FOREIGN_FORMATS, importRun } from '../../src/importers/index.js';
import type { ForeignFormat, ImportOptions } from '../../src/importers/types.js';
import { all, golden, pieces, stepsOf } from './support.js';

const FACTS = { baseBatchSize: 32, baseLearningRate: 0.01 };
const BOM = '\uFEFF';

async function read(format: ForeignFormat, content: string | Uint8Array, options: ImportOptions = { facts: FACTS }) {
  const { records } = await importRun(format, pieces(content), { name: 'log', ...options });
  return stepsOf(records);
}

test.each([
  ['keras-csv', '', 'log: is empty'],
  ['keras-csv', 'epoch,loss\n0,abc\n', 'log:2: loss must be a number; got "abc"'],
  ['keras-csv', 'epoch,loss\n0,1\n1.5,2\n', 'log:3: epoch must be a whole number >= 0; got 1.5'],
  ['keras-csv', 'epoch,loss\n0,1,2\n', 'log:2: not a row of CSV'],
  ['keras-csv', 'epoch,loss\n0\n', 'log:2: not a row of CSV'],
  ['keras-csv', 'epoch,loss\n0,"1\n', 'log:2: not a row of CSV'],
  ['keras-csv', 'epoch,loss,loss\n0,1,1\n', "log:1: column 'loss' stands there twice"],
  [
    'keras-csv',
    'epoch,accuracy\n0,1\n',
    'log: no column is known to hold the training loss; name one of epoch, accuracy',
  ],
  ['keras-csv', 'epoch,loss\n', 'log: no row has a training loss (loss)'],
  ['keras-csv', 'epoch,loss\n0,\n', 'log: no row has a training loss (loss)'],
  ['lightning-csv', 'step,loss\n1,1\n1,2\n', 'log:3: steps must grow; got 2 after 2'],
  ['lightning-csv', 'step,loss\n9,1\n1,2\n', 'log:3: steps must grow; got 2 after 10'],
  ['lightning-csv', 'step,loss,batch_size\n1,1,0\n', 'log:2: the batch size must be a number >= 1; got 0'],
  ['lightning-csv', 'step,loss\n1e300,1\n', 'log:2: step must be a whole number >= 0; got 1e+300'],
  ['hugging-face', '', 'log: not JSON: Unexpected end of JSON input'],
  ['hugging-face', '{"log_history": [', 'log: not JSON: '],
  ['hugging-face', '[]', 'log: trainer state must be a JSON object'],
  ['hugging-face', '{}', 'log: log_history must be an array of objects; got undefined'],
  ['hugging-face', '{"log_history":[1]}', 'log: log_history[0]: entry must be an object; got 1'],
  ['hugging-face', '{"log_history":[{"loss":{}}]}', 'log: log_history[0]: loss must be a number; got [object Object]'],
  [
    'hugging-face',
    '{"log_history":[{"loss":1,"step":0}]}',
    'log: log_history[0]: step must be a whole number >= 1; got 0',
  ],
  [
    'hugging-face',
    '{"log_history":[{"loss":1}],"train_batch_size":"many"}',
    'log: train_batch_size must be a number; got "many"',
  ],
  [
    'hugging-face',
    `{"log_history":[{"loss":1,"x":${'['.repeat(1e5)}${']'.repeat(1e5)}}]}`,
    'log: is nested more than 16 deep',
  ],
  ['tensorboard', 'not an event file', 'log: record 1: the checksum of its length is wrong'],
] as const)('%s refuses %j', async (format, content, message) => {
  const reading = read(format, content);
  await expect(reading).rejects.toThrow(TypeError);
  await expect(read(format, content)).rejects.toThrow(message);
});

test('what the run does not tell has to be given', async () => {
  const csv = 'step,loss\n1,1\n';
  await expect(read('lightning-csv', csv, {})).rejects.toThrow(
    'log: does not tell the batch size: give facts.baseBatchSize',
  );
  const facts = { baseBatchSize: 8 };
  await expect(read('lightning-csv', csv, { facts })).rejects.toThrow(
    'does not tell the learning rate: give facts.baseLearningRate',
  );
  const columns = { loss: 'lost' };
  await expect(read('lightning-csv', csv, { columns })).rejects.toThrow(
    "log: there is no column 'lost' for loss; there are step, loss",
  );
});

test('CSV comes with marks, quotes and line ends of any kind', async () => {
  const steps = [
    { step: 1, loss: 0.5 },
    { step: 2, loss: Number.NaN },
  ];
  for (const end of ['\n', '\r\n', '\r']) {
    const text = [`${BOM}"step","a,""b""","loss"`, '0,"x\ny",0.5', '"1",,"nan"', ''].join(end);
    expect(await read('lightning-csv', text)).toMatchObject(steps);
  }
  const wide = Buffer.from(`${BOM}step,loss\n0,0.5\n1,nan\n`, 'utf16le');
  expect(await read('lightning-csv', wide)).toMatchObject(steps);
});

test('a column named like a prototype is a column', async () => {
  const [step] = await read('lightning-csv', 'step,__proto__,constructor,loss\n0,1,2,3\n');
  expect(step).toMatchObject({ loss: 3, imported: [['0', '1', '2', '3']] });
  const [entry] = await read('hugging-face', '{"log_history":[{"__proto__":{"step":5},"loss":1,"step":1}]}');
  expect(entry).toMatchObject({ step: 1, loss: 1 });
  expect(({} as { step?: number }).step).toBeUndefined();
});

test('a quote that is never closed ends with an error, not with the memory', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('step,loss\n0,"');
    for (;;) yield Buffer.alloc(2 ** 20, 'x');
  }
  const reading = async (): Promise<unknown> =>
    all((await importRun('lightning-csv', endless(), { name: 'log', facts: FACTS })).records);
  await expect(reading()).rejects.toThrow(/^log:2: not a row of CSV/);
});

test('rows without a loss do not pile up', async () => {
  const csv = `step,loss,x\n0,1,\n${'1,,2\n'.repeat(20_000)}`;
  await expect(read('lightning-csv', csv)).rejects.toThrow('more than 10000 rows without a training loss (loss)');
});

/** Cells that a damaged or malicious log may hold. */
const anyCell = fc.oneof(
  fc.constantFrom(
    '',
    'NaN',
    'Infinity',
    '-inf',
    '1e999',
    '__proto__',
    '"',
    '""',
    ',',
    '\0',
    '\uFEFF',
    '1.5',
    '-3',
    'true',
    'null',
  ),
  fc.double().map(String),
  fc.string({ unit: 'binary' }),
);
const anyCsv = fc
  .tuple(
    fc.array(fc.constantFrom('step', 'loss', 'val_loss', 'epoch', 'lr', 'runLog', 'more', 'decision.step'), {
      maxLength: 6,
    }),
    fc.array(fc.array(anyCell, { maxLength: 6 }), { maxLength: 6 }),
  )
  .map(([head, rows]) => [head, ...rows].map((row) => row.join(',')).join('\n'));
const anyHistory = fc
  .array(fc.dictionary(fc.constantFrom('loss', 'step', 'epoch', 'runLog', '__proto__'), fc.jsonValue()))
  .map((history) => JSON.stringify({ log_history: history, trial_params: { runLog: history[0] ?? null } }));

test.each([
  ['keras-csv', anyCsv],
  ['lightning-csv', anyCsv],
  ['hugging-face', anyHistory],
] as const)('%s: whatever comes is read or refused with a place', async (format, anyText) => {
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      const outcome = await read(format, text).catch((error: unknown) => error);
      if (Array.isArray(outcome)) return;
      expect(outcome).toBeInstanceOf(TypeError);
      expect((outcome as Error).message).toMatch(/^log/);
    }),
    { numRuns: 300 },
  );
});

const FILES = ['keras.csv', 'metrics.csv', 'trainer_state.json', 'torch.tfevents'] as const;

test.each(
  FILES.map((file, i) => [file, (['keras-csv', 'lightning-csv', 'hugging-face', 'tensorboard'] as const)[i]] as const),
)('a damaged %s is read or refused with a place', async (file, format) => {
  const bytes = golden(file);
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), async (at, byte, isCut) => {
      const damaged = isCut ? bytes.slice(0, at) : bytes.slice();
      if (!isCut) damaged[at] = byte;
      const outcome = await read(format as ForeignFormat, damaged).catch((error: unknown) => error);
      if (Array.isArray(outcome)) return;
      expect(outcome).toBeInstanceOf(TypeError);
      expect((outcome as Error).message).toMatch(/^log/);
    }),
    { numRuns: 300 },
  );
});

test('any bytes have a format or none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        expect(['run-log', ...FOREIGN_FORMATS]).toContain(detectFormat(bytes, 'log'));
      } catch (thrown) {
        expect((thrown as Error).message).toMatch(/^log: is no run log/);
      }
    }),
  );
});
