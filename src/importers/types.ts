import type { RunFacts, Signal } from '../core/types.js';
import type { LogRecord } from '../run-log/stream.js';

/** The formats that a run can be read from, besides the run log itself. */
export const FOREIGN_FORMATS = ['keras-csv', 'lightning-csv', 'hugging-face', 'tensorboard'] as const;
export type ForeignFormat = (typeof FOREIGN_FORMATS)[number];

/** The quantities that a column (a tag, a key) of another tool's log can stand for. */
export const QUANTITIES = ['loss', 'validationLoss', 'learningRate', 'batchSize', 'step', 'epoch', 'stepMs'] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** Which column holds which quantity. */
export type Columns = Readonly<Partial<Record<Quantity, string>>>;

/** How to read another tool's log. */
export interface ImportOptions {
  /** Of the file, for messages. @defaultValue 'standard input' */
  readonly name?: string;
  /** What the file does not say of the run; what it says of the learning rate goes before. */
  readonly facts?: Partial<RunFacts>;
  /** Columns by name, where the usual ones are not meant. */
  readonly columns?: Columns;
  /** Gets what was left out or taken for granted, a line each. @defaultValue nobody */
  readonly onWarning?: (message: string) => void;
}

/** A run read from another tool's log. */
export interface ImportedRun {
  readonly name: string;
  readonly format: ForeignFormat;
  /** What its steps can tell; a policy that needs more is refused. */
  readonly signals: readonly Signal[];
  /** Header and steps as a run log has them; a foreign step has no decision. */
  readonly records: AsyncIterable<LogRecord>;
}

/** Bytes as they come from a file or a pipe. */
export type ByteSource = AsyncIterable<Uint8Array>;
