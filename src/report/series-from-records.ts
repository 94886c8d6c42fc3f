import { pipelineFromHeader } from '../assembly/from-header.js';
import type { Pipeline, PipelineState } from '../core/pipeline.js';
import type { Decision, StepObservation } from '../core/types.js';
import { none } from '../learning-rates/index.js';
import { fixed } from '../policies/index.js';
import type { RunLogHeader } from '../run-log/format.js';
import type { LoggedRun } from '../run-log/read.js';
import { type SeriesBuilder, type SeriesOptions, seriesBuilder } from './series-builder.js';
import type { ReportSeries } from './types.js';

/** One line of a run log. */
export type ReportRecord =
  | { readonly kind: 'header'; readonly header: RunLogHeader }
  | { readonly kind: 'step'; readonly observation: StepObservation; readonly decision?: Decision };

/** Adds the steps of one run, each with the estimates as they were then. */
function runReader(header: RunLogHeader | undefined, options: SeriesOptions): SeriesBuilder {
  const memory = header?.options.memory;
  const builder = seriesBuilder({
    ...(typeof memory === 'number' && { memory }),
    ...(header !== undefined && { about: header.about }),
    ...options,
  });
  if (header === undefined) return builder;
  // The estimates do not depend on the policy, which may be one that this package does not know.
  const stand = { policy: fixed(header.facts.baseBatchSize), learningRate: none() };
  let { pipeline, state }: { pipeline: Pipeline; state: PipelineState } = pipelineFromHeader(header, stand);
  return {
    series: builder.series,
    add(observation, decision) {
      const after = pipeline.advance(state, observation);
      state = after.state;
      builder.add(observation, decision, after.estimates);
    },
  };
}

/**
 * The series of a run that was read whole; the noise scale is estimated again from the statistics in it.
 *
 * @throws RangeError if an option lies outside the range given with it
 * @example const series = seriesFromRun(readRunLog(text).runs[0], { name: 'my run' });
 */
export function seriesFromRun({ header, steps }: LoggedRun, options: SeriesOptions): ReportSeries {
  const run = runReader(header, options);
  for (const { observation, decision } of steps) run.add(observation, decision);
  return run.series();
}

/**
 * The series of every run in a log, in constant memory whatever its length; the noise scale is estimated again from the statistics in it.
 *
 * @param records the lines of the log, in batches
 * @param options `name` is that of the first run; the others get a number behind it
 * @throws RangeError if an option lies outside the range given with it
 * @example
 * const [series] = await seriesFromRecords(readRecords(openLog('run.jsonl')), { name: 'run' });
 */
export async function seriesFromRecords(
  records: AsyncIterable<readonly ReportRecord[]> | Iterable<readonly ReportRecord[]>,
  options: SeriesOptions,
): Promise<ReportSeries[]> {
  const done: ReportSeries[] = [];
  let run: SeriesBuilder | undefined;
  const nameOf = (): string => (done.length === 0 ? options.name : `${options.name} (${done.length + 1})`);
  const open = (header?: RunLogHeader): SeriesBuilder => runReader(header, { ...options, name: nameOf() });
  for await (const batch of records) {
    for (const record of batch) {
      if (record.kind === 'header') {
        if (run !== undefined) done.push(run.series());
        run = open(record.header);
      } else {
        run ??= open();
        run.add(record.observation, record.decision);
      }
    }
  }
  if (run !== undefined) done.push(run.series());
  return done;
}
