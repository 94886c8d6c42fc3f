import fc from 'fast-check';
import { lineSplitter } from '../../src/cli/line-splitter.js';

function split(bytes: Uint8Array, width: number, most: number): string[] {
  const splitter = lineSplitter(most);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += width) lines.push(...splitter.push(bytes.subarray(at, at + width)));
  const last = splitter.end();
  return last === undefined ? lines : [...lines, last];
}

test('lines come out as they went in, however the bytes are cut', () => {
  const anyLine = fc.string({ unit: 'grapheme' }).map((line) => line.replace(/[\r\n]/g, ''));
  fc.assert(
    fc.property(
      fc.array(anyLine),
      fc.constantFrom('\n', '\r\n'),
      fc.integer({ min: 1, max: 9 }),
      (lines, end, width) => {
        const bytes = new TextEncoder().encode(lines.map((line) => line + end).join(''));
        expect(split(bytes, width, 1000)).toEqual(lines);
      },
    ),
  );
});

test('of a line that does not end one character too many is kept', () => {
  const bytes = new TextEncoder().encode(`${'x'.repeat(1000)}\nshort\n${'y'.repeat(50)}`);
  for (const width of [1, 7, 2000]) expect(split(bytes, width, 10)).toEqual(['x'.repeat(11), 'short', 'y'.repeat(11)]);
});
