import { checkKeys } from '../core/checks.js';
import { escapeText } from './html.js';
import { colorOf, DARK, dashOf, LIGHT, type Palette } from './palette.js';
import { hasAxis, type PlotSeries, plotsOf, type XAxis } from './plot-model.js';
import { extentOf, type Range } from './scale.js';
import { notesFor } from './summary-rows.js';
import { svgPanel } from './svg-panel.js';
import { titleOf } from './title.js';
import type { ReportSeries } from './types.js';
import { wrapped } from './wrapped.js';

/** Options of {@link reportSvg}. */
export interface SvgOptions {
  /** @defaultValue the only series' name, or how many series there are */
  readonly title?: string;
  /** What the charts count along. @defaultValue 'examples' */
  readonly axis?: XAxis;
  /** @defaultValue 'light' */
  readonly theme?: 'light' | 'dark';
}

const [WIDTH, MARGIN, GAP] = [1200, 28, 18];
const [LOSS_HEIGHT, HEIGHT] = [330, 270];
const FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
/** Mean width of a letter over its height, and the columns that a line of notes has. */
const [LETTER, NOTE_COLUMNS] = [0.6, 160];

/** Lines of text from a baseline on. */
function textLines(lines: readonly string[], top: number, attributes: string): string {
  return lines
    .map((line, i) => `<text x="${MARGIN}" y="${top + 20 * i}" ${attributes}>${escapeText(line)}</text>`)
    .join('');
}

/** A swatch and a name each, in as many rows as it takes. */
function legend(series: readonly PlotSeries[], top: number, palette: Palette): { svg: string; height: number } {
  let [left, row] = [MARGIN, 0];
  const entries = series.map(({ name, kind }, i) => {
    const label = kind === 'replay' ? `${name} (replay)` : name;
    const width = 36 + 14 * LETTER * label.length + 24;
    if (left > MARGIN && left + width > WIDTH - MARGIN) [left, row] = [MARGIN, row + 1];
    const [x, y] = [left, top + 22 * row];
    left += width;
    const dash = dashOf(i).join(' ');
    const line = `<path d="M${x},${y}h26" stroke="${colorOf(palette, i)}" stroke-width="3"${dash && ` stroke-dasharray="${dash}"`}/>`;
    return `${line}<text x="${x + 34}" y="${y}" dy="0.35em" font-size="14" fill="${palette.ink}">${escapeText(label)}</text>`;
  });
  return { svg: entries.join(''), height: 22 * (row + 1) };
}

function xRangeOf(series: readonly PlotSeries[], axis: XAxis): Range {
  const shown = series.filter((one) => hasAxis(one, axis));
  const [low, high] = extentOf(
    'linear',
    shown.map((one) => one[axis]),
  ) ?? [0, 1];
  return high > low ? [low, high] : [low - 1, low + 1];
}

/**
 * The charts of {@link reportPage} as one SVG picture, 1200 wide; a change's reason is its tooltip.
 *
 * @throws RangeError if there is no series, or an option is unknown or outside its range
 * @example writeFileSync('report.svg', reportSvg([series], { axis: 'seconds' }));
 */
export function reportSvg(series: readonly ReportSeries[], options: SvgOptions = {}): string {
  checkKeys('reportSvg', options, ['title', 'axis', 'theme']);
  const { axis = 'examples', theme = 'light' } = options;
  const title = titleOf('reportSvg', series, options);
  if (theme !== 'light' && theme !== 'dark') {
    throw new RangeError(`reportSvg: theme must be light or dark; got ${JSON.stringify(theme)}`);
  }
  const palette = theme === 'dark' ? DARK : LIGHT;
  const notes = notesFor(series).flatMap((note) => wrapped(note, NOTE_COLUMNS));
  const keys = legend(series, 84 + 20 * notes.length, palette);
  const xRange = xRangeOf(series, axis);
  let top = 84 + 20 * notes.length + keys.height;
  let column = 0;
  const half = (WIDTH - 2 * MARGIN - GAP) / 2;
  const panels = plotsOf(series).map((plot) => {
    const isWide = plot.key === 'loss';
    const [width, height] = isWide ? [WIDTH - 2 * MARGIN, LOSS_HEIGHT] : [half, HEIGHT];
    const left = MARGIN + column * (half + GAP);
    const svg = svgPanel(plot, series, { left, top, width, height, palette, axis, xRange });
    if (isWide || column === 1) top += height + GAP;
    column = isWide ? 0 : 1 - column;
    return svg;
  });
  const height = top + (column === 1 ? HEIGHT + GAP : 0) + MARGIN - GAP;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title" font-family="${FONT}">
<title id="title">${escapeText(title)}</title>
<rect width="${WIDTH}" height="${height}" fill="${palette.paper}"/>
<text x="${MARGIN}" y="48" font-size="28" font-weight="700" fill="${palette.ink}">${escapeText(title)}</text>
${textLines(notes, 74, `font-size="14" fill="${palette.muted}"`)}
${keys.svg}
${panels.join('\n')}
</svg>
`;
}
