import type { RunFacts } from '../core/types.js';
import { countIn } from './cell.js';
import { findColumns } from './columns.js';
import { readCsv } from './csv.js';
import { HEADER_COLUMN, KERAS } from './csv-dialects.js';
import { csvRecords } from './csv-records.js';
import type { MergedRow } from './merge-rows.js';
import { foreignRecords, type Position, signalsOf } from './records.js';
import { ALL_SIGNALS } from './signals.js';
import type { ByteSource, ImportedRun, ImportOptions } from './types.js';

const FORMAT = 'keras-csv';

/** A row is an epoch: its step is the last one of the epoch where the size of the data tells it, else rows are counted. */
function position({ epoch, place }: MergedRow, index: number, { datasetSize, baseBatchSize }: RunFacts): Position {
  const pass = countIn(epoch, place, 'epoch', 0) ?? index;
  if (datasetSize === undefined) return { step: index + 1, epoch: pass };
  const stepsAnEpoch = Math.ceil(datasetSize / baseBatchSize);
  return { step: (pass + 1) * stepsAnEpoch, epoch: pass, examplesSeen: (pass + 1) * datasetSize };
}

/**
 * Reads the log of Keras' CSVLogger: a row for each epoch, with its mean loss.
 *
 * It tells no batch size, and a learning rate only where a schedule logs it: both are to be given in the facts, and best the size of the
 * data too, without which each row counts as one update. Its losses are means over an epoch.
 * @throws TypeError with file, line and column for what cannot be read
 */
export async function readKerasCsv(source: ByteSource, options: ImportOptions = {}): Promise<ImportedRun> {
  const { name = 'standard input', facts, onWarning } = options;
  const csv = await readCsv(source, name);
  if (csv.columns.includes(HEADER_COLUMN)) {
    return { name, format: FORMAT, signals: ALL_SIGNALS, records: csvRecords(csv, KERAS) };
  }
  const columns = findColumns(name, csv.columns, options.columns, ['step']);
  const signals = signalsOf(columns, columns.stepMs !== undefined);
  if (facts?.datasetSize === undefined) {
    onWarning?.(`${name}: each row is taken for one update, for the size of the data is not known`);
  }
  const about = { head: csv.columns };
  const foreign = { file: name, format: FORMAT, columns, rows: csv.rows, about, signals, position } as const;
  return { name, format: FORMAT, signals, records: foreignRecords(foreign, options) };
}
