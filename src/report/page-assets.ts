import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { themeStyle } from './theme-style.js';

/** What is the same in every page. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
  /** As a content security policy names them. */
  readonly scriptHash: string;
  readonly styleHash: string;
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** The chart library's licence, which has to go where its code goes. */
function licenceComment(): string {
  const path = createRequire(import.meta.url)
    .resolve('uplot/package.json')
    .replace('package.json', 'LICENSE');
  return `/*! uPlot\n${readFileSync(path, 'utf8').trim()}\n*/`;
}

/**
 * The page's script and style, the chart library in them.
 *
 * This module runs only where the sources do: the build of the package puts its results in its place (tsup.config.ts), so that a page can
 * be made without a bundler, and in a browser.
 */
export async function pageAssets(): Promise<PageAssets> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./client/main.ts', import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    charset: 'utf8',
    target: 'es2020',
    format: 'iife',
    legalComments: 'none',
    banner: { js: licenceComment() },
    outdir: 'page',
    logLevel: 'silent',
  });
  const textOf = (ending: string): string => (outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '').trim();
  // The text of a script element ends at the first of its end tags, wherever that stands.
  const script = textOf('.js')
    .replace(/<\/(script)/gi, '<\\/$1')
    .replace(/<!--/g, '<\\!--');
  const style = `${themeStyle()}${textOf('.css')}`;
  return { script, style, scriptHash: hashOf(script), styleHash: hashOf(style) };
}
