import fc from 'fast-check';
import { exportRun } from '../../src/exporters/index.js';
import { FOREIGN_FORMATS, type ForeignFormat, importRun } from '../../src/importers/index.js';
import { formatHeader, formatStep } from '../../src/run-log/format.js';
import { type LogRecord, readRecords } from '../../src/run-log/stream.js';
import { all, golden, pieces, written } from '../importers/support.js';
import { anyLoggedRun, runOf } from '../run-log/support.js';

const FACTS = { baseBatchSize: 32, baseLearningRate: 0.01, datasetSize: 1000 };

async function* recordsOf(lines: readonly string[]): AsyncGenerator<LogRecord> {
  for await (const records of readRecords(pieces(lines.join('\n')))) yield* records;
}

/** The records as they read, without where they stood. */
async function contents(records: AsyncIterable<LogRecord>): Promise<unknown[]> {
  return (await all(records)).map((record) =>
    record.kind === 'header' ? record.header : { observation: record.observation, decision: record.decision },
  );
}

async function thereAndBack(lines: readonly string[], format: ForeignFormat): Promise<unknown[]> {
  const bytes = await written(exportRun(format, recordsOf(lines)));
  return contents((await importRun(format, pieces(bytes, 1000))).records);
}

const anyLines = anyLoggedRun.map(({ facts, about, steps }) => [
  formatHeader({ facts, about, options: { policy: { name: 'fixed', options: {} } } }),
  ...steps.map(([observation, decision]) => formatStep(observation, decision)),
]);

describe.each(FOREIGN_FORMATS)('%s', (format) => {
  test('gives a run log back as it was, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(anyLines, async (lines) => {
        expect(await thereAndBack(lines, format)).toEqual(await contents(recordsOf(lines)));
      }),
      { numRuns: 40 },
    );
  });

  test('keeps fields that nobody knows, and steps without a decision', async () => {
    const [header, one, two] = runOf(2) as [string, string, string];
    const more =
      '"layers":[{"name":"a","x":null}],"deep":{"__proto__":{"a":[1]}},"metrics":{"accuracy":0.5},"text":"é\\ud800"';
    const step = JSON.parse(two) as { decision?: unknown };
    delete step.decision;
    const lines = [header, `{${more},${one.slice(1)}`, JSON.stringify(step)];
    expect(await thereAndBack(lines, format)).toEqual(await contents(recordsOf(lines)));
  });
});

test.each(['keras-csv', 'lightning-csv', 'tensorboard'] as const)(
  '%s holds several runs, one without steps too',
  async (format) => {
    const lines = [...runOf(2, { run: 1 }), ...runOf(0, { run: 2 }), ...runOf(3, { run: 3 })];
    expect(await thereAndBack(lines, format)).toEqual(await contents(recordsOf(lines)));
  },
);

test('trainer_state.json holds one', async () => {
  const lines = [...runOf(1), ...runOf(1)];
  await expect(thereAndBack(lines, 'hugging-face')).rejects.toThrow('run log:3: another run; this format holds one');
});

describe.each([
  ['keras-csv', 'keras.csv'],
  ['lightning-csv', 'metrics.csv'],
  ['hugging-face', 'trainer_state.json'],
] as const)('%s from its own tool', (format, file) => {
  const reading = { name: file, facts: FACTS };
  const through = async (via: ForeignFormat | 'run-log'): Promise<Uint8Array> => {
    const { records } = await importRun(format, pieces(golden(file)), reading);
    const bytes = await written(exportRun(via, records));
    if (via !== 'run-log') {
      return written(exportRun(format, (await importRun(via, pieces(bytes))).records));
    }
    return written(exportRun(format, recordsOf([new TextDecoder().decode(bytes)])));
  };
  const read = (bytes: Uint8Array): unknown => {
    const text = new TextDecoder().decode(bytes).replaceAll('\r\n', '\n');
    return format === 'hugging-face' ? JSON.parse(text.replaceAll('NaN', 'null')) : text;
  };

  test.each(['run-log', ...FOREIGN_FORMATS.filter((via) => via !== format)] as const)(
    'comes back by way of %s with every cell of every row',
    async (via) => {
      expect(read(await through(via))).toEqual(read(golden(file)));
    },
  );
});

test('an event file comes back with every scalar of every tag', async () => {
  const scalars = async (bytes: Uint8Array): Promise<unknown[]> => {
    const steps = (await all((await importRun('tensorboard', pieces(bytes), { facts: FACTS })).records)).slice(1);
    return steps.flatMap(
      (record) => (record.kind === 'step' ? (record.observation as { imported?: unknown[] }).imported : []) ?? [],
    );
  };
  const { records } = await importRun('tensorboard', pieces(golden('torch.tfevents')), { facts: FACTS });
  const log = await written(exportRun('run-log', records));
  const again = await written(exportRun('tensorboard', recordsOf([new TextDecoder().decode(log)])));
  expect(await scalars(again)).toEqual(await scalars(golden('torch.tfevents')));
  expect((await scalars(again)).flat()).toHaveLength(85);
});
