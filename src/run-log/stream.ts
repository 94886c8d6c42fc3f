import { type LogSource, plainBytes } from './bytes.js';
import { createLogParser, type LogParserOptions } from './log-parser.js';
import type { LogRecord } from './records.js';
import { stepScanner } from './scan-step.js';

export type { LogSource } from './bytes.js';
export type { HeaderRecord, LogRecord, StepRecord } from './records.js';

/** Options of {@link readRecords}. */
export type ReadRecordsOptions = LogParserOptions;

/**
 * The records of a run log of any length in constant memory, a batch for each piece of it.
 *
 * Gzip is noticed by its magic bytes and inflated as it comes. Several runs may follow one another. What a killed process left is left out
 * with a warning, see {@link createLogParser}; all else that is not as the format says is an error.
 * @param source pieces of the text or of its bytes, cut anywhere
 * @throws TypeError with file, line and field
 * @example for await (const records of readRecords(createReadStream('run.jsonl'))) for (const record of records) ...
 */
export async function* readRecords(
  source: LogSource,
  options: ReadRecordsOptions = {},
): AsyncGenerator<readonly LogRecord[], void, undefined> {
  const parser = createLogParser(options, stepScanner());
  for await (const bytes of plainBytes(source, options.name ?? 'run log')) {
    yield* parser.push(bytes);
  }
  const records = parser.end();
  if (records.length > 0) yield records;
}
