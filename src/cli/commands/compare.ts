import { Command } from 'commander';
import { compare } from '../../replay/compare.js';
import { terminalReport } from '../../report/terminal.js';
import type { ReportSeries } from '../../report/types.js';
import { COMPARISON_LEGEND, comparisonTable } from '../comparison-text.js';
import { type Contenders, contendersOf, servedBy } from '../contenders.js';
import { DEFAULT_POLICY, type DecidingFlags } from '../deciding.js';
import { eachLog } from '../each-log.js';
import type { Finish } from '../failure.js';
import { collected, type InputFlags, inputOptions, withDecidingFlags, withInputFlags } from '../flags.js';
import type { OpenLog } from '../input.js';
import { hasColor, type Io, widthOf } from '../io.js';
import { jsonLine } from '../json.js';
import { type Output, streamOutput } from '../output.js';
import { replaySeries, tapped } from '../replay-series.js';

type Flags = InputFlags &
  DecidingFlags & { readonly policy?: readonly string[]; readonly json?: true; readonly chart: boolean };

function chart(series: readonly ReportSeries[], io: Io): string {
  return `${terminalReport(series, { width: widthOf(io), color: hasColor(io), changes: 3 })}\n\n`;
}

/** Table and chart of each run in one pass over the log. */
async function asText(log: OpenLog, contenders: Contenders, isCharted: boolean, output: Output, io: Io): Promise<void> {
  const replays = replaySeries(Object.entries(contenders).map(([name, options]) => ({ name, options })));
  const records = isCharted ? tapped(log.records, (batch) => replays.add(batch)) : log.records;
  const { runs, note } = await compare(records, contenders, { mostDecisions: 0 });
  if (isCharted) await output.write(chart(replays.series(), io));
  for (const run of runs) await output.write(`${comparisonTable(run)}\n`);
  await output.write(`${COMPARISON_LEGEND}\n${note}\n`);
}

/** `compare`: several policies over one record. */
export function compareCommand(io: Io, finish: Finish): Command {
  const command = new Command('compare')
    .description('what several policies decide on the same log, beside what the run did')
    .argument('[logs...]', 'run logs or logs of other tools; - for standard input')
    .option('-p, --policy <policy>', `policy to compare; may be repeated (default: "${DEFAULT_POLICY}")`, collected);
  return withInputFlags(withDecidingFlags(command))
    .option('--no-chart', 'only the table')
    .option('--json', 'a line of JSON for each log')
    .addHelpText(
      'after',
      `
A policy is a name, its options and the combinators around it: gaussianWalk:minGain=1.1+ramped:factor=4+cooled.

Examples:
  $ tfjs-adaptive-batch compare run.jsonl
  $ tfjs-adaptive-batch compare run.jsonl -p default -p fixed:batchSize=256 -p gaussianWalk+cooled:steps=50 --rule linear
  $ tfjs-adaptive-batch compare logs/*.jsonl -p default --json`,
    )
    .action(async (logs: string[], flags: Flags) => {
      const asked = contendersOf(flags.policy ?? [DEFAULT_POLICY], flags);
      const output = streamOutput(io.stdout);
      const work = async (log: OpenLog): Promise<undefined> => {
        const contenders = servedBy(log, asked);
        if (flags.json === true)
          await output.write(jsonLine({ log: log.name, ...(await compare(log.records, contenders)) }));
        else await asText(log, contenders, flags.chart, output, io);
      };
      finish(await eachLog(logs, inputOptions(flags), io, work));
    });
}
