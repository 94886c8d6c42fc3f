import { formatNumber, formatShort, formatTime } from './format.js';
import { escapeText } from './html.js';
import { colorOf, dashOf, type Palette } from './palette.js';
import { hasAxis, type Plot, type PlotLine, type PlotSeries, type XAxis } from './plot-model.js';
import { type Range, shareOf, ticksOf } from './scale.js';
import { bandPath, linePath, type Placing, pointsOf } from './svg-shape.js';
import type { ReportChange } from './types.js';

/** Where a chart stands in the picture [px] and what it looks like. */
export interface PanelLook {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
  readonly axis: XAxis;
  readonly xRange: Range;
}

const MARGIN = { left: 66, right: 18, top: 44, bottom: 34 };
const [X_LABEL, Y_LABEL] = [66, 36];

type Frame = PanelLook & {
  readonly plot: Plot;
  readonly right: number;
  readonly bottom: number;
  readonly toLeft: (x: number) => number;
  readonly toTop: (value: number) => number;
};

function frameOf(plot: Plot, look: PanelLook): Frame {
  const [left, top] = [look.left + MARGIN.left, look.top + MARGIN.top];
  const [right, bottom] = [look.left + look.width - MARGIN.right, look.top + look.height - MARGIN.bottom];
  const toLeft = (x: number) => left + (right - left) * shareOf('linear', look.xRange, x);
  const toTop = (value: number) => {
    const share = shareOf(plot.scale, plot.range, value);
    return share >= -1 && share <= 2 ? bottom - (bottom - top) * share : Number.NaN;
  };
  return { ...look, plot, left, top, right, bottom, toLeft, toTop };
}

function axesOf({ plot, palette, axis, xRange, left, top, right, bottom, toLeft, toTop }: Frame): string {
  const formatX = axis === 'seconds' ? formatTime : formatShort;
  const formatY = plot.scale === 'log2' ? formatNumber : formatShort;
  const columns = ticksOf('linear', xRange, Math.floor((right - left) / X_LABEL)).map((x) => {
    const at = toLeft(x).toFixed(1);
    return `<path d="M${at},${top}V${bottom}" stroke="${palette.grid}"/><text x="${at}" y="${bottom + 20}" text-anchor="middle">${escapeText(formatX(x))}</text>`;
  });
  const rows = ticksOf(plot.scale, plot.range, Math.floor((bottom - top) / Y_LABEL)).map((value) => {
    const at = toTop(value).toFixed(1);
    return `<path d="M${left},${at}H${right}" stroke="${palette.grid}"/><text x="${left - 9}" y="${at}" dy="0.35em" text-anchor="end">${escapeText(formatY(value))}</text>`;
  });
  return `<g font-size="12" fill="${palette.muted}">${columns.join('')}${rows.join('')}</g>`;
}

function lineOf(line: PlotLine, one: PlotSeries, frame: Frame): string {
  const { palette, plot, axis } = frame;
  const color = colorOf(palette, line.series);
  const placing: Placing = { x: one[axis], toLeft: frame.toLeft, toTop: frame.toTop };
  if (line.style === 'points') {
    const dots = pointsOf(line.values, placing).map(
      ([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="2.5"/>`,
    );
    return `<g fill="${color}">${dots.join('')}</g>`;
  }
  const band = line.band === undefined ? '' : bandPath(line.band.low, line.band.high, placing);
  const path = linePath(line.values, placing, plot.isStepped);
  const isFaint = line.style === 'faint';
  const dash = isFaint ? '' : dashOf(line.series).join(' ');
  const style = isFaint
    ? 'stroke-width="1" stroke-opacity="0.25"'
    : `stroke-width="2"${dash && ` stroke-dasharray="${dash}"`}`;
  return `${band && `<path d="${band}" fill="${color}" fill-opacity="0.14"/>`}${path && `<path d="${path}" fill="none" stroke="${color}" stroke-linejoin="round" ${style}/>`}`;
}

function titleOf({ step, from, to, reason }: ReportChange, key: 'batchSize' | 'learningRate'): string {
  return `After step ${formatNumber(step)}: ${formatNumber(from[key])} → ${formatNumber(to[key])}. ${reason}`;
}

/** A dot on each change; a viewer shows its reason as a tooltip. */
function marksOf(index: number, one: PlotSeries, { plot, palette, axis, toLeft, toTop }: Frame): string {
  const { key } = plot;
  if (key !== 'batchSize' && key !== 'learningRate') return '';
  const dots = one.changes.map((change) => {
    const x = axis === 'steps' ? change.step : change[axis];
    const [left, top] = [toLeft(x), toTop(change.to[key])];
    if (!Number.isFinite(left) || !Number.isFinite(top)) return '';
    const title = escapeText(titleOf(change, key));
    return `<circle cx="${left.toFixed(1)}" cy="${top.toFixed(1)}" r="4"><title>${title}</title></circle>`;
  });
  return `<g fill="${colorOf(palette, index)}" stroke="${palette.panel}" stroke-width="1.5">${dots.join('')}</g>`;
}

/** One chart of a picture. */
export function svgPanel(plot: Plot, series: readonly PlotSeries[], look: PanelLook): string {
  const frame = frameOf(plot, look);
  const { palette } = look;
  const shown = (index: number): boolean => hasAxis(series[index] as PlotSeries, look.axis);
  const lines = plot.lines.filter((line) => shown(line.series));
  const drawn = lines.map((line) => lineOf(line, series[line.series] as PlotSeries, frame));
  const marks = lines.map((line) => marksOf(line.series, series[line.series] as PlotSeries, frame));
  const clip = `clip-${plot.key}`;
  return `<g><rect x="${look.left}" y="${look.top}" width="${look.width}" height="${look.height}" rx="12" fill="${palette.panel}" stroke="${palette.grid}"/>
<text x="${look.left + 18}" y="${look.top + 28}" fill="${palette.ink}" font-size="16" font-weight="600">${escapeText(plot.title)}<tspan dx="12" fill="${palette.muted}" font-size="13" font-weight="400">${escapeText(plot.note)}</tspan></text>
${axesOf(frame)}
<clipPath id="${clip}"><rect x="${frame.left - 6}" y="${frame.top - 6}" width="${frame.right - frame.left + 12}" height="${frame.bottom - frame.top + 12}"/></clipPath>
<g clip-path="url(#${clip})">${drawn.join('\n')}${marks.join('')}</g></g>`;
}
