import type { Plugin } from 'esbuild';
import { defineConfig } from 'tsup';
import { pageAssets } from './src/report/page-assets.js';

/** Puts the report page's script and style in the place of the module that bundles them. */
const pageAssetsAsText: Plugin = {
  name: 'page-assets-as-text',
  setup(build) {
    build.onLoad({ filter: /[\\/]report[\\/]page-assets\.ts$/ }, async () => ({
      contents: `const assets = ${JSON.stringify(await pageAssets())};\nexport const pageAssets = async () => assets;\n`,
      loader: 'js',
    }));
  },
};

export default defineConfig({
  entry: { index: 'src/index.ts', core: 'src/core-entry.ts', report: 'src/report-entry.ts' },
  format: ['esm', 'cjs'],
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: true,
  target: 'es2022',
  treeshake: true,
  esbuildPlugins: [pageAssetsAsText],
});
