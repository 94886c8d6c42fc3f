import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { type Served, serve } from '../support/served.js';
import type { MatrixPage } from './page/main.js';
import type { scenarios } from './page/scenarios.js';

type Scenarios = typeof scenarios;

/** What makes WebGPU start without a graphics card; WebGL does so by itself. */
const SOFTWARE_GPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
const HTML = '<!doctype html><title>backends</title><link rel="icon" href="data:,"><script src="main.js"></script>';

async function bundledScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['test/browser/page/main.ts'],
    bundle: true,
    write: false,
    format: 'iife',
    logLevel: 'error',
  });
  return (outputFiles[0] as { text: string }).text;
}

/** A Chromium with a page that runs the scenarios on one backend. */
export class Matrix {
  /** What went wrong in the page: exceptions, and errors on its console. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #served: Served;
  readonly #page: Page;

  private constructor(browser: Browser, served: Served, page: Page) {
    this.#browser = browser;
    this.#served = served;
    this.#page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()));
  }

  static async open(): Promise<Matrix> {
    const script = await bundledScript();
    const served = await serve((path) => ({ '': HTML, 'index.html': HTML, 'main.js': script })[path]);
    const browser = await launchChromium(SOFTWARE_GPU);
    const matrix = new Matrix(browser, served, await browser.newPage());
    await matrix.#page.goto(`${served.address}index.html`);
    return matrix;
  }

  /** @returns the backend now in use */
  start(backend: string): Promise<string> {
    return this.#page.evaluate((name) => (globalThis as unknown as { matrix: MatrixPage }).matrix.start(name), backend);
  }

  async run<Name extends keyof Scenarios>(
    name: Name,
    ...args: Parameters<Scenarios[Name]>
  ): Promise<Awaited<ReturnType<Scenarios[Name]>>> {
    const call = ([scenario, given]: [string, unknown[]]): Promise<unknown> => {
      const { scenarios } = (
        globalThis as unknown as { matrix: { scenarios: Record<string, (...a: unknown[]) => unknown> } }
      ).matrix;
      return (scenarios[scenario] as (...a: unknown[]) => Promise<unknown>)(...given);
    };
    return (await this.#page.evaluate(call, [name, args] as [string, unknown[]])) as never;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#served.close();
  }
}

/** Whether this Chromium gives a page a device for WebGPU. */
export async function hasWebGpu(): Promise<boolean> {
  const served = await serve(() => HTML.replace(/<script.*/, ''));
  const browser = await launchChromium(SOFTWARE_GPU);
  try {
    const page = await browser.newPage();
    await page.goto(`${served.address}index.html`);
    type Gpu = { requestAdapter(): Promise<{ requestDevice(): Promise<unknown> } | null> };
    return await page.evaluate(async () => {
      const adapter = await (navigator as { gpu?: Gpu }).gpu?.requestAdapter();
      return adapter != null && (await adapter.requestDevice().catch(() => null)) !== null;
    });
  } finally {
    await browser.close();
    await served.close();
  }
}
