import { headerOf, stepOf } from '../run-log/parse-line.js';
import type { LogRecord } from '../run-log/stream.js';
import { numberIn, shown } from './cell.js';
import type { CsvFile } from './csv.js';
import { type CsvDialect, columnOf, HEADER_COLUMN, MORE_COLUMN } from './csv-dialects.js';
import type { Row } from './merge-rows.js';
import { jsonIn, type Leaf, type LeafField, unflatten } from './own-fields.js';

function textOf(row: Row, column: string): string | undefined {
  const text = row.cell(column) as string | undefined;
  return text === '' ? undefined : text;
}

function truthOf(text: string, place: string, column: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new TypeError(`${place}: ${column} must be true or false; got ${shown(text)}`);
}

function leafOf(row: Row, { path, is }: LeafField, dialect: CsvDialect): Leaf | undefined {
  const name = path.join('.');
  const column = columnOf(name, dialect);
  const text = textOf(row, column);
  if (text === undefined || is === 'text') return text;
  if (is === 'boolean' || is === 'true') return truthOf(text, row.place, column);
  const number = numberIn(text, row.place, column);
  return number !== undefined && name === 'step' ? number + 1 - dialect.firstStep : number;
}

/**
 * Reads back CSV that was written from a run log: a row's header, its step or both.
 * @throws TypeError with file, line and column for what cannot be read
 */
export async function* csvRecords({ rows }: CsvFile, dialect: CsvDialect): AsyncGenerator<LogRecord> {
  let hasHeader = false;
  for await (const row of rows) {
    const { place, line } = row;
    const header = textOf(row, HEADER_COLUMN);
    if (header !== undefined) {
      yield { kind: 'header', header: headerOf(jsonIn(header, place, HEADER_COLUMN), place), line, place };
      hasHeader = true;
    }
    const fields = unflatten((field) => leafOf(row, field, dialect), textOf(row, MORE_COLUMN), place);
    if (header !== undefined && Object.keys(fields).length === 0) continue;
    if (!hasHeader) throw new TypeError(`${place}: a step before any header (column ${HEADER_COLUMN})`);
    yield { kind: 'step', ...stepOf(fields, place), line, place };
  }
}
