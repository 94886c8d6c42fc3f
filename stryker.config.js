import { FOLDERS } from './mutation/folders.js';

/**
 * Mutation testing of the pure units: `npm run mutation`, of some, or of a sample:
 * `MUTATION_FOLDERS=schedules MUTATION_SHARE=0.25 npm run mutation`.
 */
export default {
  mutate: FOLDERS.map((folder) => `src/${folder}/**/*.ts`),
  plugins: ['./mutation/runner.js'],
  testRunner: 'quick',
  coverageAnalysis: 'perTest',
  dryRunTimeoutMinutes: 20,
  // A busy machine is no endless loop, and a timeout counts as a kill.
  timeoutMS: 60_000,
  timeoutFactor: 0.5,
  tempDirName: '.stryker/tmp',
  reporters: ['clear-text', 'json', 'progress-append-only'],
  jsonReporter: { fileName: '.stryker/report.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
  thresholds: { high: 90, low: 85 },
  concurrency: 1,
  ignorePatterns: ['/bench', '/dist', '/docs', '/runs', '/examples', '/coverage'],
};
