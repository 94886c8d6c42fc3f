/** Colours of one theme. */
export interface Palette {
  readonly paper: string;
  readonly panel: string;
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  /** A colour a series; told apart with any kind of colour vision, each at least 3:1 against the panel. */
  readonly series: readonly string[];
}

export const LIGHT: Palette = {
  paper: '#f6f5f2',
  panel: '#ffffff',
  ink: '#1d2126',
  muted: '#5a626c',
  grid: '#e7e7e4',
  series: ['#0b66b0', '#d05a00', '#00543f', '#a04fc0', '#8c7500', '#9c1240', '#5d6b78'],
};

export const DARK: Palette = {
  paper: '#14171b',
  panel: '#1c2026',
  ink: '#eceef0',
  muted: '#a3abb5',
  grid: '#2c323a',
  series: ['#58a9ee', '#f58a42', '#35c3a1', '#cb93e4', '#d9b93f', '#f487ae', '#b4bec9'],
};

/** Dash patterns [px]: a second mark besides the colour; their number and that of the colours have no common divisor. */
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3]];

/** The colour of a series. */
export function colorOf({ series }: Palette, index: number): string {
  return series[index % series.length] as string;
}

/** The dash pattern of a series [px]; empty for a line without gaps. */
export function dashOf(index: number): readonly number[] {
  return DASHES[index % DASHES.length] as readonly number[];
}
