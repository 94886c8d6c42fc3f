import { DARK, LIGHT, type Palette } from '../../src/report/palette.js';

/** The colours of a palette, in the order of both. */
function flat({ series, ...others }: Palette, count: number): string[] {
  return [...Object.values(others), ...series.slice(0, count)];
}

/** For a picture drawn in the light palette: its colours become those of the dark one where the reader's system is dark. @param count of the series' colours in use */
export function darkStyle(count: number): string {
  const dark = flat(DARK, count);
  const rules = flat(LIGHT, count).flatMap((color, i) =>
    ['fill', 'stroke'].map((what) => `[${what}="${color}"]{${what}:${dark[i]}}`),
  );
  return `<style>@media (prefers-color-scheme:dark){${rules.join('')}}</style>`;
}
