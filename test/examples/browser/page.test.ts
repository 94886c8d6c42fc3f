import { readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import type { Browser, Download, Page } from 'playwright-core';
import { readRunLog } from 'tfjs-adaptive-batch';
import { readRecords, verify } from 'tfjs-adaptive-batch/replay';
import { CHOICES } from '../../../examples/browser/src/choices.js';
import { describeInChromium, launchChromium } from '../../support/chromium.js';
import { type ServedPage, servePage } from './served-page.js';

const HOUR_MS = 3_600_000;
const SLOW_MS = 180_000;

jest.setTimeout(SLOW_MS);

describeInChromium('the example page', () => {
  let served: ServedPage;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    served = await servePage();
    browser = await launchChromium(['--disable-gpu']);
  });

  beforeEach(async () => {
    complaints.length = 0;
    served.isEncodingTold = false;
    page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme: 'light' });
    page.setDefaultTimeout(SLOW_MS);
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('requestfailed', (request) => complaints.push(request.url()));
    page.on('request', (request) => request.url().startsWith(served.address) || isLocal(request.url()));
  });

  afterEach(async () => {
    expect(complaints).toEqual([]);
    await page.close();
  });

  afterAll(async () => {
    await browser?.close();
    served?.close();
  });

  /** Whether an address stays within the page; else it is a complaint. */
  function isLocal(url: string): void {
    if (!/^(data|blob):/.test(url)) complaints.push(`asks for ${url}`);
  }

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const fact = async (key: string) => (await page.textContent(`[data-fact="${key}"]`)) ?? '';
  const steps = async () => Number((await fact('steps')).replace(',', ''));
  const background = () => page.$eval('body', (body) => getComputedStyle(body).backgroundColor);
  const status = () => page.textContent('#status');

  async function open(policy: keyof typeof CHOICES, backend: string): Promise<void> {
    await page.goto(served.address);
    await button('Train').and(page.locator(':enabled')).waitFor();
    await page.getByLabel('Policy').selectOption(policy);
    await page.getByLabel('Backend').selectOption(backend);
  }

  async function reach(count: number): Promise<void> {
    const isThere = (least: number) =>
      Number(document.querySelector('[data-fact="steps"]')?.textContent?.replace(',', '')) >= least;
    await page.waitForFunction(isThere, count);
  }

  async function stopped(): Promise<void> {
    await button('Stop').click();
    await button('Train').and(page.locator(':enabled')).waitFor();
  }

  async function downloaded(): Promise<string> {
    const [download] = (await Promise.all([
      page.waitForEvent('download'),
      button('Download run log').click(),
    ])) as unknown as [Download];
    expect(download.suggestedFilename()).toBe('run.jsonl');
    return readFileSync(await download.path(), 'utf8');
  }

  /** For each chart, how many of its pixels have about the colour of the style's variable. */
  const pixelsOf = (variable: string) =>
    page.$$eval(
      'canvas',
      (canvases, name) => {
        const hex = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
        const wanted = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
        return canvases.map((canvas) => {
          const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
            ...([0, 0, canvas.width, canvas.height] as const),
          );
          let count = 0;
          for (let i = 0; i < data.length; i += 4) {
            const isNear = wanted.every((value, part) => Math.abs(value - (data[i + part] as number)) < 30);
            if (isNear && (data[i + 3] as number) > 200) count += 1;
          }
          return count;
        });
      },
      variable,
    );

  test('trains to nine in ten of the test digits and on to its target, draws in light and dark, and says why', async () => {
    await open('default', 'wasm');
    expect(await background()).toBe('rgb(246, 245, 242)');
    expect(await page.textContent('#code')).toBe('adaptiveBatch(model)');
    await button('Train').click();
    await page.getByText('The target is reached').waitFor();
    expect(Number.parseFloat(await fact('accuracy'))).toBeGreaterThan(90);
    for (const pixels of await pixelsOf('now')) expect(pixels).toBeGreaterThan(100);
    expect(await pixelsOf('before')).toEqual([0, 0, 0, 0]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).toBe('rgb(20, 23, 27)');
    for (const pixels of await pixelsOf('now')) expect(pixels).toBeGreaterThan(100);
    expect(await page.textContent('#reason')).toMatch(/^After step \d+: \w/);
    const changes = await page.locator('#changes tbody tr').allTextContents();
    expect(changes.at(-1)).toMatch(/16 → 32.*decrease per second/s);
    const run = await page.locator('#runs tbody tr').allTextContents();
    expect(run).toHaveLength(1);
    expect(run[0]).toMatch(/^Defaultwasm[\d.]+ s[\d.]+ s/);
    const { isSame, runs } = await verify(readRecords([await downloaded()]));
    expect([isSame, runs]).toEqual([true, 1]);
  });

  test('pauses between two steps, and goes on; the pause is in no time of the log or the page', async () => {
    await page.addInitScript(() => {
      const real = performance.now.bind(performance);
      const clock = { aheadMs: 0 };
      Object.assign(globalThis, { clock });
      performance.now = () => real() + clock.aheadMs;
    });
    await open('fixed', 'cpu');
    await button('Train').click();
    await reach(20);
    await button('Pause').click();
    await page.getByText('Paused after step').waitFor();
    const paused = await steps();
    expect(await status()).toBe(`Paused after step ${paused}.`);
    await page.evaluate((ms) => {
      (globalThis as unknown as { clock: { aheadMs: number } }).clock.aheadMs = ms;
    }, HOUR_MS);
    for (let frame = 0; frame < 30; frame++) {
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
    expect(readRunLog(await downloaded()).runs[0]?.steps).toHaveLength(paused);
    await button('Resume').click();
    await reach(paused + 20);
    await stopped();
    expect(await status()).toContain('Stopped after');
    expect(Number.parseFloat(await fact('seconds'))).toBeLessThan(HOUR_MS / 1000);
    const text = await downloaded();
    const [run] = readRunLog(text).runs;
    const times = (run?.steps ?? []).map(({ observation: { stepMs, measureMs = 0 } }) => stepMs + measureMs);
    expect(times.length).toBe(await steps());
    expect(Math.max(...times)).toBeLessThan(HOUR_MS);
    expect((await verify(readRecords([text]))).isSame).toBe(true);
  });

  test('trains by the policy picked, and keeps the run before in the charts', async () => {
    await open('fixed', 'cpu');
    await button('Train').click();
    await reach(30);
    await stopped();
    await page.getByLabel('Policy').selectOption('noiseScale');
    expect(await page.textContent('#code')).toContain(CHOICES.noiseScale?.code);
    await button('Train').click();
    await button('Stop').and(page.locator(':enabled')).waitFor();
    expect(await page.getByLabel('Policy').isDisabled()).toBe(true);
    await reach(30);
    await stopped();
    const [run] = readRunLog(await downloaded()).runs;
    expect(run?.header.options.policy).toMatchObject({ name: 'cooled', options: { policy: { name: 'noiseScale' } } });
    expect(run?.header.about).toMatchObject({ backend: 'cpu' });
    const [loss, , , noise] = await pixelsOf('before');
    expect(Math.min(loss ?? 0, noise ?? 0)).toBeGreaterThan(10);
    expect(await page.locator('.legend').innerText()).toMatch(/Gradient noise scale, cpu\n.*the run before/);
    expect(await page.locator('#runs tbody tr').count()).toBe(2);
  });

  test('says so where a backend does not start, and trains on another', async () => {
    await page.addInitScript(() => {
      const { getContext } = HTMLCanvasElement.prototype as { getContext: (...args: unknown[]) => unknown };
      const getOther = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
        return kind.includes('webgl') ? null : getContext.call(this, kind, ...rest);
      };
      Object.assign(HTMLCanvasElement.prototype, { getContext: getOther });
      Object.assign(globalThis, { OffscreenCanvas: undefined });
    });
    await open('default', 'webgl');
    await button('Train').click();
    await page.getByRole('alert').and(page.getByText('The backend webgl does not start in this browser.')).waitFor();
    await page.getByLabel('Backend').selectOption('cpu');
    await button('Train').click();
    await reach(10);
    expect(await page.getByRole('alert').isVisible()).toBe(false);
    await stopped();
  });

  test('has names for its controls and charts, and no horizontal scroll on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open('growOnPlateau', 'cpu');
    await button('Train').focus();
    await page.keyboard.press('Enter');
    await reach(20);
    expect(await button('Pause').evaluate((node) => node === document.activeElement)).toBe(true);
    for (const title of ['Training loss', 'Batch size', 'Learning rate', 'Gradient noise scale']) {
      await page.getByRole('img', { name: new RegExp(`^${title}: [\\d.]+.* after [\\d.]+ s$`) }).waitFor();
    }
    await stopped();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    const charts = await page.$$eval('canvas', (all) => all.map((canvas) => canvas.getBoundingClientRect().right));
    expect(Math.max(...charts)).toBeLessThanOrEqual(390);
  });

  test('takes the digits from a server that unpacks them, and says what it is missing', async () => {
    served.isEncodingTold = true;
    await open('default', 'cpu');
    await page.route('**/digits.csv.gz', (route) => route.fulfill({ status: 404 }));
    await page.reload();
    await page
      .getByRole('alert')
      .and(page.getByText(/cannot be loaded.*404/))
      .waitFor();
    expect(await button('Train').isDisabled()).toBe(true);
    expect(complaints.splice(0).join()).toMatch(/404/);
  });
});
