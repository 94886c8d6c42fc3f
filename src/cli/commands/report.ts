import { extname } from 'node:path';
import { Command, Option } from 'commander';
import { reportPage } from '../../report/page.js';
import type { XAxis } from '../../report/plot-model.js';
import { reportPng } from '../../report/png.js';
import { seriesFromRecords } from '../../report/series-from-records.js';
import { reportSvg } from '../../report/svg.js';
import { terminalReport } from '../../report/terminal.js';
import type { ReportSeries } from '../../report/types.js';
import { type Contenders, contendersOf, servedBy } from '../contenders.js';
import type { DecidingFlags } from '../deciding.js';
import { eachLog } from '../each-log.js';
import { EXIT, type Finish, usage } from '../failure.js';
import { collected, type InputFlags, inputOptions, withDecidingFlags, withInputFlags } from '../flags.js';
import type { OpenLog } from '../input.js';
import { hasColor, type Io, widthOf } from '../io.js';
import { openOutput } from '../output.js';
import { replaySeries, tapped } from '../replay-series.js';

type Kind = 'html' | 'svg' | 'png' | 'text';

type Flags = InputFlags &
  DecidingFlags & {
    readonly policy?: readonly string[];
    readonly output: string;
    readonly force?: true;
    readonly as?: Kind;
    readonly axis: XAxis;
    readonly title?: string;
    readonly theme: 'light' | 'dark';
  };

const KINDS: readonly Kind[] = ['html', 'svg', 'png', 'text'];
const AXES: readonly XAxis[] = ['examples', 'steps', 'seconds'];

function kindOf({ as, output }: Flags): Kind {
  const extension = extname(output).slice(1).toLowerCase();
  const told = as ?? KINDS.find((kind) => kind === extension || (kind === 'text' && extension === 'txt'));
  if (told !== undefined) return told;
  throw usage(`what to write is not told by '${output}': name a file in .html, .svg or .png, or say --as`);
}

/** The log's own runs and the replays over each, in one pass. */
async function seriesOf(log: OpenLog, contenders: Contenders): Promise<ReportSeries[]> {
  const named = Object.entries(servedBy(log, contenders));
  const replays = replaySeries(named.map(([name, options]) => ({ name: `${name} on ${log.name}`, options })));
  const records = tapped(log.records, (batch) => replays.add(batch));
  return [...(await seriesFromRecords(records, { name: log.name })), ...replays.series()];
}

async function render(series: readonly ReportSeries[], kind: Kind, flags: Flags, io: Io): Promise<string | Uint8Array> {
  const { axis, theme, title } = flags;
  const titled = title === undefined ? {} : { title };
  if (kind === 'html') return reportPage(series, { axis, ...titled });
  if (kind === 'svg') return reportSvg(series, { axis, theme, ...titled });
  if (kind === 'png') return reportPng(series, { axis, theme, ...titled });
  return `${terminalReport(series, { axis, width: widthOf(io), color: hasColor(io) && flags.output === '-' })}\n`;
}

/** `report`: a page or a picture of runs and replays. */
export function reportCommand(io: Io, finish: Finish): Command {
  const command = new Command('report')
    .description('a page (html), a picture (svg, png) or a text of runs, and of policies replayed on them')
    .argument('[logs...]', 'run logs or logs of other tools, one over the other; - for standard input')
    .requiredOption('-o, --output <file>', 'write there; the kind goes by its extension; - for standard output')
    .option('-f, --force', 'overwrite the output')
    .addOption(new Option('--as <kind>', 'what to write').choices(KINDS))
    .addOption(new Option('--axis <axis>', 'what the charts count along').choices(AXES).default('examples'))
    .addOption(new Option('--theme <theme>', 'of a picture').choices(['light', 'dark']).default('light'))
    .option('--title <text>', 'title of the page or picture')
    .option('-p, --policy <policy>', 'policy to replay on the logs; may be repeated', collected);
  return withInputFlags(withDecidingFlags(command))
    .addHelpText(
      'after',
      `
Examples:
  $ tfjs-adaptive-batch report run.jsonl -o run.html
  $ tfjs-adaptive-batch report run.jsonl -p default -p fixed:batchSize=256 -o policies.html
  $ tfjs-adaptive-batch report seed-*.jsonl --axis seconds --theme dark -o runs.svg
  $ tfjs-adaptive-batch report metrics.csv --batch-size 32 --learning-rate 0.1 --as text -o -`,
    )
    .action(async (logs: string[], flags: Flags) => {
      const kind = kindOf(flags);
      const contenders = contendersOf(flags.policy ?? [], flags);
      const output = openOutput(flags.output, io, { force: flags.force === true, inputs: logs });
      const series: ReportSeries[] = [];
      const code = await eachLog(logs, inputOptions(flags), io, async (log) => {
        series.push(...(await seriesOf(log, contenders)));
        return undefined;
      });
      try {
        if (series.length > 0) await output.write(await render(series, kind, flags, io));
      } finally {
        output.close();
      }
      finish(series.length > 0 ? code : code === EXIT.ok ? EXIT.input : code);
    });
}
