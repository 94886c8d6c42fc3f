import { type PngOptions, reportPng } from '../../src/report/png.js';
import { reportSvg } from '../../src/report/svg.js';
import { bandPath, linePath, type Placing, pointsOf } from '../../src/report/svg-shape.js';
import { rejectsUnknown } from '../support/rejections.js';
import { madeSeries } from './support.js';

rejectsUnknown('reportSvg', (options) => reportSvg([madeSeries()], options));

test.each([
  [() => reportSvg([]), 'reportSvg: needs at least one series; got none'],
  [() => reportSvg([madeSeries()], { axis: 'x' as never }), 'reportSvg: axis must be one of'],
  [() => reportSvg([madeSeries()], { theme: 'blue' as never }), 'reportSvg: theme must be light or dark; got "blue"'],
])('rejects what it cannot use', (make, message) => {
  expect(make).toThrow(RangeError);
  expect(make).toThrow(message);
});

const plain: Placing = { x: [0, 1, 2, 3], toLeft: (x) => 10 * x, toTop: (value) => value };

test('a line goes from point to point and leaves gaps where values are missing', () => {
  expect(linePath([1, 2, Number.NaN, 4], plain, false)).toBe('M0,1L10,2M30,4');
  expect(linePath([Number.NaN, Number.NaN, Number.NaN, Number.NaN], plain, false)).toBe('');
});

test('a line of steps holds each value from the point before on', () => {
  expect(linePath([1, 1, 5, 5], plain, true)).toBe('M0,1L10,1L10,5L20,5L30,5');
});

test('a band goes along its upper edge and back along its lower, where both are known', () => {
  expect(bandPath([1, 2, Number.NaN, 4], [5, 6, 7, Number.NaN], plain)).toBe('M0,5L10,6L10,2L0,1Z');
});

test('points are those that can be shown', () => {
  expect(pointsOf([1, Number.NaN, 3, 4], plain)).toEqual([
    [0, 1],
    [20, 3],
    [30, 4],
  ]);
});

describe('the picture', () => {
  const hostile = `</svg><script>alert(1)</script>"'&`;
  const svg = reportSvg([madeSeries({ name: hostile }), madeSeries({ name: 'other', kind: 'replay' })], {
    axis: 'seconds',
    theme: 'dark',
  });

  test('shows all charts, the reason of each change and what a replay can say', () => {
    for (const title of ['Loss', 'Batch size', 'Learning rate', 'Noise scale', 'Examples per second']) {
      expect(svg).toContain(`font-weight="600">${title}<`);
    }
    expect(svg).toContain('After step 20: 16 → 32. 32 gains most &lt;per&gt; &quot;second&quot; &amp; step');
    expect(svg).toContain('A replay shows the decisions');
  });

  test('keeps text as text, and needs nothing from outside', () => {
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;/svg&gt;&lt;script&gt;');
    expect(svg).not.toMatch(/href|url\((?!#clip-)/);
    expect(svg).not.toContain('NaN');
  });

  test('has every element closed', () => {
    const open: string[] = [];
    for (const [, slash, name, rest] of svg.matchAll(/<(\/?)([a-zA-Z]+)((?:[^>"]|"[^"]*")*)>/g)) {
      if (slash === '/') expect(open.pop()).toBe(name);
      else if (!rest?.endsWith('/')) open.push(name as string);
    }
    expect(open).toEqual([]);
  });
});

test('a record without times is left out of a picture over time', () => {
  expect(reportSvg([madeSeries({}, [])], { axis: 'seconds' })).toContain('</svg>');
});

describe('reportPng', () => {
  const widthOf = (png: Uint8Array) => new DataView(png.buffer, png.byteOffset).getUint32(16);

  test('is a picture of the width asked for', async () => {
    const png = await reportPng([madeSeries()], { width: 300 });
    expect([...png.slice(1, 4)]).toEqual([...'PNG'].map((letter) => letter.charCodeAt(0)));
    expect(widthOf(png)).toBe(300);
  });

  test.each<[PngOptions, string]>([
    [{ width: 10 }, 'reportPng: width must be a whole number >= 100; got 10'],
    [{ misspelt: 1 } as never, "reportPng has no option 'misspelt'"],
  ])('rejects %j', async (options, message) => {
    await expect(reportPng([madeSeries()], options)).rejects.toThrow(message);
  });
});
