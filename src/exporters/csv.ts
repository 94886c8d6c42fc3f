import { type CsvDialect, columnOf, HEADER_COLUMN, MORE_COLUMN } from '../importers/csv-dialects.js';
import { flatten, LEAF_FIELDS, type Leaf } from '../importers/own-fields.js';
import { peek } from '../importers/peek.js';
import type { ForeignFormat } from '../importers/types.js';
import { formatHeader, replaceNumber } from '../run-log/format.js';
import type { LogRecord } from '../run-log/stream.js';
import { originOf, rowsOf } from './origin.js';

/** A text as a cell, in quotes where it needs them. */
function quoted(text: string): string {
  return /[",\r\n\uFEFF]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Numbers as Python writes those that are not finite. */
function cellOf(value: Leaf | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'number') return quoted(String(value));
  if (Number.isNaN(value)) return 'nan';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? 'inf' : '-inf';
}

function rowOf(cells: readonly string[]): string {
  return `${cells.join(',')}\n`;
}

/** The tool's own columns first. */
function columnOrder(dialect: CsvDialect): readonly string[] {
  const paths = LEAF_FIELDS.map(({ path }) => path.join('.'));
  const named = [...dialect.names.keys()];
  return [...named, ...paths.filter((path) => !named.includes(path))];
}

function stepRow(record: LogRecord & { kind: 'step' }, paths: readonly string[], dialect: CsvDialect): string[] {
  const { leaves, more } = flatten(record.observation, record.decision);
  const cells = paths.map((path) => {
    const value = leaves.get(path);
    return cellOf(path === 'step' ? Number(value) - 1 + dialect.firstStep : value);
  });
  return [...cells, more === undefined ? '' : quoted(JSON.stringify(more, replaceNumber))];
}

/** The records as the rows of the file that they were imported from. */
async function* back(records: AsyncIterable<LogRecord>, head: readonly string[]): AsyncGenerator<string> {
  yield rowOf(head.map(quoted));
  for await (const record of records) {
    for (const row of rowsOf(record)) yield rowOf((row as readonly string[]).map(quoted));
  }
}

/** The records in columns: those of the tool, those of the run log, the header as JSON in the first row of a run. */
async function* across(records: AsyncIterable<LogRecord>, dialect: CsvDialect): AsyncGenerator<string> {
  const paths = columnOrder(dialect);
  yield rowOf([...paths.map((path) => columnOf(path, dialect)), MORE_COLUMN, HEADER_COLUMN]);
  const nothing = [...paths, MORE_COLUMN].map(() => '');
  let header: string | undefined;
  for await (const record of records) {
    if (record.kind === 'step') {
      yield rowOf([...stepRow(record, paths, dialect), header ?? '']);
      header = undefined;
      continue;
    }
    if (header !== undefined) yield rowOf([...nothing, header]);
    header = quoted(formatHeader(record.header));
  }
  if (header !== undefined) yield rowOf([...nothing, header]);
}

/** Writes records as CSV of a dialect; those that came from this format go back as they were. */
export async function* writeCsv(
  records: AsyncIterable<LogRecord>,
  format: ForeignFormat,
  dialect: CsvDialect,
): AsyncGenerator<string> {
  const { first, all, rest } = await peek(records);
  const head = first && originOf(first, format)?.head;
  yield* Array.isArray(head) ? back(rest, head) : across(all, dialect);
}
