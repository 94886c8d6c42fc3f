// Runs the tests that train on the backends named, one after the other: `node scripts/test-on-backends.js wasm native [jest's arguments]`.
import { execFileSync } from 'node:child_process';

const BACKENDS = ['cpu', 'wasm', 'native'];

// That the noise is unbiased over hundreds of draws is arithmetic of the routes, whose numbers golden-routes.test.ts checks on each backend:
// it is shown on one.
const TESTS = ['test/tfjs', 'test/examples/(demo|examples)', '--testPathIgnorePatterns=test/tfjs/noise/unbiased'];

const args = process.argv.slice(2);
const backends = args.filter((argument) => BACKENDS.includes(argument));
const rest = args.filter((argument) => !BACKENDS.includes(argument));
const hasPaths = rest.some((argument) => !argument.startsWith('-'));
if (backends.length === 0) {
  console.error(`name one or more of ${BACKENDS.join(', ')}`);
  process.exit(2);
}

for (const backend of backends) {
  console.log(`\nThe tests that train, on the ${backend} backend`);
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
  try {
    execFileSync(process.execPath, [...jest, ...(hasPaths ? [] : TESTS), ...rest], {
      stdio: 'inherit',
      env: { ...process.env, TFJS_BACKEND: backend },
    });
  } catch ({ status }) {
    console.error(`\nThe tests that train fail on the ${backend} backend`);
    process.exit(status || 1);
  }
}
