/** The numbers of one step; NaN where there is none. */
export type Row = readonly number[];

/** Steps next to each other, by the rows that a chart needs of them. */
type Bucket = {
  rows: number;
  first: Row;
  last: Row;
  /** For each tracked column the rows with its least and greatest number. */
  readonly extremes: (Row | undefined)[];
};

/** Rows kept of a stream in constant memory. */
export interface ThinnedRows {
  add(row: Row): void;
  /** The rows kept, in the order they came. */
  rows(): Row[];
}

/**
 * Thins a stream of rows so that a chart of it looks as one of all rows would.
 *
 * Neighbouring rows share a bucket, which keeps its first and last row and the rows with the least and greatest number of each tracked
 * column. Once `maxBuckets` are full, neighbours merge and each holds twice as many rows. So no peak is lost, and memory and the number
 * of rows stay below maxBuckets·(2 + 2·tracked columns) at any length.
 *
 * Column 0 must ascend strictly.
 * @param tracked columns whose extremes are kept
 * @param maxBuckets an even number >= 2
 */
export function thinnedRows(tracked: readonly number[], maxBuckets: number): ThinnedRows {
  let buckets: Bucket[] = [];
  let rowsPerBucket = 1;

  function keepExtremes(extremes: (Row | undefined)[], row: Row | undefined, column: number, slot: number): void {
    const value = row?.[column] as number;
    if (row === undefined || Number.isNaN(value)) return;
    const least = extremes[slot];
    const most = extremes[slot + 1];
    if (least === undefined || value < (least[column] as number)) extremes[slot] = row;
    if (most === undefined || value > (most[column] as number)) extremes[slot + 1] = row;
  }

  function include(bucket: Bucket, row: Row): void {
    bucket.rows++;
    bucket.last = row;
    for (const [i, column] of tracked.entries()) keepExtremes(bucket.extremes, row, column, 2 * i);
  }

  function merged(left: Bucket, right: Bucket): Bucket {
    for (const [i, column] of tracked.entries()) {
      keepExtremes(left.extremes, right.extremes[2 * i], column, 2 * i);
      keepExtremes(left.extremes, right.extremes[2 * i + 1], column, 2 * i);
    }
    left.rows += right.rows;
    left.last = right.last;
    return left;
  }

  function halve(): void {
    const halves: Bucket[] = [];
    for (let i = 0; i + 1 < buckets.length; i += 2) {
      halves.push(merged(buckets[i] as Bucket, buckets[i + 1] as Bucket));
    }
    buckets = halves;
    rowsPerBucket *= 2;
  }

  return {
    add(row) {
      const open = buckets.at(-1);
      if (open !== undefined && open.rows < rowsPerBucket) return include(open, row);
      if (buckets.length === maxBuckets) halve();
      const bucket: Bucket = { rows: 0, first: row, last: row, extremes: [] };
      buckets.push(bucket);
      include(bucket, row);
    },
    rows: () =>
      buckets.flatMap(({ first, last, extremes }) => {
        const kept = new Set([first, last, ...extremes.filter((row) => row !== undefined)]);
        return [...kept].sort((a, b) => (a[0] as number) - (b[0] as number));
      }),
  };
}
