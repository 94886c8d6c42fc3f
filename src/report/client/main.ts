import 'uplot/dist/uPlot.min.css';
import './page.css';
import { DARK, LIGHT } from '../palette.js';
import { type Plot, type PlotSeries, plotsOf } from '../plot-model.js';
import type { Range } from '../scale.js';
import { addChart, type Chart } from './chart.js';
import { connectControls } from './controls.js';
import { readData, shownSeries, type View } from './state.js';
import { element } from './tip.js';

const { axis, series } = readData();
const plots = plotsOf(series);
const place = document.getElementById('charts') as HTMLElement;
const dark = matchMedia('(prefers-color-scheme: dark)');
const view: View = { axis, layout: 'over', isDark: dark.matches, hidden: new Set() };
let charts: Chart[] = [];

/** From the first to the last point of the shown series. */
function xRangeOf(shown: readonly number[]): Range {
  const edges = shown.flatMap((i) => {
    const x = (series[i] as PlotSeries)[view.axis];
    return x.length === 0 ? [] : [x[0] as number, x[x.length - 1] as number];
  });
  const [low, high] = [Math.min(...edges), Math.max(...edges)];
  return high > low ? [low, high] : [low - 1, low + 1];
}

function add(
  parent: HTMLElement,
  plot: Plot,
  chosen: readonly number[],
  shown: readonly number[],
  name?: string,
): void {
  const look = {
    plot,
    axis: view.axis,
    palette: view.isDark ? DARK : LIGHT,
    width: 300,
    height: plot.key === 'loss' && name === undefined ? 300 : 220,
    xRange: xRangeOf(shown),
  };
  charts.push(
    addChart(parent, { look, series, chosen, ...(name !== undefined && { name }), onZoom: controls.setZoomed }),
  );
}

/** One chart for each quantity, or a row of them with one for each series. */
function draw(): void {
  for (const { u } of charts) u.destroy();
  charts = [];
  controls.setZoomed(false);
  place.replaceChildren();
  place.className = view.layout;
  const shown = shownSeries(series, view);
  if (shown.length === 0) place.append(element('p', 'none', 'Nothing is chosen above that has this axis.'));
  for (const plot of plots) {
    const having = shown.filter((i) => plot.lines.some((line) => line.series === i));
    if (having.length === 0) continue;
    if (view.layout === 'over') {
      add(place, plot, having, shown);
      continue;
    }
    const group = element('section', 'group');
    const row = element('div', 'panes');
    const head = element('div', 'head');
    head.append(element('h3', '', plot.title), element('p', 'note', plot.note));
    group.append(head, row);
    place.append(group);
    for (const i of having) add(row, plot, [i], shown, (series[i] as PlotSeries).name);
  }
  setWidths();
}

/** Gives each chart the width it has room for. @param width the same for all [px] */
function setWidths(width?: number): void {
  for (const { figure, u } of charts) {
    const room = width ?? (figure.querySelector('.plot') as HTMLElement).clientWidth;
    if (room > 0 && room !== u.width) u.setSize({ width: room, height: u.height });
  }
}

const controls = connectControls(view, {
  draw,
  reset: () => {
    for (const { u } of charts) u.setData(u.data, true);
  },
});
draw();
new ResizeObserver(() => setWidths()).observe(place);
dark.addEventListener('change', () => controls.setDark(dark.matches));

/** Width of a chart on paper [px]: A4 or Letter, upright. */
const PAPER_WIDTH = 640;
let afterPrint = (): void => {};
addEventListener('beforeprint', () => {
  const wasDark = view.isDark;
  const folded = [...document.querySelectorAll<HTMLDetailsElement>('details:not([open])')];
  for (const one of folded) one.open = true;
  view.isDark = false;
  draw();
  setWidths(PAPER_WIDTH);
  afterPrint = () => {
    for (const one of folded) one.open = false;
    view.isDark = wasDark;
    draw();
  };
});
addEventListener('afterprint', () => afterPrint());
