import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache.js';
import { placeLibrary } from './library.js';
import { mustRun, run, say } from './run.js';
import { fetchWheel } from './wheel.js';

const NPM_INSTALL = ['install', '--install-strategy=nested', '--ignore-scripts', '--no-save', '--no-package-lock'];

/** Makes a working package in a new folder of the cache. The checkout's own node_modules are not touched, so nothing in them is pruned. */
export function build(name, version) {
  const folder = mkdtempSync(join(cacheFolder(), 'building-'));
  try {
    const packageFolder = join(folder, 'node_modules', ...name.split('/'));
    fetchPackage(name, version, folder, packageFolder);
    if (!installAsItsMakersDo(packageFolder)) buildAgainstWheel(name, packageFolder);
    // The headers are thousands of files that only the build needs.
    rmSync(join(packageFolder, 'deps', 'include'), { recursive: true, force: true });
    return { folder, packageFolder };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The package with what it alone needs; TensorFlow.js it finds in the checkout, of which there must be but one. */
function fetchPackage(name, version, folder, packageFolder) {
  say(`getting ${name} ${version} with npm`);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  mustRun('npm does not get the package', 'npm', [...NPM_INSTALL, '--prefix', folder, `${name}@${version}`]);
  rmSync(join(packageFolder, 'node_modules', '@tensorflow'), { recursive: true, force: true });
}

function installAsItsMakersDo(packageFolder) {
  say('its own install, which downloads the TensorFlow C library');
  const { isDone, output, text } = run('npm', ['run', 'install'], { cwd: packageFolder });
  if (!isDone) say(`that download does not work here: ${output.match(/Error: .*/)?.[0] ?? text}`);
  return isDone;
}

function buildAgainstWheel(name, packageFolder) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `the way by the PyPI wheel is known for Linux on x64 only, this is ${process.platform} on ${process.arch}`,
    );
  }
  placeLibrary(fetchWheel(name.endsWith('-gpu')), packageFolder);
  say('compiling the addon, about a minute');
  mustRun('the addon does not compile (needs python3, make and g++)', 'npm', ['run', 'build-addon-from-source'], {
    cwd: packageFolder,
    env: { ...process.env, ...nodeHeaders() },
  });
}

/** Node's own headers where they lie beside it, so that node-gyp need not download them. */
function nodeHeaders() {
  const prefix = dirname(dirname(process.execPath));
  const isHere = existsSync(join(prefix, 'include', 'node', 'node_api.h'));
  return isHere && process.env.npm_config_nodedir === undefined ? { npm_config_nodedir: prefix } : {};
}
