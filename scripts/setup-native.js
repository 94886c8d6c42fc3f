// Gives this checkout a working @tensorflow/tfjs-node, or with --gpu a @tensorflow/tfjs-node-gpu: the package's own install where its
// download works, else built against the TensorFlow C library of a PyPI wheel. What it made is kept in the user's cache folder, so that
// after an `npm ci` it is put back in seconds. Nothing that git knows of is touched.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './native/build.js';
import { cacheFolder } from './native/cache.js';
import { copyPackage } from './native/copy.js';
import { prove } from './native/proof.js';
import { say } from './native/run.js';

const VERSION = '4.22.0';

const args = process.argv.slice(2);
const unknown = args.find((argument) => argument !== '--gpu');
if (unknown !== undefined) {
  console.error(`setup:native: unknown argument ${unknown}; there is only --gpu`);
  process.exit(2);
}
const name = args.includes('--gpu') ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
const installed = join('node_modules', ...name.split('/'));
const kept = join(
  cacheFolder(),
  `${name.split('/')[1]}-${VERSION}-${process.platform}-${process.arch}-napi${process.versions.napi}`,
);

/** Puts the kept package into the checkout and proves it; false where the kept one does not work. */
function putBack() {
  say(`putting ${name} into node_modules from ${kept}`);
  copyPackage(kept, installed);
  const { isWorking, text } = prove(name);
  say(isWorking ? `it works: ${text}` : `it does not work: ${text}`);
  if (!isWorking) rmSync(installed, { recursive: true, force: true });
  return isWorking;
}

function setup() {
  if (!existsSync(join('node_modules', '@tensorflow', 'tfjs')))
    throw new Error('run npm ci first, in the folder of package.json');
  if (existsSync(installed)) {
    const { isWorking, text } = prove(name);
    if (isWorking) return say(`${name} works already: ${text}`);
    say(`the ${name} that is here does not work, it is replaced: ${text}`);
  }
  if (existsSync(kept)) {
    if (putBack()) return;
    rmSync(kept, { recursive: true, force: true });
  }
  mkdirSync(cacheFolder(), { recursive: true });
  const made = build(name, VERSION);
  renameSync(made.packageFolder, kept);
  rmSync(made.folder, { recursive: true, force: true });
  if (!putBack()) throw new Error(`${name} was built and does not train, see above`);
}

try {
  setup();
} catch (error) {
  console.error(`setup:native failed: ${error.message}`);
  process.exit(1);
}
