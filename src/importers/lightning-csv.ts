import { countIn } from './cell.js';
import { findColumns } from './columns.js';
import { readCsv } from './csv.js';
import { HEADER_COLUMN, LIGHTNING } from './csv-dialects.js';
import { csvRecords } from './csv-records.js';
import type { MergedRow } from './merge-rows.js';
import { foreignRecords, type Position, signalsOf } from './records.js';
import { ALL_SIGNALS } from './signals.js';
import type { ByteSource, ImportedRun, ImportOptions } from './types.js';

const FORMAT = 'lightning-csv';

/** Lightning counts updates from 0; without the column, rows are counted. */
function position({ step, epoch, place }: MergedRow, index: number): Position {
  const pass = countIn(epoch, place, 'epoch', 0);
  return { step: (countIn(step, place, 'step', 0) ?? index) + 1, ...(pass !== undefined && { epoch: pass }) };
}

/**
 * Reads the metrics.csv of Lightning's CSVLogger: training, evaluation and learning rate in rows of their own, every so many steps.
 * @throws TypeError with file, line and column for what cannot be read
 */
export async function readLightningCsv(source: ByteSource, options: ImportOptions = {}): Promise<ImportedRun> {
  const { name = 'standard input', onWarning } = options;
  const csv = await readCsv(source, name);
  if (csv.columns.includes(HEADER_COLUMN)) {
    return { name, format: FORMAT, signals: ALL_SIGNALS, records: csvRecords(csv, LIGHTNING) };
  }
  const columns = findColumns(name, csv.columns, options.columns);
  const rates = csv.columns.filter((column) => /^lr-/.test(column));
  if (rates.length > 1 && options.columns?.learningRate === undefined) {
    onWarning?.(`${name}: of the learning rates ${rates.join(', ')} the first is read`);
  }
  const signals = signalsOf(columns, columns.stepMs !== undefined);
  const about = { head: csv.columns };
  const foreign = { file: name, format: FORMAT, columns, rows: csv.rows, about, signals, position } as const;
  return { name, format: FORMAT, signals, records: foreignRecords(foreign, options) };
}
