// Runs examples/browser as a user would: from a copy outside the sources, with the package as npm packs it.
// `npm run example:browser` serves the page; `npm run example:browser -- build` bundles it, `-- preview` serves the bundle.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SCRIPTS = ['dev', 'build', 'preview'];
const [script = 'dev', ...args] = process.argv.slice(2);
if (!SCRIPTS.includes(script)) {
  throw new RangeError(`example:browser: the script must be one of ${SCRIPTS.join(', ')}; got '${script}'`);
}

const folder = resolve('runs', 'browser');
const npm = (words, cwd) => execFileSync('npm', words, { cwd, stdio: 'inherit', shell: process.platform === 'win32' });

// What is installed there stays, so that another run is quick; the sources are copied anew.
for (const name of ['src', 'public', 'package']) rmSync(join(folder, name), { recursive: true, force: true });
const packed = join(folder, 'package');
mkdirSync(packed, { recursive: true });
cpSync('examples/browser', folder, { recursive: true, filter: (path) => !/node_modules|dist$/.test(path) });
npm(['pack', '--silent', '--pack-destination', packed], '.');
const [tarball] = readdirSync(packed);
npm(['install', '--no-package-lock', '--no-save', join(packed, tarball)], folder);
npm(['run', script, ...(args.length > 0 ? ['--', ...args] : [])], folder);
