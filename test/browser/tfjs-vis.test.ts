import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { describeInChromium, launchChromium } from '../support/chromium.js';

const TFVIS = resolve('node_modules/@tensorflow/tfjs-vis/dist/tfjs-vis.umd.min.js');
const METRICS = ['loss', 'val_loss', 'batchSize', 'learningRate', 'noiseScale'];

/** Trains in the page as a user's script would, tfjs-vis looking on. */
const SCRIPT = `
import '@tensorflow/tfjs-backend-cpu';
import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { adaptiveBatch, stages } from './src/index.js';

const { tfvis } = window;
const tf = { ...core, ...layers };

async function train() {
  const x = tf.randomNormal([400, 4], 0, 1, 'float32', 1);
  const y = tf.sum(x, 1, true);
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [4] })] });
  model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
  const adaptive = adaptiveBatch(model, { maxBatchSize: 128, policy: stages({ at: [{ epochs: 1, batchFactor: 4 }, { epochs: 2, batchFactor: 16 }] }) });
  const changes = [];
  adaptive.controller.on('change', ({ step, from, to, reason }) => {
    if (from.batchSize === to.batchSize) return;
    changes.push([step, from.batchSize, to.batchSize, reason]);
    tfvis.render.table({ name: 'Changes' }, { headers: ['step', 'from', 'to', 'why'], values: changes });
  });
  const look = tfvis.show.fitCallbacks({ name: 'Training' }, ${JSON.stringify(METRICS)}, { callbacks: ['onEpochEnd'] });
  const { history } = await model.fit(x, y, {
    batchSize: 8, epochs: 3, validationSplit: 0.2, callbacks: [adaptive, new tf.CustomCallback(look)],
  });
  return { history, changes };
}
window.train = train;
`;

type Trained = { history: Record<string, number[]>; changes: [number, number, number, string][] };

describeInChromium('tfjs-vis', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tfjs-vis-'));
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: SCRIPT, resolveDir: '.', loader: 'js' },
      ...{ bundle: true, write: false, platform: 'browser', format: 'iife', logLevel: 'silent' },
    });
    writeFileSync(join(folder, 'train.js'), outputFiles[0]?.contents ?? '');
    const scripts = [pathToFileURL(TFVIS).href, 'train.js'].map((src) => `<script src="${src}"></script>`);
    writeFileSync(join(folder, 'page.html'), `<!doctype html><meta charset="utf-8">${scripts.join('')}`);
    browser = await launchChromium(['--disable-gpu']);
    page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(pathToFileURL(join(folder, 'page.html')).href);
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('shows the keys that the callback adds to the logs, and a table of the changes', async () => {
    const { history, changes } = (await page.evaluate('train()')) as Trained;
    expect(history.batchSize).toEqual([32, 128, 128]);
    for (const metric of METRICS)
      expect(history[metric]).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)]);
    const charts = page.locator('[data-name=onEpochEnd] > [data-name]:has(canvas)');
    await charts.nth(3).locator('canvas').waitFor();
    const names = await charts.evaluateAll((all) => all.map((chart) => chart.getAttribute('data-name')));
    // A validation metric goes into the chart of its metric.
    expect(names).toEqual(METRICS.filter((name) => name !== 'val_loss'));
    const drawn = charts.locator('canvas').evaluateAll((all) =>
      (all as HTMLCanvasElement[]).map((canvas) => {
        const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
          0,
          0,
          canvas.width,
          canvas.height,
        );
        // The blue of the first series.
        return data.filter((red, i) => i % 4 === 0 && red < 120 && (data[i + 2] as number) > red + 60).length;
      }),
    );
    for (const pixels of await drawn) expect(pixels).toBeGreaterThan(100);
    expect(changes.map(([, from, to]) => [from, to])).toEqual([
      [8, 32],
      [32, 128],
    ]);
    expect(await page.locator('.tf-table tbody').innerText()).toContain('stage 1 of 2');
    expect(complaints).toEqual([]);
  });
});
