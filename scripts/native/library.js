import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, say } from './run.js';

const CC = 'libtensorflow_cc.so.2';
const FRAMEWORK = 'libtensorflow_framework.so.2';

const UNPACK = `
import sys, zipfile
wheel, folder = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith('tensorflow/include/') or name in ('tensorflow/${CC}', 'tensorflow/${FRAMEWORK}'):
            archive.extract(name, folder)
`;

/** Puts the wheel's library and headers where the package looks for those that it would have downloaded, under their names there. */
export function placeLibrary(wheel, packageFolder) {
  say(`unpacking the library from ${wheel}`);
  const deps = join(packageFolder, 'deps');
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(join(deps, 'lib'), { recursive: true });
  mustRun('the wheel cannot be unpacked', 'python3', ['-c', UNPACK, wheel, deps]);
  const unpacked = join(deps, 'tensorflow');
  renameSync(join(unpacked, 'include'), join(deps, 'include'));
  for (const file of [CC, FRAMEWORK]) renameSync(join(unpacked, file), join(deps, 'lib', file));
  rmSync(unpacked, { recursive: true });
  for (const [link, file] of [
    ['libtensorflow.so', CC],
    ['libtensorflow.so.2.9.1', CC],
    ['libtensorflow_framework.so', FRAMEWORK],
  ]) {
    symlinkSync(file, join(deps, 'lib', link));
  }
}
