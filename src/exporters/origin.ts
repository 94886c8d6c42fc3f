import type { Json } from '../core/types.js';
import type { ForeignFormat } from '../importers/types.js';
import type { LogRecord } from '../run-log/stream.js';
import { isObject, type JsonFields } from '../run-log/validate.js';

/** What an importer left in the header for the way back; undefined where the run came from another format or was logged here. */
export function originOf(record: LogRecord, format: ForeignFormat): JsonFields | undefined {
  if (record.kind !== 'header') return undefined;
  const { imported } = record.header.about as { imported?: unknown };
  return isObject(imported) && imported.format === format ? imported : undefined;
}

/** The rows that a step was made of, as they stood in the file that it came from. */
export function rowsOf(record: LogRecord): readonly Json[] {
  if (record.kind === 'header') throw new TypeError(`${record.place}: another run; this format holds one`);
  const { imported } = record.observation as { imported?: unknown };
  if (Array.isArray(imported)) return imported;
  throw new TypeError(`${record.place}: the rows that it was imported from (imported) are not there`);
}
