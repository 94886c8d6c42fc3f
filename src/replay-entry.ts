export { type JsonOptions, optionsFromJson } from './assembly/from-json.js';
export * from './replay/index.js';
export { openLog } from './run-log/file.js';
export { formatHeader, formatStep } from './run-log/format.js';
export { runLogSchema } from './run-log/json-schema.js';
export {
  type HeaderRecord,
  type LogRecord,
  type LogSource,
  type ReadRecordsOptions,
  readRecords,
  type StepRecord,
} from './run-log/stream.js';
