import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { reportPage } from '../../src/report/page.js';
import { describeInChromium, launchChromium } from '../support/chromium.js';
import { madeSeries, madeSteps } from './support.js';

const HOSTILE = '</script><img src=x onerror="document.title=1">';
const LONG = 'a_policy_with_a_name_that_goes_on_and_on_and_never_comes_to_an_end_at_all';

describeInChromium('the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'report-'));
  const file = join(folder, 'report.html');
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    const series = [
      madeSeries({ name: HOSTILE }),
      madeSeries({ name: LONG }, madeSteps(60)),
      madeSeries({ name: 'replayed', kind: 'replay' }),
    ];
    writeFileSync(file, await reportPage(series, { title: HOSTILE }));
    browser = await launchChromium(['--disable-gpu']);
  });

  beforeEach(async () => {
    [complaints.length, requests.length] = [0, 0];
    page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme: 'light' });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => complaints.push(dialog.message()));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
  });

  afterEach(async () => {
    expect(complaints).toEqual([]);
    expect(requests).toEqual([pathToFileURL(file).href]);
    await page.close();
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Share of the pixels of each chart that something is drawn on. */
  const drawnShares = () =>
    page.$$eval('canvas', (canvases) =>
      canvases.map((canvas) => {
        const context = canvas.getContext('2d') as CanvasRenderingContext2D;
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((value, i) => i % 4 === 3 && value > 0).length / (data.length / 4);
      }),
    );
  const background = () => page.$eval('body', (body) => getComputedStyle(body).backgroundColor);
  const tip = () => page.locator('.tip:visible');

  async function hover(chart: string, share: number): Promise<void> {
    const over = page.locator(`.${chart} .u-over`).first();
    await over.scrollIntoViewIfNeeded();
    const box = await over.boundingBox();
    if (box === null) throw new Error(`there is no chart ${chart}`);
    await page.mouse.move(box.x + share * box.width, box.y + box.height / 2);
  }

  test('draws its five charts, and text from the log stays text', async () => {
    const shares = await drawnShares();
    expect(shares).toHaveLength(5);
    for (const share of shares) expect(share).toBeGreaterThan(0.01);
    expect(await page.title()).toBe(HOSTILE);
    expect(await page.locator('img').count()).toBe(0);
  });

  test('shows values, and the reason of a change where the pointer is near it', async () => {
    // The change after step 20 of 100: at 320 of 16 to 7360 examples.
    await hover('batchSize', (320 - 16) / (7360 - 16));
    await expect(tip().textContent()).resolves.toContain('After step 20: batch 16 → 32');
    await expect(tip().textContent()).resolves.toContain('32 gains most <per> "second" & step');
    await hover('loss', 0.8);
    await expect(tip().textContent()).resolves.toMatch(/examples.+0\.2/);
    await expect(tip().textContent()).resolves.not.toContain('After step');
    await page.mouse.move(2, 2);
    expect(await tip().count()).toBe(0);
  });

  test('goes from change to change by the keyboard, and tells each', async () => {
    const chart = page.locator('.batchSize .plot');
    await page.locator('#theme').focus();
    for (let i = 0; i < 20 && !(await chart.evaluate((node) => node === document.activeElement)); i++) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('End');
    await expect(tip().textContent()).resolves.toContain('After step 60: batch 64 → 128');
    await page.keyboard.press('Home');
    await expect(tip().textContent()).resolves.toContain('After step 20');
    expect(await chart.getAttribute('aria-valuetext')).toContain('32 gains most');
    expect(await chart.getAttribute('aria-label')).toContain('Batch size');
    await page.keyboard.press('Tab');
    expect(await page.locator('.batchSize .tip:visible').count()).toBe(0);
  });

  test.each([
    ['steps', /^step \d/],
    ['seconds', /^[\d.]+ (ms|s)/],
    ['examples', /^[\d,]+ examples/],
  ])('counts along %s', async (axis, expected) => {
    await page.locator(`input[value="${axis}"]`).check({ force: true });
    await hover('loss', 0.5);
    await expect(tip().locator('.at').textContent()).resolves.toMatch(expected);
  });

  test('puts series side by side, and leaves out those that are not chosen', async () => {
    await page.locator('input[value="side"]').check({ force: true });
    // Loss, noise scale and speed of the replay are those of its record.
    expect(await page.locator('figure').count()).toBe(12);
    for (const share of await drawnShares()) expect(share).toBeGreaterThan(0.01);
    await page.locator('input[data-series="1"]').uncheck();
    expect(await page.locator('figure').count()).toBe(7);
    await page.locator('input[data-series="0"]').uncheck();
    await page.locator('input[data-series="2"]').uncheck();
    expect(await page.locator('#charts').textContent()).toContain('Nothing is chosen');
  });

  test('looks closer where the pointer drags, in all charts, and goes back', async () => {
    const whole = page.locator('#reset');
    expect(await whole.isVisible()).toBe(false);
    await hover('loss', 0.2);
    await page.mouse.down();
    await hover('loss', 0.4);
    await page.mouse.up();
    await whole.waitFor();
    await hover('batchSize', 0.98);
    const examples = Number(((await tip().locator('.at').textContent()) ?? '').replace(/\D/g, ''));
    expect(examples).toBeLessThan(0.5 * 7360);
    await whole.click();
    expect(await whole.isVisible()).toBe(false);
  });

  test.each(['over', 'side'])('has no horizontal scroll on a phone: %s', async (layout) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.locator(`input[value="${layout}"]`).check({ force: true });
    await page.locator('details').first().click();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(390);
    const charts = await page.$$eval('canvas', (all) => all.map((canvas) => canvas.getBoundingClientRect().right));
    expect(Math.max(...charts)).toBeLessThanOrEqual(390);
  });

  test('is light or dark as the system is, and as the reader says', async () => {
    expect(await background()).toBe('rgb(246, 245, 242)');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).toBe('rgb(20, 23, 27)');
    await page.getByRole('button', { name: 'Light' }).click();
    expect(await background()).toBe('rgb(246, 245, 242)');
    await page.getByRole('button', { name: 'Dark' }).click();
    expect(await background()).toBe('rgb(20, 23, 27)');
  });

  test('prints in light colours, and is as it was afterwards', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(await page.getByRole('button', { name: 'Light' }).isVisible()).toBe(true);
    expect(await drawnShares()).toHaveLength(5);
  });

  test('refuses to load anything from outside', async () => {
    const policy = new Promise((resolve) => page.once('console', resolve));
    const answer = await page.evaluate(() => fetch('https://example.invalid/').catch(() => 'refused'));
    await policy;
    expect(answer).toBe('refused');
    expect(complaints.join()).toContain('Content Security Policy');
    complaints.length = 0;
  });
});
