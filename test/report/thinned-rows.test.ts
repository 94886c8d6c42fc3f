import fc from 'fast-check';
import { type Row, thinnedRows } from '../../src/report/thinned-rows.js';

const anyNumbers = fc.array(
  fc.tuple(
    fc.oneof({ weight: 9, arbitrary: fc.double({ noNaN: true }) }, fc.constant(Number.NaN)),
    fc.constantFrom(1, 2, 4),
  ),
  { minLength: 1, maxLength: 400, size: 'max' },
);

function thin(numbers: readonly (readonly [number, number])[], maxBuckets: number): { all: Row[]; kept: Row[] } {
  const all = numbers.map(([one, other], i): Row => [i, one, other]);
  const thinned = thinnedRows([1, 2], maxBuckets);
  for (const row of all) thinned.add(row);
  return { all, kept: thinned.rows() };
}

const even = fc.integer({ min: 1, max: 20 }).map((half) => 2 * half);

test('no peak is lost: every column keeps its least and greatest number, and the ends stay', () => {
  fc.assert(
    fc.property(anyNumbers, even, (numbers, maxBuckets) => {
      const { all, kept } = thin(numbers, maxBuckets);
      for (const column of [1, 2]) {
        const of = (rows: readonly Row[]) => rows.map((row) => row[column] as number).filter((x) => !Number.isNaN(x));
        expect(Math.min(...of(kept))).toBe(Math.min(...of(all)));
        expect(Math.max(...of(kept))).toBe(Math.max(...of(all)));
      }
      expect([kept[0], kept.at(-1)]).toEqual([all[0], all.at(-1)]);
    }),
  );
});

test('rows stay in order, each once, and no more than the bound', () => {
  fc.assert(
    fc.property(anyNumbers, even, (numbers, maxBuckets) => {
      const indices = thin(numbers, maxBuckets).kept.map(([index]) => index as number);
      expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b));
      expect(indices.length).toBeLessThanOrEqual(maxBuckets * 6);
    }),
  );
});

test('what fits is kept whole', () => {
  fc.assert(
    fc.property(anyNumbers, (numbers) => {
      const { all, kept } = thin(numbers, 400);
      expect(kept).toEqual(all);
    }),
  );
});

test('a peak survives each time that neighbours merge', () => {
  const numbers = Array.from({ length: 100_000 }, (_, i) => [i === 54_321 ? 9 : 0, 1] as const);
  expect(thin(numbers, 4).kept).toContainEqual([54_321, 9, 1]);
});
