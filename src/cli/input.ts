import type { RunFacts, Signal } from '../core/types.js';
import { detectFormat, type FormatName, importRun, PEEK_BYTES, signalsOfHeader } from '../importers/index.js';
import { peek } from '../importers/peek.js';
import type { Columns } from '../importers/types.js';
import { type LogRecord, readRecords } from '../run-log/stream.js';
import { bytesOf, startOf } from './bytes.js';
import type { Io } from './io.js';
import { visible } from './visible.js';

/** What the user says of the logs. */
export interface InputOptions {
  /** @defaultValue told by how the file starts */
  readonly from?: FormatName;
  readonly facts: Partial<RunFacts>;
  readonly columns: Columns;
}

/** A log that has been opened. */
export interface OpenLog {
  /** The path, or 'standard input'. */
  readonly name: string;
  readonly format: FormatName;
  readonly signals: readonly Signal[];
  readonly records: AsyncIterable<readonly LogRecord[]>;
}

const BATCH = 512;

async function* batched(records: AsyncIterable<LogRecord>): AsyncGenerator<readonly LogRecord[]> {
  let batch: LogRecord[] = [];
  for await (const record of records) {
    batch.push(record);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** @throws TypeError where the log has no run */
async function openRunLog(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  onWarning: (text: string) => void,
): Promise<OpenLog> {
  const { first, all } = await peek(readRecords(bytes, { name, onWarning }));
  const header = first?.[0];
  if (header?.kind !== 'header') throw new TypeError(`${name}: holds no run`);
  return { name, format: 'run-log', signals: signalsOfHeader(header.header), records: all };
}

/**
 * Opens a log of any format.
 * @param path of the file, '-' for standard input
 * @throws Error that names the file, for what cannot be read
 */
export async function openInput(path: string, { from, facts, columns }: InputOptions, io: Io): Promise<OpenLog> {
  const name = path === '-' ? 'standard input' : path;
  const onWarning = (message: string): void => void io.stderr.write(`warning: ${visible(message)}\n`);
  const { start, all } = await startOf(await bytesOf(path, name, io), PEEK_BYTES);
  if (start.length === 0) throw new TypeError(`${name}: is empty`);
  const format = from ?? detectFormat(start, name);
  if (format === 'run-log') return openRunLog(name, all, onWarning);
  const { signals, records } = await importRun(format, all, { name, facts, columns, onWarning });
  return { name, format, signals, records: batched(records) };
}
