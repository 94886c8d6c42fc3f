import { copyFileSync, cpSync, linkSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const LIBRARY = join('deps', 'lib');

/** Copies the package; its library, of hundreds of megabytes, as hard links where the file system can. */
export function copyPackage(from, to) {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const library = join(from, LIBRARY);
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, filter: (path) => path !== library });
  mkdirSync(join(to, LIBRARY), { recursive: true });
  for (const file of readdirSync(library)) {
    const [source, target] = [join(library, file), join(to, LIBRARY, file)];
    if (lstatSync(source).isSymbolicLink()) cpSync(source, target, { verbatimSymlinks: true });
    else linkOrCopy(source, target);
  }
}

function linkOrCopy(source, target) {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}
