import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { build } from 'esbuild';
import { collectTests, fewCases } from './harness.js';

const require = createRequire(import.meta.url);

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
  // What the mutated code counts as covered takes most of its time, and is asked for by the first run only.
  const text = outputFiles[0].text.replaceAll('function cover() {', 'function cover() { if (ns.isCovered) return;');
  const names = 'require, module, exports, describe, test, it, expect';
  const script = new Script(`((${names}) => {${text}\n})`, { filename: `${path}.cjs` });
  return () =>
    collectTests(({ describe, test, it, expect }) => {
      const module = { exports: {} };
      script.runInThisContext()(requireFor, module, module.exports, describe, test, it, expect);
    });
}
