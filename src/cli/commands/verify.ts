import { Command } from 'commander';
import { type Verification, verify } from '../../replay/verify.js';
import { eachLog } from '../each-log.js';
import type { Finish } from '../failure.js';
import { EXIT, type ExitCode } from '../failure.js';
import { type InputFlags, inputOptions, withInputFlags } from '../flags.js';
import type { OpenLog } from '../input.js';
import { colorsOf, type Io } from '../io.js';
import { jsonLine } from '../json.js';
import { streamOutput } from '../output.js';

type Flags = InputFlags & { readonly json?: true };

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function asText(name: string, { runs, steps, isSame, difference }: Verification, io: Io): string {
  const colors = colorsOf(io);
  const extent = `${counted(runs, 'run')}, ${counted(steps, 'step')}`;
  if (isSame || difference === undefined) return `${colors.green('same')}     ${name}: ${extent}, bit for bit\n`;
  const fields = difference.fields.map(({ path, logged, replayed }) => {
    const [then, now] = [JSON.stringify(logged), JSON.stringify(replayed)];
    return `  ${path}: logged ${then}, replayed ${now}\n`;
  });
  return `${colors.red('differs')}  ${difference.place}: step ${difference.step}\n${fields.join('')}`;
}

/** `verify`: whether a log's own policy makes its decisions. */
export function verifyCommand(io: Io, finish: Finish): Command {
  const command = new Command('verify')
    .description("check that a log's own policy makes its decisions, bit for bit; the first difference field by field")
    .argument('[logs...]', 'run logs; - for standard input');
  return withInputFlags(command)
    .option('--json', 'a line of JSON for each log')
    .addHelpText(
      'after',
      `
Exits with 1 where a decision differs.

Examples:
  $ tfjs-adaptive-batch verify run.jsonl
  $ tfjs-adaptive-batch verify logs/*.jsonl.gz --json
  $ ls logs/*.jsonl | parallel tfjs-adaptive-batch verify`,
    )
    .action(async (logs: string[], flags: Flags) => {
      const output = streamOutput(io.stdout);
      const work = async (log: OpenLog): Promise<ExitCode> => {
        const verification = await verify(log.records);
        const { name } = log;
        await output.write(
          flags.json === true ? jsonLine({ log: name, ...verification }) : asText(name, verification, io),
        );
        return verification.isSame ? EXIT.ok : EXIT.differs;
      };
      finish(await eachLog(logs, inputOptions(flags), io, work));
    });
}
