import type { Decision } from 'tfjs-adaptive-batch';
import { addChart, QUANTITIES } from './chart.js';
import { byId } from './elements.js';
import { addFacts } from './facts.js';
import { type Reasons, reasons } from './reasons.js';
import type { RunRecord } from './record.js';

/** Figures, charts and reasons of the run that is shown. */
export interface Board {
  readonly reasons: Reasons;
  /** Shows a new run; the one shown so far becomes the one before. */
  begin(record: RunRecord): void;
  /** Draws soon, not more often than the eye needs. */
  draw(decision: Decision): void;
  drawNow(): void;
}

/** Least time from one drawing to the next [ms]: drawing takes time from the training. */
const DRAW_EVERY = 200;

function showLegend(now: RunRecord, before: RunRecord | undefined): void {
  const items = [['now', now] as const, ...(before === undefined ? [] : [['before', before] as const])];
  byId('legend').replaceChildren(
    ...items.map(([kind, { name, backend }]) => {
      const item = document.createElement('li');
      item.className = kind;
      item.textContent = `${name}, ${backend}${kind === 'before' ? ' (the run before)' : ''}`;
      return item;
    }),
  );
}

/** Puts figures and charts on the page. */
export function connectBoard(): Board {
  const showFacts = addFacts();
  const charts = QUANTITIES.map((quantity) => addChart(byId('charts'), quantity));
  const why = reasons();
  let record: RunRecord | undefined;
  let before: RunRecord | undefined;
  let decision: Decision | undefined;
  let lastDrawn = 0;

  function drawNow(): void {
    if (record === undefined) return;
    lastDrawn = performance.now();
    showFacts(record);
    if (decision !== undefined) why.tell(decision);
    for (const chart of charts) chart.draw(record, before);
  }

  const refit = (): void => {
    for (const chart of charts) chart.refit();
  };
  new ResizeObserver(refit).observe(byId('charts'));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', refit);
  return {
    reasons: why,
    begin(next) {
      if (record !== undefined && record.seconds.length > 0) before = record;
      record = next;
      decision = undefined;
      why.clear();
      showLegend(next, before);
      drawNow();
    },
    draw(latest) {
      decision = latest;
      if (performance.now() - lastDrawn >= DRAW_EVERY) drawNow();
    },
    drawNow,
  };
}
