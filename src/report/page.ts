import { checkKeys } from '../core/checks.js';
import { escapeText } from './html.js';
import { pageSeries, scriptJson } from './page-data.js';
import { aboutList, changeTable, summaryTable } from './page-tables.js';
import { colorOf, dashOf, LIGHT } from './palette.js';
import { hasAxis, type XAxis } from './plot-model.js';
import { notesFor } from './summary-rows.js';
import { titleOf } from './title.js';
import type { ReportSeries } from './types.js';

/** Options of {@link reportPage}. */
export interface PageOptions {
  /** @defaultValue the only series' name, or how many series there are */
  readonly title?: string;
  /** What the page counts along the charts at first. @defaultValue 'examples' */
  readonly axis?: XAxis;
}

const AXES: readonly (readonly [axis: XAxis, label: string])[] = [
  ['examples', 'Examples'],
  ['steps', 'Steps'],
  ['seconds', 'Time'],
];

type Choice = { readonly value: string; readonly label: string; readonly isOff?: boolean };

const LAYOUTS: readonly Choice[] = [
  { value: 'over', label: 'One over the other' },
  { value: 'side', label: 'Side by side' },
];

function radios(name: string, legend: string, choices: readonly Choice[], chosen: string): string {
  const inputs = choices.map(({ value, label, isOff = false }) => {
    const state = `${value === chosen ? ' checked' : ''}${isOff ? ' disabled' : ''}`;
    return `<label><input type="radio" name="${name}" value="${value}"${state}><span>${label}</span></label>`;
  });
  return `<fieldset class="choice"><legend>${legend}</legend>${inputs.join('')}</fieldset>`;
}

/** A line in the series' colour and dashes. */
function swatch(index: number): string {
  const dash = dashOf(index).join(' ');
  return `<svg class="swatch s${index % LIGHT.series.length}" width="28" height="8" aria-hidden="true"><line x1="1" y1="4" x2="27" y2="4" stroke="${colorOf(LIGHT, index)}" stroke-width="3"${dash && ` stroke-dasharray="${dash}"`}/></svg>`;
}

function legend(series: readonly ReportSeries[]): string {
  const entries = series.map(({ name, kind }, i) => {
    const tag = kind === 'replay' ? ' <span class="tag">replay</span>' : '';
    return `<li><label><input type="checkbox" data-series="${i}" checked>${swatch(i)}<span class="name">${escapeText(name)}</span>${tag}</label></li>`;
  });
  return `<ul class="legend" aria-label="Shown in the charts">${entries.join('')}</ul>`;
}

function controls(series: readonly ReportSeries[], axis: XAxis): string {
  const axes = AXES.map(([value, label]) => ({ value, label, isOff: !series.some((one) => hasAxis(one, value)) }));
  return `<div class="controls" hidden>
${radios('axis', 'Along', axes, axis)}
${series.length > 1 ? radios('layout', 'Charts', LAYOUTS, 'over') : ''}
<button type="button" id="reset" hidden>Whole width</button>
${series.length > 1 ? legend(series) : ''}
</div>`;
}

function body(series: readonly ReportSeries[], title: string, axis: XAxis): string {
  const notes = notesFor(series).map((note) => `<p>${escapeText(note)}</p>`);
  return `<header><h1>${escapeText(title)}</h1><button type="button" id="theme" hidden>Dark</button>
<div class="notes">${notes.join('')}</div></header>
<main>
<section><h2 class="away">Charts</h2>
${controls(series, axis)}
<div id="charts"><noscript><p>The charts need JavaScript; the tables below do not.</p></noscript></div></section>
<section><h2 id="summary">Summary</h2>
${summaryTable(series)}</section>
<section><h2>Changes, and why</h2>
${series.map(changeTable).join('\n')}</section>
${aboutList(series)}
</main>
<footer><p>Made by tfjs-adaptive-batch. Curves are thinned so that no peak is lost. Drag over a chart to look closer, double-click to go back;
with the keyboard, arrow keys go from change to change.</p></footer>`;
}

/**
 * One HTML page with charts, summary and the reason of each change. It needs no network and asks for none, and no text in it can run.
 *
 * @throws RangeError if there is no series, or an option is unknown
 * @example writeFileSync('report.html', await reportPage(await seriesFromRecords(records, { name: 'my run' })));
 */
export async function reportPage(series: readonly ReportSeries[], options: PageOptions = {}): Promise<string> {
  checkKeys('reportPage', options, ['title', 'axis']);
  const { axis = 'examples' } = options;
  const title = titleOf('reportPage', series, options);
  // 60 KB that nothing else needs.
  const { pageAssets } = await import('./page-assets.js');
  const { script, scriptHash, style, styleHash } = await pageAssets();
  const policy = `default-src 'none'; script-src '${scriptHash}'; style-src '${styleHash}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeText(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${body(series, title, axis)}
<script type="application/json" id="data">${scriptJson({ axis, series: series.map(pageSeries) })}</script>
<script>${script}</script>
</body>
</html>
`;
}
