import { mkdirSync, writeFileSync } from 'node:fs';
import { median } from '../../examples/support/statistics.js';
import { escapeText } from '../../src/report/html.js';
import { LIGHT } from '../../src/report/palette.js';
import { DEFAULT } from '../policies/contenders.js';
import { bestFixed, timeRatios } from '../policies/figures.js';
import { pairName } from '../policies/text.js';
import type { Outcome } from '../policies/types.js';
import { darkStyle } from '../support/dark-style.js';
import { savedParts } from '../support/parts.js';
import { ENGINE_NAMES } from './text.js';
import type { EngineResult } from './types.js';

const PICTURE = new URL('../../docs/images/time-to-target.svg', import.meta.url);
const BENCHES = ['time-to-target', 'gpu'];
const FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const [WIDTH, HEAD, ROW, FOOT] = [960, 96, 46, 44];
const [LEFT, RIGHT] = [250, 930];
/** Time over the base's: the ends of the axis, its lines. */
const [LEAST, MOST, LINES] = [0.05, 2, [0.05, 0.1, 0.2, 0.5, 1, 2]];
/** What a row is called; a task without a name here goes by its key. */
const LABELS: Readonly<Record<string, string>> = {
  mlpFashion: 'Fashion-MNIST, perceptron',
  cnnFashion: 'Fashion-MNIST, CNN',
  softmaxMnist: 'MNIST, softmax regression',
  lstmDigits: 'UCI digits, LSTM',
};
const [BLUE, ORANGE] = LIGHT.series as [string, string];

/** A way of training in a row: what it is, and its median time over the base's. */
interface Dot {
  readonly kind: 'fixed' | 'best' | 'policy' | 'default';
  readonly name: string;
  readonly ratio: number;
}

/** The ways of one task on one engine that reached the target; the most telling are drawn last. */
function dotsOf({ result }: EngineResult): Dot[] {
  const { base, fixed, contenders } = result;
  const ratio = (outcomes: readonly Outcome[]) => median(timeRatios(outcomes, base));
  const best = bestFixed(result);
  const dots: Dot[] = [
    ...fixed.map((pair) => ({ kind: 'fixed' as const, name: pairName(pair), ratio: ratio(pair.outcomes) })),
    ...contenders
      .filter(({ name }) => name !== DEFAULT)
      .map(({ name, outcomes }) => ({ kind: 'policy' as const, name, ratio: ratio(outcomes) })),
    { kind: 'best', name: `best fixed: ${pairName(best)}`, ratio: ratio(best.outcomes) },
    ...contenders
      .filter(({ name }) => name === DEFAULT)
      .map(({ name, outcomes }) => ({ kind: 'default' as const, name, ratio: ratio(outcomes) })),
  ];
  return dots.filter((dot) => Number.isFinite(dot.ratio));
}

function toLeft(ratio: number): number {
  const share = Math.log(ratio / LEAST) / Math.log(MOST / LEAST);
  return LEFT + (RIGHT - LEFT) * Math.min(1, Math.max(0, share));
}

function mark({ kind, name, ratio }: Dot, top: number): string {
  const [x, title] = [toLeft(ratio).toFixed(1), `<title>${escapeText(name)}: ${ratio.toFixed(3)}</title>`];
  if (kind === 'best')
    return `<path d="M${x},${top - 13}V${top + 13}" stroke="${LIGHT.ink}" stroke-width="3">${title}</path>`;
  if (kind === 'default') return `<circle cx="${x}" cy="${top}" r="9" fill="${BLUE}">${title}</circle>`;
  const color = kind === 'policy' ? BLUE : ORANGE;
  return `<circle cx="${x}" cy="${top}" r="4" fill="none" stroke="${color}" stroke-width="1.5">${title}</circle>`;
}

function row(found: EngineResult, i: number): string {
  const top = HEAD + ROW * (i + 0.5);
  const { engine, result } = found;
  const dots = dotsOf(found);
  const ratio = dots.find(({ kind }) => kind === 'default')?.ratio;
  return `<text x="18" y="${top - 2}" font-size="14" font-weight="600" fill="${LIGHT.ink}">${escapeText(LABELS[result.task] ?? result.task)}</text>
<text x="18" y="${top + 15}" font-size="12" fill="${LIGHT.muted}">${escapeText(ENGINE_NAMES[engine])}${ratio === undefined ? '' : `: ${ratio.toFixed(2)} of the base's time`}</text>
${dots.map((dot) => mark(dot, top)).join('')}`;
}

function axis(bottom: number): string {
  return LINES.map((ratio) => {
    const x = toLeft(ratio).toFixed(1);
    const color = ratio === 1 ? LIGHT.muted : LIGHT.grid;
    return `<path d="M${x},${HEAD - 6}V${bottom}" stroke="${color}"/><text x="${x}" y="${bottom + 20}" font-size="12" text-anchor="middle" fill="${LIGHT.muted}">${ratio === 1 ? '1 (base)' : ratio}</text>`;
  }).join('');
}

function legend(): string {
  const items = [
    [mark({ kind: 'default', name: 'default', ratio: LEAST }, 66), 'the default'],
    [mark({ kind: 'policy', name: 'policy', ratio: LEAST }, 66), 'another policy'],
    [mark({ kind: 'fixed', name: 'fixed', ratio: LEAST }, 66), 'fit() at a fixed size and rate'],
    [mark({ kind: 'best', name: 'best', ratio: LEAST }, 66), 'the best fixed pair of 20 and more, in hindsight'],
  ] as const;
  const shifts = [0, 112, 240, 456];
  return items
    .map(
      ([symbol, text], i) =>
        `<g transform="translate(${(shifts[i] as number) - LEFT + 28},0)">${symbol}<text x="${LEFT + 16}" y="70" font-size="13" fill="${LIGHT.ink}">${text}</text></g>`,
    )
    .join('');
}

/** The results as a picture: a row a task and engine, a mark a way of training, dark on a dark system. */
export function tablePicture(results: readonly EngineResult[]): string {
  const bottom = HEAD + ROW * results.length;
  const height = bottom + FOOT;
  const title = 'Time to the target training loss, over that of plain fit() at batch size 16 and its tuned rate';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title" font-family="${FONT}">
<title id="title">${escapeText(title)}</title>
${darkStyle(2)}
<rect width="${WIDTH}" height="${height}" rx="12" fill="${LIGHT.paper}"/>
<text x="18" y="34" font-size="17" font-weight="700" fill="${LIGHT.ink}">${escapeText(title)}</text>
${legend()}
${axis(bottom)}
${results.map(row).join('\n')}
</svg>
`;
}

/** One result a task and engine: the ways of its further parts join those of its main one. */
export function joined(results: readonly EngineResult[]): EngineResult[] {
  const rows = new Map<string, EngineResult>();
  for (const found of results) {
    const key = `${found.engine}/${found.result.task}`;
    const main = rows.get(key);
    const known = main?.result.contenders.map(({ name }) => name) ?? [];
    const more = found.result.contenders.filter(({ name }) => !known.includes(name));
    // Ratios are to the base of the same process: a way of another part cannot stand beside that of the main one otherwise.
    const scaled =
      main === undefined ? more : more.map((way) => ({ ...way, outcomes: rebased(way.outcomes, found, main) }));
    const all = [...(main?.result.contenders ?? []), ...scaled];
    rows.set(key, { ...(main ?? found), result: { ...(main ?? found).result, contenders: all } });
  }
  return [...rows.values()];
}

/** Times of one process as they would be in another, by the bases of both. */
function rebased(outcomes: readonly Outcome[], from: EngineResult, to: EngineResult): Outcome[] {
  return outcomes.map((outcome, i) => {
    const [here, there] = [from.result.base[i] as Outcome, (to.result.base[i] ?? to.result.base[0]) as Outcome];
    return { ...outcome, elapsedMs: (outcome.elapsedMs * there.elapsedMs) / here.elapsedMs };
  });
}

/** Draws what is saved of the table and of its rows on a GPU. */
export function drawTable(): void {
  const results = BENCHES.flatMap((bench) => savedParts<EngineResult>(bench).map(({ finding }) => finding));
  mkdirSync(new URL('.', PICTURE), { recursive: true });
  writeFileSync(PICTURE, tablePicture(joined(results)));
  console.log(`drawn: docs/images/time-to-target.svg, ${joined(results).length} rows`);
}
