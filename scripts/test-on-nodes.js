// Runs the tests on the other supported versions of Node, which the npm package `node` brings as plain files.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const VERSIONS = ['22', '24'];
/** What runs in a page does not hang on the version of Node. */
const LEFT_OUT = ['--testPathIgnorePatterns', '<rootDir>/test/browser/'];
const args = process.argv.slice(2);

function nodeOf(version) {
  const folder = join('node_modules', '.cache', `node-${version}`);
  const packageName = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const binary = join(folder, 'node_modules', packageName, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    execFileSync(
      'npm',
      ['install', '--prefix', folder, '--no-save', '--no-package-lock', `${packageName}@${version}`],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
        shell: process.platform === 'win32',
      },
    );
  }
  return binary;
}

for (const version of VERSIONS) {
  const node = nodeOf(version);
  console.log(`\nNode ${execFileSync(node, ['--version']).toString().trim()}`);
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', ...args, ...LEFT_OUT];
  execFileSync(node, jest, { stdio: 'inherit' });
}
