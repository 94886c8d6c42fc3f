import { KERAS, LIGHTNING } from '../importers/csv-dialects.js';
import type { FormatName } from '../importers/detect.js';
import { formatHeader, replaceNumber } from '../run-log/format.js';
import type { LogRecord } from '../run-log/stream.js';
import { writeCsv } from './csv.js';
import { writeHuggingFace } from './hugging-face.js';
import { writeTensorBoard } from './tensorboard.js';

type Written = AsyncIterable<Uint8Array | string>;

async function* writeRunLog(records: AsyncIterable<LogRecord>): AsyncGenerator<string> {
  for await (const record of records) {
    if (record.kind === 'header') yield `${formatHeader(record.header)}\n`;
    else {
      const { observation, decision } = record;
      yield `${JSON.stringify({ ...observation, ...(decision && { decision }) }, replaceNumber)}\n`;
    }
  }
}

/** How each format is written. */
const WRITERS: Readonly<Record<FormatName, (records: AsyncIterable<LogRecord>) => Written>> = {
  'run-log': writeRunLog,
  'keras-csv': (records) => writeCsv(records, 'keras-csv', KERAS),
  'lightning-csv': (records) => writeCsv(records, 'lightning-csv', LIGHTNING),
  'hugging-face': writeHuggingFace,
  tensorboard: writeTensorBoard,
};

/**
 * Writes a log in another format.
 *
 * All that a run log holds goes along, so that it comes back the same; a log that was imported goes back to its format row by row as it was.
 * @throws TypeError where the format cannot hold the records: a second run in trainer_state.json, or in a log that goes back
 */
export function exportRun(format: FormatName, records: AsyncIterable<LogRecord>): Written {
  return WRITERS[format](records);
}
