/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, diagnostics: false }] },
  moduleNameMapper: {
    '^tfjs-adaptive-batch$': '<rootDir>/src/index.ts',
    '^tfjs-adaptive-batch/core$': '<rootDir>/src/core-entry.ts',
    '^tfjs-adaptive-batch/replay$': '<rootDir>/src/replay-entry.ts',
    '^tfjs-adaptive-batch/report$': '<rootDir>/src/report-entry.ts',
    '^tfjs-adaptive-batch/formats$': '<rootDir>/src/formats-entry.ts',
    '^tfjs-adaptive-batch/watch$': '<rootDir>/src/watch-entry.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  testTimeout: 60_000,
};
