import { DARK, LIGHT, type Palette } from './palette.js';

function variables({ series, ...rest }: Palette): string {
  const named = Object.entries(rest).map(([name, color]) => `--${name}:${color}`);
  return [...named, ...series.map((color, i) => `--s${i}:${color}`)].join(';');
}

/** The palettes as variables of CSS: light, dark where the system or the reader asks for it, and light on paper. */
export function themeStyle(): string {
  const light = `color-scheme:light;${variables(LIGHT)}`;
  const dark = `color-scheme:dark;${variables(DARK)}`;
  const swatches = LIGHT.series
    .map((_color, i) => `.swatch.s${i} line{stroke:var(--s${i})}.dot.d${i}{background:var(--s${i})}`)
    .join('');
  return (
    `:root{${light}}@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){${dark}}}` +
    `@media screen{:root[data-theme=dark]{${dark}}}${swatches}`
  );
}
