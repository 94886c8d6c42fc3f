import { Command } from 'commander';
import type { Json } from '../../core/types.js';
import { compare } from '../../replay/compare.js';
import { type Grid, optionsOfGrid } from '../../replay/sweep.js';
import { COMPARISON_LEGEND, comparisonTable } from '../comparison-text.js';
import { servedBy } from '../contenders.js';
import { type DecidingFlags, decisionOptions } from '../deciding.js';
import { assignment, parsedValue } from '../description.js';
import { eachLog } from '../each-log.js';
import type { Finish } from '../failure.js';
import { orUsage } from '../failure.js';
import { collected, type InputFlags, inputOptions, withDecidingFlags, withInputFlags } from '../flags.js';
import type { OpenLog } from '../input.js';
import type { Io } from '../io.js';
import { jsonLine } from '../json.js';
import { streamOutput } from '../output.js';

type Flags = InputFlags &
  DecidingFlags & { readonly policy?: string; readonly grid: readonly string[]; readonly json?: true };

/** `name=value,value`; values that are JSON lists or objects are given as one JSON list. */
function gridOf(texts: readonly string[]): Grid {
  const rows = texts.map((text) => {
    const [path, values] = assignment(text, '--grid');
    const listed = values.startsWith('[') ? parsedValue(values) : values.split(',').map(parsedValue);
    return [path, (Array.isArray(listed) ? listed : [listed]) as readonly Json[]] as const;
  });
  return Object.fromEntries(rows);
}

/** `sweep`: one policy, every combination of a grid of options. */
export function sweepCommand(io: Io, finish: Finish): Command {
  const command = new Command('sweep')
    .description('what a policy decides on a log with every combination of a grid of options')
    .argument('[logs...]', 'run logs or logs of other tools; - for standard input')
    .option('-p, --policy <policy>', 'policy to vary', 'default')
    .requiredOption('-g, --grid <name=value,…>', 'values to try for an option; may be repeated', collected);
  return withInputFlags(withDecidingFlags(command))
    .option('--json', 'a line of JSON for each log')
    .addHelpText(
      'after',
      `
An option is one of all policies (memory, ladder, minBatchSize, measure.every, …) or of one in use (gaussianWalk.minGain, cooled.steps).

Examples:
  $ tfjs-adaptive-batch sweep run.jsonl --grid memory=500,2000,8000
  $ tfjs-adaptive-batch sweep run.jsonl --grid gaussianWalk.minGain=1,1.05,1.2 --grid cooled.steps=10,50 --json
  $ tfjs-adaptive-batch sweep run.jsonl --policy gaussianWalk+ramped --grid ramped.factor=2,4`,
    )
    .action(async (logs: string[], flags: Flags) => {
      const asked = orUsage(() => optionsOfGrid(decisionOptions(flags.policy, flags), gridOf(flags.grid)));
      const output = streamOutput(io.stdout);
      const work = async (log: OpenLog): Promise<undefined> => {
        const { runs, note } = await compare(
          log.records,
          servedBy(log, asked),
          flags.json === true ? {} : { mostDecisions: 0 },
        );
        if (flags.json === true) {
          await output.write(jsonLine({ log: log.name, runs, note }));
          return;
        }
        for (const run of runs) await output.write(`${comparisonTable(run)}\n`);
        await output.write(`${COMPARISON_LEGEND}\n${note}\n`);
      };
      finish(await eachLog(logs, inputOptions(flags), io, work));
    });
}
