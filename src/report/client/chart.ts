import uPlot from 'uplot';
import { colorOf } from '../palette.js';
import type { Plot, PlotSeries } from '../plot-model.js';
import { aligned as align } from './aligned.js';
import { followKeys } from './keys.js';
import { type Mark, marksAt, marksOf } from './marks.js';
import { type ChartLook, chartOptions } from './options.js';
import { element, fillTip, placeTip } from './tip.js';

/** A chart on the page. */
export interface Chart {
  readonly figure: HTMLElement;
  readonly u: uPlot;
}

/** More changes than this get smaller dots. */
const MANY = 60;

/** Draws a dot on each change of the batch size or the learning rate. */
function drawMarks(u: uPlot, { plot, palette }: ChartLook, marks: readonly Mark[]): void {
  if (plot.key !== 'batchSize' && plot.key !== 'learningRate') return;
  const { ctx } = u;
  const ratio = uPlot.pxRatio;
  const radius = marks.length > MANY ? 2.5 : 4;
  ctx.save();
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.rect(u.bbox.left - 6 * ratio, u.bbox.top - 6 * ratio, u.bbox.width + 12 * ratio, u.bbox.height + 12 * ratio);
  ctx.clip();
  for (const { series, change, x } of marks) {
    const value = change.to[plot.key];
    if (!Number.isFinite(value)) continue;
    ctx.beginPath();
    ctx.arc(u.valToPos(x, 'x', true), u.valToPos(value, 'y', true), radius * ratio, 0, 2 * Math.PI);
    ctx.fillStyle = colorOf(palette, series);
    ctx.strokeStyle = palette.panel;
    ctx.lineWidth = 1.5 * ratio;
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

/** The chart's title with how to read it; a series' name alone, where they stand over all of its row. */
function headOf({ title, note }: Plot, name: string | undefined): HTMLElement {
  const head = element('figcaption', '');
  if (name === undefined) head.append(element('h3', '', title), element('p', 'note', note));
  else head.append(element('h4', '', name));
  return head;
}

/** What a chart is made of. */
export interface ChartParts {
  readonly look: ChartLook;
  readonly series: readonly PlotSeries[];
  readonly chosen: readonly number[];
  /** Over the chart, in place of its title. */
  readonly name?: string;
  /** Called when the reader looks closer, or goes back. */
  readonly onZoom: (isZoomed: boolean) => void;
}

/** Makes a chart with tip, dots and keys, and puts it into `parent`. */
export function addChart(parent: HTMLElement, { look, series, chosen, name, onZoom }: ChartParts): Chart {
  const { plot, axis, xRange } = look;
  const figure = element('figure', `chart ${plot.key}`);
  const place = element('div', 'plot');
  const tip = element('div', 'tip');
  tip.hidden = true;
  figure.append(headOf(plot, name), place);
  parent.append(figure);
  const aligned = align(plot, series, chosen, axis);
  const marks = marksOf(series, chosen, axis);
  let isHere = false;

  function show(u: uPlot): void {
    const { idx, left = -1 } = u.cursor;
    tip.hidden = true;
    if (!isHere || idx === null || idx === undefined || left < 0) return;
    fillTip(tip, { u, aligned, series, axis, row: idx, marks: marksAt(u, marks, left) });
    placeTip(tip, left + u.over.offsetLeft, place.clientWidth);
  }

  const options: uPlot.Options = {
    ...chartOptions(look, aligned.placed),
    hooks: {
      draw: [(u) => drawMarks(u, look, marks)],
      setCursor: [show],
      setScale: [
        (u, key) => {
          const { min = xRange[0], max = xRange[1] } = u.scales.x ?? {};
          if (key === 'x') onZoom(min > xRange[0] || max < xRange[1]);
        },
      ],
    },
  };
  const u = new uPlot(options, aligned.data, place);
  place.append(tip);
  const setHere = (value: boolean) => () => {
    isHere = value;
    show(u);
  };
  u.over.addEventListener('mouseenter', setHere(true));
  u.over.addEventListener('mouseleave', setHere(false));
  followKeys(place, { u, marks, title: name === undefined ? plot.title : `${plot.title}, ${name}`, setHere });
  return { figure, u };
}
