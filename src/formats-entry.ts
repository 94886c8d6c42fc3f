export { optionsFor, policiesFor } from './assembly/needs.js';
export { exportRun } from './exporters/index.js';
export {
  detectFormat,
  FOREIGN_FORMATS,
  type ForeignFormat,
  type FormatName,
  type ImportedRun,
  type ImportOptions,
  importRun,
  signalsOfHeader,
} from './importers/index.js';
