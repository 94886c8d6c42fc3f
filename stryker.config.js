import { FOLDERS } from './mutation/folders.js';

/** Mutation testing of the pure units: `npm run mutation`, or of some: `MUTATION_FOLDERS=schedules npm run mutation`. */
export default {
  mutate: FOLDERS.map((folder) => `src/${folder}/**/*.ts`),
  plugins: ['@stryker-mutator/jest-runner', './mutation/runner.js'],
  testRunner: 'quick-jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--no-warnings'],
  jest: { configFile: 'mutation/jest.config.js', projectType: 'custom', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  dryRunTimeoutMinutes: 20,
  // A busy machine is no endless loop, and a timeout counts as a kill.
  timeoutMS: 60_000,
  incremental: true,
  incrementalFile: '.stryker/incremental.json',
  tempDirName: '.stryker/tmp',
  reporters: ['clear-text', 'json', 'progress-append-only'],
  jsonReporter: { fileName: '.stryker/report.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 90, low: 85, break: 85 },
  concurrency: 2,
  ignorePatterns: ['/bench', '/dist', '/docs', '/runs', '/examples', '/coverage'],
};
