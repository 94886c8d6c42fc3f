import { colorOf, DARK, dashOf, LIGHT } from '../../src/report/palette.js';

function channels(color: string): [number, number, number] {
  return [1, 3, 5].map((i) => Number.parseInt(color.slice(i, i + 2), 16) / 255) as [number, number, number];
}

const linear = (share: number): number => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);

/** Relative luminance of WCAG 2. */
function luminance(color: string): number {
  const [red, green, blue] = channels(color).map(linear) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio of WCAG 2, from 1 to 21. */
function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Dichromatic colours in linear RGB. @see Viénot, Brettel and Mollon 1999 */
const SEEN: Record<string, readonly (readonly number[])[]> = {
  protanopia: [
    [0.11238, 0.88762, 0],
    [0.11238, 0.88762, 0],
    [0.00401, -0.00401, 1],
  ],
  deuteranopia: [
    [0.29275, 0.70725, 0],
    [0.29275, 0.70725, 0],
    [-0.02234, 0.02234, 1],
  ],
};

const gamma = (share: number): number => {
  const bounded = Math.min(Math.max(share, 0), 1);
  return bounded <= 0.0031308 ? 12.92 * bounded : 1.055 * bounded ** (1 / 2.4) - 0.055;
};

function distance(one: string, other: string, matrix: readonly (readonly number[])[]): number {
  const seen = (color: string) => {
    const light = channels(color).map(linear);
    return matrix.map((row) => gamma(row.reduce((sum, factor, i) => sum + factor * (light[i] as number), 0)));
  };
  const [a, b] = [seen(one), seen(other)];
  return Math.hypot(...a.map((value, i) => value - (b[i] as number)));
}

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('%s', (_name, palette) => {
  test('text is read at 4.5:1 and better, lines at 3:1', () => {
    for (const ground of [palette.paper, palette.panel]) {
      for (const text of [palette.ink, palette.muted]) expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5);
      for (const color of palette.series) expect(contrast(color, ground)).toBeGreaterThanOrEqual(3);
    }
  });

  test.each(Object.entries(SEEN))('series that follow one another are told apart with %s', (_kind, matrix) => {
    for (const [i, color] of palette.series.entries()) {
      const next = palette.series[i + 1];
      if (next !== undefined) expect(distance(color, next, matrix)).toBeGreaterThan(0.1);
    }
  });
});

test('two series never share colour and dashes, up to 28 of them', () => {
  const looks = Array.from({ length: 28 }, (_, i) => `${colorOf(LIGHT, i)} ${dashOf(i)}`);
  expect(new Set(looks).size).toBe(28);
  expect(dashOf(0)).toEqual([]);
});
