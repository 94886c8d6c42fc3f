import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { useBuiltPackage } from '../support/built-package.js';
import { describeInChromium, launchChromium } from '../support/chromium.js';
import { type Served, serve } from '../support/served.js';

/** The elements that docs/browser.md tells a reader to put into a page. */
const [, HEAD = ''] = readFileSync('docs/browser.md', 'utf8').match(/```html\n([\s\S]+?)```/) ?? [];
const OWN = 'node_modules/tfjs-adaptive-batch/dist/';

/** What a page of a project with the package finds under a path. */
function find(path: string, dist: string): Buffer | string | undefined {
  if (path === 'page.html') return `<!doctype html><title>page</title><link rel="icon" href="data:,">${HEAD}`;
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

describeInChromium('a page with the import map of docs/browser.md', () => {
  const built = useBuiltPackage();
  let browser: Browser;
  let served: Served;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    served = await serve((path) => (path === 'training.js' ? TRAINING : find(path, built.folder())));
    browser = await launchChromium();
  });

  beforeEach(async () => {
    complaints.length = 0;
    page = await browser.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('response', (response) => response.ok() || complaints.push(`${response.status()} ${response.url()}`));
    await page.goto(`${served.address}page.html`);
  });

  afterEach(async () => {
    expect(complaints).toEqual([]);
    await page.close();
  });

  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  test('trains, with streams, events and a run log that replays to the same decisions', async () => {
    type Seen = {
      history: Record<string, number[]>;
      sizes: number[];
      reasons: string[];
      isSame: boolean;
      steps: number;
    };
    const seen = (await page.evaluate(`import('/training.js').then((module) => module.default)`)) as Seen;
    const { loss = [], batchSize = [] } = seen.history;
    expect(loss.at(-1)).toBeLessThan(0.2 * (loss[0] as number));
    expect(batchSize).toHaveLength(6);
    expect(seen.isSame).toBe(true);
    expect(seen.steps).toBeGreaterThan(10);
    expect(seen.sizes).toHaveLength(seen.steps);
    expect(seen.reasons).toHaveLength(seen.steps);
  });

  test.each([
    ['tfjs-adaptive-batch/core', 'AdaptiveController'],
    ['tfjs-adaptive-batch/replay', 'compare'],
    ['tfjs-adaptive-batch/report', 'reportPage'],
  ])('loads %s', async (entry, name) => {
    expect(await page.evaluate(`import('${entry}').then((module) => typeof module['${name}'])`)).toBe('function');
  });
});
