import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { build } from 'esbuild';
import { collectTests, fewCases } from './harness.js';

const require = createRequire(import.meta.url);

const COVER =
  'const counted = ns.counts; if (counted) for (const id of arguments) counted[id] = (counted[id] ?? 0) + 1; return;';

/** What esbuild's code takes for a package: its default export. */
const requireFor = (name) => (name === 'fast-check' ? fewCases : require(name));

/**
 * The test file and all of src that it imports, as one script that is compiled once.
 * Each call evaluates it anew, so that constants of a module are made under the mutant too, and gives its tests.
 */
export async function bundle(path) {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  });
  // Stryker's own way to count what a test covers takes most of the first run's time, and is in the way of the later ones.
  const text = outputFiles[0].text.replaceAll('function cover() {', `function cover() {${COVER}`);
  const names = 'require, module, exports, describe, test, it, expect';
  const script = new Script(`((${names}) => {${text}\n})`, { filename: `${path}.cjs` });
  return () =>
    collectTests(({ describe, test, it, expect }) => {
      const module = { exports: {} };
      script.runInThisContext()(requireFor, module, module.exports, describe, test, it, expect);
    });
}
