import { checkCount, checkKeys } from '../core/checks.js';
import { reportSvg, type SvgOptions } from './svg.js';
import type { ReportSeries } from './types.js';

/** Options of {@link reportPng}. */
export interface PngOptions extends SvgOptions {
  /** A whole number >= 100 [px]. @defaultValue 1200 */
  readonly width?: number;
}

/** The part of the package that is used. */
type Resvg = { Resvg: new (svg: string, options: object) => { render(): { asPng(): Uint8Array } } };

const PACKAGE = '@resvg/resvg-js';

async function loadResvg(): Promise<Resvg> {
  try {
    return (await import('@resvg/resvg-js')) as unknown as Resvg;
  } catch (cause) {
    throw new Error(`reportPng: needs the package ${PACKAGE}, which is not installed: npm install ${PACKAGE}`, {
      cause,
    });
  }
}

/**
 * {@link reportSvg} as a PNG picture. Letters are set in a font of the machine.
 *
 * @throws Error if the optional package `@resvg/resvg-js` is not installed
 * @throws RangeError as {@link reportSvg}, and if the width is out of its range
 * @example writeFileSync('report.png', await reportPng([series]));
 */
export async function reportPng(series: readonly ReportSeries[], options: PngOptions = {}): Promise<Uint8Array> {
  checkKeys('reportPng', options, ['title', 'axis', 'theme', 'width']);
  const { width = 1200, ...rest } = options;
  const value = checkCount('reportPng: width', width, 100);
  const svg = reportSvg(series, rest);
  const { Resvg } = await loadResvg();
  const image = new Resvg(svg, { fitTo: { mode: 'width', value }, font: { defaultFontFamily: 'DejaVu Sans' } });
  return image.render().asPng();
}
