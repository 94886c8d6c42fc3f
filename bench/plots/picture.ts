import { escapeText } from '../../src/report/html.js';
import { LIGHT } from '../../src/report/palette.js';
import { type Plot, plotsOf } from '../../src/report/plot-model.js';
import { svgPanel } from '../../src/report/svg-panel.js';
import type { ReportSeries } from '../../src/report/types.js';
import { darkStyle } from '../support/dark-style.js';

const [WIDTH, HEIGHT, TOP, MARGIN, GAP] = [960, 300, 66, 12, 10];
const FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

/** What is drawn, and what stands beside its title. */
const PANELS: Readonly<Partial<Record<Plot['key'], string>>> = {
  loss: 'smoothed; pale: of the batch',
  batchSize: 'examples; dots: changes',
  learningRate: '',
};

/** The loss, the batch size and the learning rate of a run, side by side over its examples; dark on a dark system. */
export function picture(series: ReportSeries, title: string, subtitle: string): string {
  const plots = plotsOf([series]).filter(({ key }) => key in PANELS);
  const width = (WIDTH - 2 * MARGIN - (plots.length - 1) * GAP) / plots.length;
  const xRange = [0, series.summary.examples] as const;
  const panels = plots.map((plot, i) => {
    const left = MARGIN + i * (width + GAP);
    const look = { left, top: TOP, width, height: HEIGHT - TOP - MARGIN, palette: LIGHT, axis: 'examples' as const };
    return svgPanel({ ...plot, note: PANELS[plot.key] as string }, [series], { ...look, xRange });
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title" font-family="${FONT}">
<title id="title">${escapeText(title)}: loss, batch size and learning rate over the examples</title>
${darkStyle(1)}
<rect width="${WIDTH}" height="${HEIGHT}" rx="12" fill="${LIGHT.paper}"/>
<text x="${MARGIN + 8}" y="30" font-size="19" font-weight="700" fill="${LIGHT.ink}">${escapeText(title)}</text>
<text x="${MARGIN + 8}" y="52" font-size="13" fill="${LIGHT.muted}">${escapeText(subtitle)}</text>
${panels.join('\n')}
</svg>
`;
}
