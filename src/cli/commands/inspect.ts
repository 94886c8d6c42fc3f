import { Command } from 'commander';
import { describeSignals, policiesFor } from '../../assembly/needs.js';
import { seriesFromRecords } from '../../report/series-from-records.js';
import { terminalReport } from '../../report/terminal.js';
import type { ReportSeries } from '../../report/types.js';
import type { RunLogHeader } from '../../run-log/format.js';
import type { LogRecord } from '../../run-log/stream.js';
import { eachLog } from '../each-log.js';
import type { Finish } from '../failure.js';
import { type InputFlags, inputOptions, withInputFlags } from '../flags.js';
import type { OpenLog } from '../input.js';
import { inspectedRun, runText } from '../inspect-text.js';
import { hasColor, type Io, widthOf } from '../io.js';
import { jsonLine } from '../json.js';
import { streamOutput } from '../output.js';
import { tapped } from '../replay-series.js';

type Flags = InputFlags & { readonly json?: true; readonly chart?: true };

/** Headers and series of all runs of a log. */
async function read(log: OpenLog): Promise<readonly (readonly [RunLogHeader, ReportSeries])[]> {
  const headers: RunLogHeader[] = [];
  const note = (batch: readonly LogRecord[]): void => {
    for (const record of batch) if (record.kind === 'header') headers.push(record.header);
  };
  const series = await seriesFromRecords(tapped(log.records, note), { name: log.name });
  return series.map((one, i) => [headers[i] as RunLogHeader, one]);
}

function headOf({ name, format, signals }: OpenLog): string {
  const able = policiesFor(signals).join(', ') || 'none';
  return `${name}: ${format}; tells ${describeSignals(signals)}\n  policies that it can serve: ${able}\n`;
}

/** `inspect`: what is in a log. */
export function inspectCommand(io: Io, finish: Finish): Command {
  const command = new Command('inspect')
    .description('what is in a log: its runs, what decided in them, their course')
    .argument('[logs...]', 'run logs or logs of other tools; - for standard input');
  return withInputFlags(command)
    .option('--chart', 'with charts')
    .option('--json', 'a line of JSON for each log')
    .addHelpText(
      'after',
      `
Examples:
  $ tfjs-adaptive-batch inspect run.jsonl
  $ tfjs-adaptive-batch inspect logs/*.jsonl.gz --json
  $ tfjs-adaptive-batch inspect trainer_state.json --chart`,
    )
    .action(async (logs: string[], flags: Flags) => {
      const output = streamOutput(io.stdout);
      const work = async (log: OpenLog): Promise<undefined> => {
        const runs = await read(log);
        if (flags.json === true) {
          const { name, format, signals } = log;
          const found = runs.map(([header, series]) => inspectedRun(header, series));
          await output.write(jsonLine({ log: name, format, signals, policies: policiesFor(signals), runs: found }));
          return;
        }
        await output.write(headOf(log));
        for (const [header, series] of runs) await output.write(runText(header, series, widthOf(io)));
        if (flags.chart !== true) return;
        const charts = terminalReport(
          runs.map(([, series]) => series),
          { width: widthOf(io), color: hasColor(io) },
        );
        await output.write(`\n${charts}\n`);
      };
      finish(await eachLog(logs, inputOptions(flags), io, work));
    });
}
