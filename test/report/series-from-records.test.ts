import { assemble } from '../../src/assembly/assemble.js';
import type { ReportRecord } from '../../src/report/series-from-records.js';
import { seriesFromRecords, seriesFromRun } from '../../src/report/series-from-records.js';
import type { RunLogHeader } from '../../src/run-log/format.js';
import { HEADER } from '../run-log/support.js';
import { madeSteps } from './support.js';

const header: RunLogHeader = { runLog: 1, version: '0.1.0', ...HEADER };
const steps = madeSteps(60).map(({ observation, decision }): ReportRecord => ({ kind: 'step', observation, decision }));

test('reads a run with its changes, reasons and what its header says', async () => {
  const [series, ...rest] = await seriesFromRecords([[{ kind: 'header', header }, ...steps]], { name: 'a run' });
  expect(rest).toEqual([]);
  expect(series).toMatchObject({ name: 'a run', kind: 'run', about: { tfjs: '4.22.0' }, summary: { steps: 60 } });
  expect(series?.changes.map(({ step }) => step)).toEqual([20, 40, 60]);
});

test('estimates the noise scale as the run did, whatever its policy was called', async () => {
  const unknown = { ...header, options: { ...header.options, policy: { name: 'mine', options: {} } } };
  const [series] = await seriesFromRecords([[{ kind: 'header', header: unknown }], steps], { name: 'x' });
  const pipeline = assemble({}, header.facts);
  let state = pipeline.start();
  const expected = steps.map((record) => {
    if (record.kind === 'step') ({ state } = pipeline.advance(state, record.observation));
    return state.estimates.noise?.noiseScale ?? Number.NaN;
  });
  expect([...(series?.noiseScale?.estimate ?? [])]).toEqual(expected);
  expect(expected.at(-1)).toBeGreaterThan(0);
});

test('a run that was read whole gives the same', async () => {
  const whole = madeSteps(60).map(({ observation, decision }) => ({ observation, decision }));
  const [series] = await seriesFromRecords([[{ kind: 'header', header }, ...steps]], { name: 'a run' });
  expect(seriesFromRun({ header, steps: whole }, { name: 'a run' })).toEqual(series);
});

test('several runs in a log become several series; steps without a header too', async () => {
  async function* batches(): AsyncGenerator<ReportRecord[]> {
    yield steps.slice(0, 5);
    yield [{ kind: 'header', header }, ...steps.slice(0, 10)];
    yield [{ kind: 'header', header }];
    yield steps.slice(0, 20);
  }
  const series = await seriesFromRecords(batches(), { name: 'log' });
  expect(series.map(({ name, summary }) => [name, summary.steps])).toEqual([
    ['log', 5],
    ['log (2)', 10],
    ['log (3)', 20],
  ]);
  expect(await seriesFromRecords([], { name: 'empty' })).toEqual([]);
});

test("a header's memory is that of the smoothed loss", async () => {
  const short = { ...header, options: { ...header.options, memory: 1 } };
  const [series] = await seriesFromRecords([[{ kind: 'header', header: short }, ...steps]], { name: 'x' });
  expect(series?.smoothedLoss.at(-1)).toBeCloseTo(2 / Math.sqrt(60), 6);
});
