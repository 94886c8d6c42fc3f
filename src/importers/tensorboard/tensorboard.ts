import { findColumns } from '../columns.js';
import type { MergedRow } from '../merge-rows.js';
import { peek } from '../peek.js';
import { foreignRecords, type Position, signalsOf } from '../records.js';
import { ALL_SIGNALS } from '../signals.js';
import type { ByteSource, ImportedRun, ImportOptions } from '../types.js';
import type { Event } from './event.js';
import { HEADER_TAG, ownRecords } from './own-records.js';
import { collectScalars, readEvents, scalarRows } from './scalars.js';

const FORMAT = 'tensorboard';

type PlacedEvent = Event & { readonly place: string; readonly record: number };

/** Without the file's version, graphs and session marks. */
async function* withValues(events: AsyncIterable<PlacedEvent>): AsyncGenerator<PlacedEvent> {
  for await (const event of events) if (event.values.length > 0 || event.skipped > 0) yield event;
}

/**
 * Reads a TensorBoard event file: its scalars, joined by step.
 *
 * Updates are counted from 1: where the tag of the loss begins with step 0, one is added. Step times are taken from the wall clock
 * between two losses, with all that happened in between.
 * @throws TypeError with file, record and tag for what cannot be read
 */
export async function readTensorBoard(source: ByteSource, options: ImportOptions = {}): Promise<ImportedRun> {
  const { name = 'standard input', onWarning = () => undefined } = options;
  const reading = { name, onWarning };
  const { first, all } = await peek(withValues(readEvents(source, reading)));
  if (first?.values.some(({ tag }) => tag === HEADER_TAG)) {
    return { name, format: FORMAT, signals: ALL_SIGNALS, records: ownRecords(all) };
  }
  const scalars = await collectScalars(all, reading);
  const tags = [...new Set(scalars.map(({ tag }) => tag))];
  const columns = findColumns(name, tags, options.columns, ['step']);
  const lossTag = columns.loss as string;
  const offset = scalars.find(({ tag }) => tag === lossTag)?.step === 0 ? 1 : 0;
  const position = ({ epoch, step = 0 }: MergedRow): Position => ({
    step: step + offset,
    ...(epoch !== undefined && { epoch: Math.floor(epoch) }),
  });
  const signals = signalsOf(columns, true);
  const rows = scalarRows(scalars, name, lossTag);
  // A row gives its step under the name of no tag.
  const foreign = { file: name, format: FORMAT, columns: { step: '', ...columns }, rows, about: {}, signals, position };
  return { name, format: FORMAT, signals, records: foreignRecords({ ...foreign, format: FORMAT }, options) };
}
