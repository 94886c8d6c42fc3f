import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const BUILD_MS = 120_000;

/** The package as it ships. */
export interface BuiltPackage {
  /** What ships as its `dist`. */
  readonly folder: () => string;
}

/** Builds the package once for the tests of a file, in a folder from where its dependencies are found. */
export function useBuiltPackage(): BuiltPackage {
  let folder = '';
  beforeAll(() => {
    const cache = resolve('node_modules/.cache');
    mkdirSync(cache, { recursive: true });
    folder = mkdtempSync(join(cache, 'built-'));
    const tsup = resolve('node_modules/tsup/dist/cli-default.js');
    execFileSync(process.execPath, [tsup, '--no-dts', '--silent', '--out-dir', folder], { stdio: 'ignore' });
  }, BUILD_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return { folder: () => folder };
}
