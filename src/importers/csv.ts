import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { Row } from './merge-rows.js';
import type { ByteSource } from './types.js';

/** A CSV file: its head, and its rows as they come. */
export interface CsvFile {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<Row>;
}

/** Longest row accepted [bytes]: a quote that is never closed must not take the whole file in. */
const LONGEST_ROW = 2 ** 24;

type Parsed = { readonly record: string[]; readonly info: { readonly lines: number } };

async function* parsed(source: ByteSource, file: string): AsyncGenerator<Parsed> {
  const parser = parse({ bom: true, info: true, max_record_size: LONGEST_ROW, skip_empty_lines: true });
  // Errors reach the loop below by way of the parser.
  pipeline(Readable.from(source), parser, () => undefined);
  try {
    for await (const row of parser) yield row as Parsed;
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = (cause as { lines?: unknown }).lines;
    throw new TypeError(`${file}:${line}: not a row of CSV: ${cause.message}`, { cause });
  }
}

function checkColumns(columns: readonly string[], file: string): void {
  const twice = columns.find((name, i) => name !== '' && columns.indexOf(name) !== i);
  if (twice !== undefined) throw new TypeError(`${file}:1: column '${twice}' stands there twice`);
}

async function* rowsOf(rest: AsyncGenerator<Parsed>, columns: readonly string[], file: string): AsyncGenerator<Row> {
  const index = new Map(columns.map((name, i) => [name, i]));
  for await (const { record, info } of rest) {
    yield {
      place: `${file}:${info.lines}`,
      line: info.lines,
      cell: (column) => record[index.get(column) ?? -1],
      raw: record,
    };
  }
}

/**
 * Reads CSV with a head: quotes, line ends of any kind and a byte order mark as they come.
 * @throws TypeError with file and line where it is none, or a row has more or fewer cells than the head
 */
export async function readCsv(source: ByteSource, file: string): Promise<CsvFile> {
  const rows = parsed(source, file);
  const { done, value } = await rows.next();
  if (done === true) throw new TypeError(`${file}: is empty`);
  const columns = value.record;
  checkColumns(columns, file);
  return { columns, rows: rowsOf(rows, columns, file) };
}
