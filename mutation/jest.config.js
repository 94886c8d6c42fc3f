import { fileURLToPath } from 'node:url';
import base from '../jest.config.js';
import { FOLDERS } from './folders.js';

/** The tests that know the pure units. @type {import('jest').Config} */
export default {
  ...base,
  rootDir: fileURLToPath(new URL('..', import.meta.url)),
  roots: [...FOLDERS, 'assembly'].map((folder) => `<rootDir>/test/${folder}`),
  setupFilesAfterEnv: ['<rootDir>/mutation/seeded.js'],
  // Stryker looks it up by itself, and does not know <rootDir>.
  testEnvironment: fileURLToPath(new URL('first-failure.cjs', import.meta.url)),
  filter: '<rootDir>/mutation/one-file.cjs',
};
