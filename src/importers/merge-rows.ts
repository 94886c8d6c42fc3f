import type { Json } from '../core/types.js';
import { numberIn } from './cell.js';
import type { Columns, Quantity } from './types.js';

/** One row (entry, step of a tag) of another tool's log. */
export interface Row {
  /** File and line, or what stands for it. */
  readonly place: string;
  readonly line: number;
  /** What stands in a column; undefined where nothing does. */
  cell(column: string): unknown;
  /** The row as it stood, for a conversion back. */
  readonly raw: Json;
  /** When it was written [s]. */
  readonly wallTime?: number;
}

/** A row with a training loss, and what the rows around it add. */
export interface MergedRow {
  readonly place: string;
  readonly line: number;
  readonly loss: number;
  /** Of an evaluation after this row and before the next one with a loss. */
  validationLoss?: number;
  readonly learningRate?: number;
  readonly batchSize?: number;
  readonly step?: number;
  readonly epoch?: number;
  readonly stepMs?: number;
  readonly wallTime?: number;
  /** The rows it was made of, as they stood. */
  readonly raw: Json[];
}

/** Rows without a loss between two with one: an evaluation writes a handful. */
const MOST_BETWEEN = 10_000;
/** Quantities that hold from the row that tells them until the next one does. */
const LASTING = ['learningRate', 'batchSize'] as const satisfies readonly Quantity[];

type Lasting = { -readonly [Key in (typeof LASTING)[number]]?: number };

/** Reads the row's quantities. */
function reader(row: Row, columns: Columns): (quantity: Quantity) => number | undefined {
  return (quantity) => {
    const column = columns[quantity];
    return column === undefined ? undefined : numberIn(row.cell(column), row.place, column);
  };
}

function begin(row: Row, loss: number, read: (quantity: Quantity) => number | undefined, lasting: Lasting): MergedRow {
  const own = ['step', 'epoch', 'stepMs', 'validationLoss'] as const;
  const known = own.map((quantity) => [quantity, read(quantity)] as const).filter(([, value]) => value !== undefined);
  return {
    place: row.place,
    line: row.line,
    loss,
    ...lasting,
    ...Object.fromEntries(known),
    ...(row.wallTime !== undefined && { wallTime: row.wallTime }),
    raw: [row.raw],
  };
}

/**
 * Joins rows to one for each row with a training loss.
 *
 * An evaluation's row goes to the last loss before it: the decision after that step is the first that can know of it. One before the
 * first loss goes to that. Learning rate and batch size hold until another is told.
 * @throws TypeError with place and column for a cell that holds no number, and where rows without a loss do not end
 */
export async function* mergeRows(rows: AsyncIterable<Row>, columns: Columns): AsyncGenerator<MergedRow> {
  const lasting: Lasting = {};
  let current: MergedRow | undefined;
  let early: { readonly raw: Json[]; validationLoss?: number } = { raw: [] };
  for await (const row of rows) {
    const read = reader(row, columns);
    for (const quantity of LASTING) {
      const told = read(quantity);
      if (told !== undefined) lasting[quantity] = told;
    }
    const loss = read('loss');
    if (loss !== undefined) {
      if (current !== undefined) yield current;
      const next = begin(row, loss, read, lasting);
      current = { ...early, ...next, raw: [...early.raw, ...next.raw] };
      early = { raw: [] };
      continue;
    }
    const last = current ?? early;
    const validationLoss = read('validationLoss');
    if (validationLoss !== undefined) last.validationLoss = validationLoss;
    last.raw.push(row.raw);
    if (last.raw.length > MOST_BETWEEN) {
      throw new TypeError(`${row.place}: more than ${MOST_BETWEEN} rows without a training loss (${columns.loss})`);
    }
  }
  if (current !== undefined) yield current;
}
