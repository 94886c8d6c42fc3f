import type uPlot from 'uplot';
import { formatNumber, formatTime } from '../format.js';
import { LIGHT } from '../palette.js';
import type { PlotSeries, XAxis } from '../plot-model.js';
import { type Aligned, valueAt } from './aligned.js';
import type { Mark } from './marks.js';

/** An element with a class and text; text is never read as HTML. */
export function element(tag: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

const UNITS: Readonly<Record<XAxis, (x: number) => string>> = {
  examples: (x) => `${formatNumber(Math.round(x))} examples`,
  steps: (x) => `step ${formatNumber(Math.round(x))}`,
  seconds: formatTime,
};

/** What a mark says, in words. */
export function markText({ change }: Mark): { readonly what: string; readonly why: string } {
  const { from, to, step, reason } = change;
  const size = Object.is(from.batchSize, to.batchSize)
    ? `learning rate ${formatNumber(from.learningRate)} → ${formatNumber(to.learningRate)}`
    : `batch ${formatNumber(from.batchSize)} → ${formatNumber(to.batchSize)}`;
  return { what: `After step ${formatNumber(step)}: ${size}`, why: reason || 'the record gives no reason' };
}

function dot(series: number): HTMLElement {
  return element('span', `dot d${series % LIGHT.series.length}`);
}

function rowsOf(u: uPlot, { placed }: Aligned, series: readonly PlotSeries[], row: number): HTMLElement[] {
  return placed.flatMap(({ line, column }) => {
    const value = valueAt(u.data, column, row);
    if (value === undefined) return [];
    const made = element('div', 'row');
    const name = (series[line.series] as PlotSeries).name;
    const high = line.band && valueAt(u.data, column + 1, row);
    const low = line.band && valueAt(u.data, column + 2, row);
    const band = low === undefined || high === undefined ? '' : ` (${formatNumber(low)} to ${formatNumber(high)})`;
    made.append(
      dot(line.series),
      element('span', 'name', line.label === undefined ? name : `${name}, ${line.label}`),
      element('span', 'value', `${formatNumber(value)}${band}`),
    );
    return [made];
  });
}

/** The changes in words; series that changed alike share theirs. */
function changesOf(marks: readonly Mark[]): HTMLElement[] {
  const alike = new Map<string, Mark[]>();
  for (const mark of marks) {
    const key = Object.values(markText(mark)).join('\n');
    alike.set(key, [...(alike.get(key) ?? []), mark]);
  }
  return [...alike.values()].map((same) => {
    const { what, why } = markText(same[0] as Mark);
    const made = element('div', 'change');
    const line = element('div', 'what');
    line.append(...same.map(({ series }) => dot(series)), element('span', '', what));
    made.append(line, element('div', 'why', why));
    return made;
  });
}

/** Fills the tip with the values at a row of the data and the changes that are near. */
export function fillTip(
  tip: HTMLElement,
  {
    u,
    aligned,
    series,
    axis,
    row,
    marks,
  }: {
    readonly u: uPlot;
    readonly aligned: Aligned;
    readonly series: readonly PlotSeries[];
    readonly axis: XAxis;
    readonly row: number;
    readonly marks: readonly Mark[];
  },
): void {
  const x = u.data[0]?.[row] ?? Number.NaN;
  const changes = changesOf(marks);
  tip.replaceChildren(element('div', 'at', UNITS[axis](x)), ...rowsOf(u, aligned, series, row), ...changes);
}

/** Puts the tip beside the cursor, within the chart. @param left from the chart's left edge [px] */
export function placeTip(tip: HTMLElement, left: number, width: number): void {
  tip.hidden = false;
  const room = 14;
  const isRight = left + room + tip.offsetWidth <= width;
  const wanted = isRight ? left + room : left - room - tip.offsetWidth;
  tip.style.left = `${Math.max(0, Math.min(wanted, width - tip.offsetWidth))}px`;
}
