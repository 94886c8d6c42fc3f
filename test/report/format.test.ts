import { formatNumber, formatShort, formatTime } from '../../src/report/format.js';
import { escapeText } from '../../src/report/html.js';
import { wrapped } from '../../src/report/wrapped.js';

test.each([
  [0, '0'],
  [-0, '0'],
  [123.0, '123'],
  [5, '5'],
  [1437, '1,437'],
  [1234567, '1,234,567'],
  [-1234, '−1,234'],
  [0.1, '0.1'],
  [0.03125, '0.0313'],
  [12.34567, '12.3'],
  [999.6, '1,000'],
  [1234.56, '1,235'],
  [0.000025, '2.5e-5'],
  [1.7e300, '1.7e300'],
  [Number.NaN, '–'],
  [Number.POSITIVE_INFINITY, '∞'],
  [Number.NEGATIVE_INFINITY, '−∞'],
])('formatNumber(%p) is %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test.each([
  [0.5, '0.5'],
  [999, '999'],
  [1000, '1k'],
  [12_500, '12.5k'],
  [2e6, '2M'],
  [3e9, '3G'],
  [-20_000, '−20k'],
])('formatShort(%p) is %s', (value, text) => {
  expect(formatShort(value)).toBe(text);
});

test.each([
  [0, '0 s'],
  [0.0005, '0.5 ms'],
  [0.25, '250 ms'],
  [2.5, '2.5 s'],
  [119, '119 s'],
  [300, '5 min'],
  [36_000, '10 h'],
  [36_000_000, '10,000 h'],
  [Number.NaN, '–'],
])('formatTime(%p) is %s', (value, text) => {
  expect(formatTime(value)).toBe(text);
});

test('escapeText leaves nothing that could end a tag, an attribute or a document', () => {
  expect(escapeText(`</script><img src=x onerror='a("b")'>&amp;`)).toBe(
    '&lt;/script&gt;&lt;img src=x onerror=&#39;a(&quot;b&quot;)&#39;&gt;&amp;amp;',
  );
  expect(escapeText('a\u0000b\u001bc\ud800d\ufffee\tf😀')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde\tf😀');
});

test('wrapped keeps all words within the columns', () => {
  expect(wrapped('one two  three', 8)).toEqual(['one two', 'three']);
  expect(wrapped('abcdefghij k', 4)).toEqual(['abcd', 'efgh', 'ij k']);
  expect(wrapped('', 4)).toEqual([]);
});
