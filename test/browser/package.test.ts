import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { useBuiltPackage } from '../support/built-package.js';
import { describeInChromium, launchChromium } from '../support/chromium.js';
import { type Served, serve } from '../support/served.js';

/** The elements that docs/browser.md tells a reader to put into a page. */
const [, HEAD = ''] = readFileSync('docs/browser.md', 'utf8').match(/```html\n([\s\S]+?)```/) ?? [];
const OWN = 'node_modules/tfjs-adaptive-batch/dist/';

const html = (head: string): string => `<!doctype html><title>page</title><link rel="icon" href="data:,">${head}`;

/** What a page of a project with the package finds under a path. */
function find(path: string, dist: string): Buffer | string | undefined {
  if (path === 'page.html') return html(HEAD);
  if (path === 'bare.html') return html('');
  const file = path.startsWith(OWN) ? join(dist, path.slice(OWN.length)) : resolve(path);
  const isThere = path.startsWith('node_modules/') && existsSync(file) && statSync(file).isFile();
  return isThere ? readFileSync(file) : undefined;
}

/** A module of a page that trains, as its author would write it; its default export is what it saw. */
const TRAINING = `
  import * as tf from '@tensorflow/tfjs';
  import { adaptiveBatch, memoryLog } from 'tfjs-adaptive-batch';
  import { readRecords, verify } from 'tfjs-adaptive-batch/replay';

  await tf.setBackend('cpu');
  const x = tf.randomNormal([96, 4], 0, 1, 'float32', 1);
  const y = tf.sum(x, 1, true);
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [4], kernelInitializer: 'zeros' })] });
  model.compile({ optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError' });
  const log = memoryLog();
  const adaptive = adaptiveBatch(model, { log });
  const sizes = [];
  const reasons = [];
  adaptive.controller.decisions$.subscribe(({ batchSize }) => sizes.push(batchSize));
  adaptive.controller.on('decision', ({ reason }) => reasons.push(reason));
  const { history } = await model.fit(x, y, { batchSize: 8, epochs: 6, verbose: 0, callbacks: adaptive });
  const verified = await verify(readRecords(log.blob().stream(), { name: 'log' }));
  export default { history, sizes, reasons, isSame: verified.isSame, steps: verified.steps };
`;

/** The same as one module, as esbuild makes it for pages. */
async function bundled(dist: string): Promise<string> {
  const { outputFiles, warnings } = await build({
    stdin: { contents: TRAINING, resolveDir: process.cwd() },
    alias: { 'tfjs-adaptive-batch': join(dist, 'index.js'), 'tfjs-adaptive-batch/replay': join(dist, 'replay.js') },
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'silent',
  });
  expect(warnings).toEqual([]);
  return (outputFiles[0] as { text: string }).text;
}

describeInChromium('the package as built, in a page', () => {
  const built = useBuiltPackage();
  let browser: Browser;
  let served: Served;
  let page: Page;
  const files: Record<string, string> = { 'training.js': TRAINING };
  const complaints: string[] = [];

  beforeAll(async () => {
    served = await serve((path) => files[path] ?? find(path, built.folder()));
    browser = await launchChromium();
  });

  beforeEach(async () => {
    complaints.length = 0;
    page = await browser.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('response', (response) => response.ok() || complaints.push(`${response.status()} ${response.url()}`));
  });

  afterEach(async () => {
    expect(complaints).toEqual([]);
    await page.close();
  });

  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  async function expectTraining(module: string): Promise<void> {
    type Seen = {
      history: Record<string, number[]>;
      sizes: number[];
      reasons: string[];
      isSame: boolean;
      steps: number;
    };
    const seen = (await page.evaluate(`import('${module}').then((module) => module.default)`)) as Seen;
    const { loss = [], batchSize = [] } = seen.history;
    expect(loss.at(-1)).toBeLessThan(0.2 * (loss[0] as number));
    expect(batchSize).toHaveLength(6);
    expect(seen.isSame).toBe(true);
    expect(seen.steps).toBeGreaterThan(10);
    expect(seen.sizes).toHaveLength(seen.steps);
    expect(seen.reasons).toHaveLength(seen.steps);
  }

  describe('with the import map of docs/browser.md', () => {
    beforeEach(() => page.goto(`${served.address}page.html`));

    test('trains, with streams, events and a run log that replays to the same decisions', () =>
      expectTraining('/training.js'));

    test.each([
      ['tfjs-adaptive-batch/core', 'AdaptiveController'],
      ['tfjs-adaptive-batch/replay', 'compare'],
      ['tfjs-adaptive-batch/report', 'reportPage'],
    ])('loads %s', async (entry, name) => {
      expect(await page.evaluate(`import('${entry}').then((module) => typeof module['${name}'])`)).toBe('function');
    });
  });

  test('trains likewise when esbuild has bundled it', async () => {
    files['bundled.js'] = await bundled(built.folder());
    await page.goto(`${served.address}bare.html`);
    await expectTraining('/bundled.js');
  });
});
