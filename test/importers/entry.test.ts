import { createReadStream } from 'node:fs';
import { fixed } from 'tfjs-adaptive-batch/core';
import * as entry from 'tfjs-adaptive-batch/formats';

test('the entry reads, refuses and writes', async () => {
  const facts = { baseBatchSize: 32, baseLearningRate: 0.01 };
  const source = createReadStream('test/golden/imports/metrics.csv');
  const { signals, records } = await entry.importRun('lightning-csv', source, { facts });
  expect(entry.optionsFor({ policy: fixed(64) }, signals, 'metrics.csv').learningRate?.name).toBe('none');
  expect(entry.policiesFor(signals)).toEqual(['fixed', 'growOnPlateau', 'lossDamping', 'stages']);
  let lines = '';
  for await (const text of entry.exportRun('run-log', records)) lines += text;
  expect(lines.trim().split('\n')).toHaveLength(7);
  expect(entry.detectFormat(new TextEncoder().encode(lines), 'log')).toBe('run-log');
});
