import type { DecisionOptions } from '../assembly/options.js';
import { beginRun, type Replayed } from '../replay/run.js';
import { type SeriesBuilder, seriesBuilder } from '../report/series-builder.js';
import type { ReportSeries } from '../report/types.js';
import type { HeaderRecord, LogRecord, StepRecord } from '../run-log/stream.js';

/** Decides on a record; without options as the run's header says. */
export interface Replaying {
  readonly name: string;
  readonly options?: DecisionOptions;
}

type Running = { readonly run: Replayed; readonly builder: SeriesBuilder };

function begin(header: HeaderRecord, { name, options }: Replaying, number: number): Running {
  const run = beginRun(header, options === undefined ? {} : { options });
  const { batchSize, learningRate } = run.state.decision;
  const { memory = header.header.options.memory } = options ?? {};
  const builder = seriesBuilder({
    name: number === 1 ? name : `${name} (${number})`,
    kind: 'replay',
    start: { batchSize, learningRate },
    ...(typeof memory === 'number' && { memory }),
  });
  return { run, builder };
}

/** Makes the series of replays as the records come. */
export interface ReplaySeries {
  add(records: readonly LogRecord[]): void;
  series(): ReportSeries[];
}

/** A series of what each of these decides on every run of a log. */
export function replaySeries(replays: readonly Replaying[]): ReplaySeries {
  const done: ReportSeries[] = [];
  let running: Running[] = [];
  let runs = 0;
  function addStep(record: StepRecord): void {
    for (const { run, builder } of running) {
      const { decision, estimates } = run.advance(record);
      builder.add(record.observation, decision, estimates);
    }
  }
  function finish(): void {
    done.push(...running.map(({ builder }) => builder.series()));
    running = [];
  }
  return {
    add(records) {
      for (const record of records) {
        if (record.kind === 'step') {
          addStep(record);
        } else {
          finish();
          runs++;
          running = replays.map((replaying) => begin(record, replaying, runs));
        }
      }
    },
    series() {
      finish();
      return done;
    },
  };
}

/** Hands each batch of records to a listener on its way. */
export async function* tapped(
  records: AsyncIterable<readonly LogRecord[]>,
  listener: (batch: readonly LogRecord[]) => void,
): AsyncGenerator<readonly LogRecord[]> {
  for await (const batch of records) {
    listener(batch);
    yield batch;
  }
}
