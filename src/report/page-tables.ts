import { formatNumber, formatTime } from './format.js';
import { escapeText } from './html.js';
import { summaryRows } from './summary-rows.js';
import type { ReportChange, ReportSeries } from './types.js';

const cell = (text: string): string => `<td>${escapeText(text)}</td>`;

/** The summary, a column for each series. */
export function summaryTable(series: readonly ReportSeries[]): string {
  const names = series.map(({ name }) => `<th scope="col">${escapeText(name)}</th>`).join('');
  const rows = summaryRows(series).map(
    ({ label, cells }) => `<tr><th scope="row">${escapeText(label)}</th>${cells.map(cell).join('')}</tr>`,
  );
  return `<div class="scroll" role="region" tabindex="0" aria-labelledby="summary"><table class="summary">
<thead><tr><td></td>${names}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>`;
}

function fromTo(from: number, to: number): string {
  return Object.is(from, to) ? formatNumber(to) : `${formatNumber(from)} → ${formatNumber(to)}`;
}

function changeRow({ step, examples, seconds, from, to, reason }: ReportChange): string {
  const numbers = [formatNumber(step), formatNumber(examples), seconds > 0 ? formatTime(seconds) : '–'];
  const sizes = [fromTo(from.batchSize, to.batchSize), fromTo(from.learningRate, to.learningRate)];
  return `<tr>${[...numbers, ...sizes, reason || 'not recorded'].map(cell).join('')}</tr>`;
}

const CHANGE_HEAD = ['After step', 'Examples', 'Time', 'Batch size', 'Learning rate', 'Why']
  .map((text) => `<th scope="col">${text}</th>`)
  .join('');

/** The changes of one series with their reasons, to unfold. */
export function changeTable({ name, changes, summary }: ReportSeries): string {
  const left = summary.changes - changes.length;
  const more = left > 0 ? `; the ${formatNumber(changes.length)} greatest are shown` : '';
  const title = `${name}: ${formatNumber(summary.changes)} ${summary.changes === 1 ? 'change' : 'changes'}${more}`;
  if (changes.length === 0) return `<p class="none">${escapeText(title)}</p>`;
  return `<details><summary>${escapeText(title)}</summary>
<div class="scroll" role="region" tabindex="0" aria-label="${escapeText(`Changes of ${name}`)}"><table class="changes"><thead><tr>${CHANGE_HEAD}</tr></thead><tbody>
${changes.map(changeRow).join('\n')}
</tbody></table></div></details>`;
}

/** What the logs' headers say, as text to unfold. */
export function aboutList(series: readonly ReportSeries[]): string {
  const known = series.filter(({ about }) => about !== undefined && Object.keys(about).length > 0);
  if (known.length === 0) return '';
  const entries = known.map(
    ({ name, about }) => `<dt>${escapeText(name)}</dt><dd><code>${escapeText(JSON.stringify(about))}</code></dd>`,
  );
  return `<details><summary>What the records say of themselves</summary><dl>\n${entries.join('\n')}\n</dl></details>`;
}
