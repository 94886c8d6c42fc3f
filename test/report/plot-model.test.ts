import { hasAxis, plotsOf } from '../../src/report/plot-model.js';
import { seriesBuilder } from '../../src/report/series-builder.js';
import { plainObservation } from '../support/observations.js';
import { madeSeries } from './support.js';

const linesOf = (series: Parameters<typeof plotsOf>[0], key: string) =>
  plotsOf(series)
    .find((plot) => plot.key === key)
    ?.lines.map((line) => line.series);

test('a run has all five charts, batch size by powers of two, rate and noise by powers of ten', () => {
  const plots = plotsOf([madeSeries()]);
  expect(plots.map(({ key, scale }) => [key, scale])).toEqual([
    ['loss', 'linear'],
    ['batchSize', 'log2'],
    ['learningRate', 'log10'],
    ['noiseScale', 'log10'],
    ['examplesPerSecond', 'linear'],
  ]);
  for (const { key, range, lines } of plots) {
    for (const value of lines.flatMap(({ values }) => Array.from(values)).filter(Number.isFinite)) {
      expect([key, value >= range[0] && value <= range[1]]).toEqual([key, true]);
    }
  }
});

test('what a record does not have has no chart', () => {
  const builder = seriesBuilder({ name: 'csv' });
  for (let step = 1; step < 9; step++) {
    builder.add(plainObservation({ step, examplesSeen: step, loss: Number.NaN, stepMs: Number.NaN }));
  }
  const series = builder.series();
  expect(plotsOf([series]).map(({ key }) => key)).toEqual(['batchSize', 'learningRate']);
  expect(hasAxis(series, 'seconds')).toBe(false);
  expect(hasAxis(series, 'steps')).toBe(true);
});

test('a loss that falls far gets a logarithmic axis', () => {
  const builder = seriesBuilder({ name: 'far', memory: 1 });
  for (let step = 1; step < 99; step++) builder.add(plainObservation({ step, loss: 1 / step }));
  expect(plotsOf([builder.series()])[0]).toMatchObject({ key: 'loss', scale: 'log10' });
});

test('replays share loss and speed with their record, which is shown once', () => {
  const run = madeSeries();
  const replay = madeSeries({ name: 'replayed', kind: 'replay' });
  const other = madeSeries({ name: 'other', kind: 'replay', memory: 10 });
  expect(linesOf([replay, run, replay], 'loss')).toEqual([1, 1, 1]);
  expect(linesOf([replay, run, replay], 'examplesPerSecond')).toEqual([1]);
  expect(linesOf([replay, run, replay], 'batchSize')).toEqual([0, 1, 2]);
  expect(linesOf([replay, replay], 'examplesPerSecond')).toEqual([0]);
  expect(linesOf([run, other], 'examplesPerSecond')).toEqual([0, 1]);
});

test('no series, no chart', () => {
  expect(plotsOf([])).toEqual([]);
});
