import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parseDigits } from '../../../examples/browser/src/digits.js';

const FILE = 'examples/data/digits.csv.gz';

test('the page serves the digits of the other examples', () => {
  expect(readFileSync('examples/browser/public/digits.csv.gz').equals(readFileSync(FILE))).toBe(true);
});

test('every digit is in one of the two parts, its pixels in [0, 1]', () => {
  const { train, test: held } = parseDigits(gunzipSync(readFileSync(FILE)).toString());
  expect([train.labels.length, held.labels.length]).toEqual([1437, 360]);
  for (const { pixels, labels } of [train, held]) {
    expect(pixels.length).toBe(64 * labels.length);
    expect(pixels.every((pixel) => pixel >= 0 && pixel <= 1)).toBe(true);
    expect(new Set(labels)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  }
});

test.each([
  ['too few numbers', '1,2,3'],
  ['something else', '<!doctype html>'],
  ['a word among the numbers', `${Array(64).fill(1).join()},five`],
])('names the line that has %s', (_name, line) => {
  const good = Array(65).fill(1).join();
  expect(() => parseDigits(`${good}\n${line}`)).toThrow(/^digits: line 2 must hold 65 numbers; got '/);
});
