import { createHash } from 'node:crypto';
import { reportPage } from '../../src/report/page.js';
import { madeSeries } from './support.js';

const HOSTILE = `</script><img src=x onerror="alert('1')"><!--\u2028`;

const sha256 = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

test.each([
  [() => reportPage([]), 'reportPage: needs at least one series; got none'],
  [
    () => reportPage([madeSeries()], { axis: 'epochs' as never }),
    'reportPage: axis must be one of examples, steps, seconds; got "epochs"',
  ],
  [() => reportPage([madeSeries()], { misspelt: 1 } as never), "reportPage has no option 'misspelt'"],
])('rejects what it cannot use', async (make, message) => {
  await expect(make()).rejects.toThrow(RangeError);
  await expect(make()).rejects.toThrow(message);
});

describe('the page', () => {
  let page: string;
  beforeAll(async () => {
    page = await reportPage([madeSeries(), madeSeries({ name: 'replayed', kind: 'replay' })], { title: 'Two' });
  });

  test('is one document that allows its own script and style, and nothing from outside', () => {
    const [, policy] = /Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
    const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text as string);
    expect(scripts).toHaveLength(1);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src '${sha256(scripts[0] as string)}'`);
    expect(policy).toContain(`style-src '${sha256(style)}'`);
    expect(page).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)="(?!data:)/);
    expect(style).not.toMatch(/url\(|@import/);
  });

  test('carries the licence of the chart library', () => {
    expect(page).toContain('Permission is hereby granted, free of charge');
  });

  test('says what a replay can and cannot say', () => {
    expect(page).toContain('It cannot show the loss that a run with those decisions would have reached');
  });

  test('has summary and changes without any script', () => {
    expect(page).toContain('<tr><th scope="row">Steps</th><td>100</td><td>100</td></tr>');
    expect(page).toContain('made up: 3 changes');
    expect(page).toContain('32 gains most &lt;per&gt; &quot;second&quot; &amp; step');
  });
});

test('a page of runs alone does not speak of replays', async () => {
  expect(await reportPage([madeSeries()])).not.toContain('A replay shows');
});

test('text from a log stays text wherever it stands', async () => {
  const steps = [HOSTILE, HOSTILE].map((reason, i) => ({
    observation: { step: i + 1, epoch: 0, examplesSeen: 16, microBatches: 1, stepMs: 1, loss: 1 },
    decision: { step: i + 1, batchSize: 32 * (i + 1), learningRateFactor: 1, measure: false, reason },
    estimates: {},
  }));
  const setting = { batchSize: 16, learningRate: 0.1, baseLearningRate: 0.1 };
  const made = steps.map(({ observation, decision, estimates }) => ({
    observation: { ...observation, ...setting },
    decision: { ...decision, learningRate: 0.1 },
    estimates,
  }));
  const about = { [HOSTILE]: HOSTILE, nested: { deep: [HOSTILE] } };
  const series = madeSeries({ name: HOSTILE, about }, made);
  const page = await reportPage([series, { ...series, kind: 'replay' }], { title: HOSTILE });
  expect(page).not.toContain('<img');
  expect(page.match(/<script/g)).toHaveLength(2);
  expect(page.match(/<\/script/g)).toHaveLength(2);
  const [, data = ''] = /<script type="application\/json" id="data">([\s\S]*?)<\/script>/.exec(page) ?? [];
  expect(JSON.parse(data).series[0]).toMatchObject({ name: HOSTILE, changes: [{ reason: HOSTILE }, {}] });
});

test('a change list that was thinned says how many are shown', async () => {
  const page = await reportPage([madeSeries({ maxChanges: 2 })]);
  expect(page).toContain('made up: 3 changes; the 2 greatest are shown');
});

test('a series without a step makes a page', async () => {
  expect(await reportPage([madeSeries({}, [])])).toContain('made up: 0 changes');
});
