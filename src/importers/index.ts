import { readHuggingFace } from './hugging-face.js';
import { readKerasCsv } from './keras-csv.js';
import { readLightningCsv } from './lightning-csv.js';
import { readTensorBoard } from './tensorboard/tensorboard.js';
import type { ByteSource, ForeignFormat, ImportedRun, ImportOptions } from './types.js';

export { detectFormat, type FormatName, PEEK_BYTES } from './detect.js';
export { signalsOfHeader } from './signals.js';
export {
  FOREIGN_FORMATS,
  type ForeignFormat,
  type ImportedRun,
  type ImportOptions,
  QUANTITIES,
} from './types.js';

/** How each format is read. */
const READERS: Readonly<Record<ForeignFormat, (source: ByteSource, options?: ImportOptions) => Promise<ImportedRun>>> =
  {
    'keras-csv': readKerasCsv,
    'lightning-csv': readLightningCsv,
    'hugging-face': readHuggingFace,
    tensorboard: readTensorBoard,
  };

/**
 * Reads another tool's log as a run log: header and steps, without decisions.
 * @param source its bytes, not compressed
 * @throws TypeError with file, line and column for what cannot be read
 * @example const { signals, records } = await importRun('keras-csv', createReadStream('training.csv'), { facts: { baseBatchSize: 32, baseLearningRate: 0.01 } })
 */
export function importRun(format: ForeignFormat, source: ByteSource, options?: ImportOptions): Promise<ImportedRun> {
  return READERS[format](source, options);
}
