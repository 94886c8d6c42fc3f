import { Command } from 'commander';
import { optionsFor } from '../../assembly/needs.js';
import { decisionBytes } from '../../replay/decision-lines.js';
import { REPLAY_NOTE } from '../../replay/note.js';
import type { Deciding } from '../../replay/run.js';
import { terminalReport } from '../../report/terminal.js';
import { type DecidingFlags, decisionOptions, isGiven } from '../deciding.js';
import { eachLog } from '../each-log.js';
import type { Finish } from '../failure.js';
import { orUsage } from '../failure.js';
import { type InputFlags, inputOptions, withDecidingFlags, withInputFlags, withOutputFlags } from '../flags.js';
import type { OpenLog } from '../input.js';
import { hasColor, type Io, widthOf } from '../io.js';
import { jsonLine } from '../json.js';
import { type Output, openOutput } from '../output.js';
import { replaySeries } from '../replay-series.js';

type Flags = InputFlags &
  DecidingFlags & { readonly policy?: string; readonly json?: true; readonly output: string; readonly force?: true };

/** What decides on a log: what was asked for, or the log's own options where it has any. */
function decidingOn(log: OpenLog, flags: Flags): Deciding {
  const isOwn = log.format === 'run-log' && !isGiven(flags.policy, flags) && log.signals.includes('gradient');
  if (isOwn) return {};
  return { options: orUsage(() => optionsFor(decisionOptions(flags.policy, flags), log.signals, log.name)) };
}

async function asLines(log: OpenLog, deciding: Deciding, output: Output): Promise<void> {
  await output.write(jsonLine({ log: log.name, note: REPLAY_NOTE }));
  for await (const bytes of decisionBytes(log.records, deciding)) await output.write(bytes);
}

async function asText(log: OpenLog, { options }: Deciding, output: Output, io: Io, name: string): Promise<void> {
  const replays = replaySeries([{ name: `${log.name}, ${name}`, ...(options && { options }) }]);
  for await (const records of log.records) replays.add(records);
  const text = terminalReport(replays.series(), { width: widthOf(io), color: hasColor(io) });
  await output.write(`${text}\n`);
}

/** `replay`: the decisions of a policy on a record. */
export function replayCommand(io: Io, finish: Finish): Command {
  const command = new Command('replay')
    .description("decide again on each step of a log, by its own policy or another's")
    .argument('[logs...]', 'run logs or logs of other tools; - for standard input')
    .option('-p, --policy <policy>', "policy, such as gaussianWalk:minGain=1.1+cooled; default for the package's own");
  withOutputFlags(withInputFlags(withDecidingFlags(command)));
  return command
    .option('--json', 'the decisions as JSON Lines, one a step')
    .addHelpText(
      'after',
      `
Examples:
  $ tfjs-adaptive-batch replay run.jsonl
  $ tfjs-adaptive-batch replay run.jsonl.gz --policy gaussianWalk:minGain=1.2+ramped+cooled:steps=20
  $ tfjs-adaptive-batch replay metrics.csv --policy fixed:batchSize=64 --rule linear --batch-size 32
  $ zcat run.jsonl.gz | tfjs-adaptive-batch replay - --json | jq .batchSize`,
    )
    .action(async (logs: string[], flags: Flags) => {
      if (isGiven(flags.policy, flags)) decisionOptions(flags.policy, flags);
      const output = openOutput(flags.output, io, { force: flags.force === true, inputs: logs });
      const work = async (log: OpenLog): Promise<undefined> => {
        const deciding = decidingOn(log, flags);
        if (flags.json === true) await asLines(log, deciding, output);
        else await asText(log, deciding, output, io, flags.policy ?? 'its own policy');
      };
      try {
        finish(await eachLog(logs, inputOptions(flags), io, work));
      } finally {
        output.close();
      }
    });
}
