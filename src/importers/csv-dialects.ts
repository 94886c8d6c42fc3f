/** How a tool names what it writes to CSV. */
export interface CsvDialect {
  /** Columns by the path of the field of a run log's step; the rest goes by that path. */
  readonly names: ReadonlyMap<string, string>;
  /** The tool's count of updates starts here. */
  readonly firstStep: 0 | 1;
}

/** The column that holds a run's header: its presence marks a file that was written from a run log. */
export const HEADER_COLUMN = 'runLog';
/** The column for what no other one holds, as JSON. */
export const MORE_COLUMN = 'more';

/** Keras' CSVLogger writes a row for each epoch: what goes there from a run log has one for each step, and says so. */
export const KERAS: CsvDialect = {
  names: new Map([
    ['epoch', 'epoch'],
    ['loss', 'loss'],
    ['validationLoss', 'val_loss'],
    ['learningRate', 'learning_rate'],
  ]),
  firstStep: 1,
};

/** Lightning's CSVLogger counts updates from 0. */
export const LIGHTNING: CsvDialect = {
  names: new Map([
    ['epoch', 'epoch'],
    ['step', 'step'],
    ['loss', 'train_loss'],
    ['validationLoss', 'val_loss'],
    ['learningRate', 'lr'],
  ]),
  firstStep: 0,
};

/** The column of a field. */
export function columnOf(path: string, { names }: CsvDialect): string {
  return names.get(path) ?? path;
}
