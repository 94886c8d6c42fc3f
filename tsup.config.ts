import type { Plugin } from 'esbuild';
import { defineConfig, type Options } from 'tsup';
import { unitDocs } from './src/cli/unit-docs.js';
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

/** Puts the documentation of policies and rules in the place of the module that reads it from their sources. */
const unitDocsAsData: Plugin = {
  name: 'unit-docs-as-data',
  setup(build) {
    build.onLoad({ filter: /[\\/]cli[\\/]unit-docs\.ts$/ }, () => ({
      contents: `const docs = ${JSON.stringify(unitDocs())};\nexport const unitDocs = () => docs;\n`,
      loader: 'js',
    }));
  },
};

const shared: Options = {
  sourcemap: true,
  splitting: true,
  target: 'es2022',
  treeshake: true,
  external: ['@resvg/resvg-js'],
  esbuildPlugins: [pageAssetsAsText, unitDocsAsData],
};

export default defineConfig([
  {
    ...shared,
    entry: {
      index: 'src/index.ts',
      core: 'src/core-entry.ts',
      replay: 'src/replay-entry.ts',
      report: 'src/report-entry.ts',
      formats: 'src/formats-entry.ts',
      watch: 'src/watch-entry.ts',
    },
    format: ['esm', 'cjs'],
    dts: true,
    clean: true,
  },
  // The command is run, never imported: one format, no types.
  { ...shared, entry: { cli: 'src/cli/bin.ts' }, format: ['esm'], splitting: false },
]);
