export { type PageOptions, reportPage } from './report/page.js';
export type { XAxis } from './report/plot-model.js';
export { type PngOptions, reportPng } from './report/png.js';
export { type SeriesBuilder, type SeriesOptions, seriesBuilder } from './report/series-builder.js';
export { type ReportRecord, seriesFromRecords, seriesFromRun } from './report/series-from-records.js';
export { sparkline } from './report/sparkline.js';
export { reportSvg, type SvgOptions } from './report/svg.js';
export { type TerminalOptions, terminalReport } from './report/terminal.js';
export type {
  NoiseSeries,
  ReportChange,
  ReportSeries,
  ReportSummary,
  SeriesKind,
  Setting,
} from './report/types.js';
