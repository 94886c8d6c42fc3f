import { brailleCanvas } from '../../src/report/braille.js';
import { showsColor } from '../../src/report/paint.js';
import { sparkline } from '../../src/report/sparkline.js';
import { rejects } from '../support/rejections.js';

rejects([[() => sparkline([1], 0), 'sparkline: width', 'a whole number >= 1', '0']]);

test.each([
  [[1, 2, 3, 4, 5, 6, 7, 8], 8, 'linear', '▁▂▃▄▅▆▇█'],
  [[1, 2, 4, 8], 4, 'log2', '▁▃▆█'],
  [[1, 1, 3, 3], 2, 'linear', '▁█'],
  [[1, Number.NaN, 2], 3, 'linear', '▁ █'],
  [[5, 5], 10, 'linear', '▁▁'],
  [[Number.NaN, Number.NaN], 2, 'linear', '  '],
  [[], 5, 'linear', ''],
] as const)('sparkline(%j, %i, %s) is %s', (values, width, scale, expected) => {
  expect(sparkline(values, width, scale)).toBe(expected);
});

test('a canvas draws dots where they are asked for, and nothing outside', () => {
  const canvas = brailleCanvas(2, 1);
  expect([canvas.width, canvas.height]).toEqual([4, 4]);
  canvas.line([0, 0], [0, 3], 1);
  canvas.line([2, 3], [3, 3], 2);
  canvas.line([-5, 9], [-5, 9], 3);
  expect(canvas.rows((letters, pen) => `${pen}:${letters} `)).toEqual(['1:⡇ 2:⣀ ']);
});

test.each([
  [{ stdout: { isTTY: true } }, true],
  [{ stdout: { isTTY: false } }, false],
  [{ stdout: { isTTY: true }, env: { NO_COLOR: '1' } }, false],
  [{ stdout: { isTTY: true }, env: { NO_COLOR: '' } }, true],
  [{ stdout: { isTTY: true }, env: { TERM: 'dumb' } }, false],
  [{ env: { FORCE_COLOR: '1' } }, true],
  [{ env: { FORCE_COLOR: '1', NO_COLOR: '1' } }, false],
  [{ stdout: { isTTY: true }, env: { FORCE_COLOR: '0' } }, false],
  [{}, false],
])('colours for %j: %j', (host, expected) => {
  expect(showsColor(host)).toBe(expected);
});
