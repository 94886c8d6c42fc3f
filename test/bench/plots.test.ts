import { picture } from '../../bench/plots/picture.js';
import { SHOWN } from '../../bench/plots/runs.js';
import * as learningRates from '../../src/learning-rates/index.js';
import * as policies from '../../src/policies/index.js';
import { seriesBuilder } from '../../src/report/series-builder.js';
import { observation } from '../support/observations.js';

function drawn(): string {
  const builder = seriesBuilder({ name: 'any' });
  for (let step = 1; step <= 40; step++) {
    builder.add(observation({ step, examplesSeen: 16 * step, batchSize: 16, loss: 2 / step }));
  }
  return picture(builder.series(), 'a <b>', 'c & d');
}

test('a picture has three panels and its titles', () => {
  const titles = [...drawn().matchAll(/font-weight="600">([^<]+)</g)].map(([, title]) => title);
  expect(titles).toEqual(['Loss', 'Batch size', 'Learning rate']);
  expect(drawn()).toContain('>a &lt;b&gt;</text>');
  expect(drawn()).toContain('>c &amp; d</text>');
});

test('on a dark system each of its colours is another', () => {
  const svg = drawn();
  const style = /<style>@media \(prefers-color-scheme:dark\)\{(.*)\}<\/style>/.exec(svg)?.[1] as string;
  const body = svg.replace(style, '');
  const colors = new Set(
    [...body.matchAll(/(fill|stroke)="(#\w+)"/g)].map(([, what, color]) => `[${what}="${color}"]`),
  );
  expect(colors.size).toBeGreaterThan(5);
  for (const color of colors) expect(style).toContain(color);
});

test('there is one of each policy and each rule', () => {
  expect(Object.keys(SHOWN)).toEqual([...Object.keys(policies), ...Object.keys(learningRates)].sort(byKind));
});

/** Policies first, each kind by its name. */
function byKind(one: string, other: string): number {
  const isPolicy = (name: string): number => Number(Object.hasOwn(policies, name));
  return isPolicy(other) - isPolicy(one) || Number(one > other) - Number(one < other);
}
