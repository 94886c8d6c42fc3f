import { FOLDERS } from './mutation/folders.js';

/** Mutation testing of the pure units: `npm run mutation`, or of some: `MUTATION_FOLDERS=schedules npm run mutation`. */
export default {
  mutate: FOLDERS.map((folder) => `src/${folder}/**/*.ts`),
  plugins: ['./mutation/runner.js'],
  testRunner: 'quick',
  coverageAnalysis: 'perTest',
  // A busy machine is no endless loop, and a timeout counts as a kill.
  timeoutMS: 20_000,
  tempDirName: '.stryker/tmp',
  reporters: ['clear-text', 'json', 'progress-append-only'],
  jsonReporter: { fileName: '.stryker/report.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
  thresholds: { high: 90, low: 85 },
  concurrency: 1,
  ignorePatterns: ['/bench', '/dist', '/docs', '/runs', '/examples', '/coverage'],
};
