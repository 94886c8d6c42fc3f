import { Command } from 'commander';
import { PACKAGE_VERSION } from '../run-log/format.js';
import { compareCommand } from './commands/compare.js';
import { convertCommand } from './commands/convert.js';
import { inspectCommand } from './commands/inspect.js';
import { policiesCommand } from './commands/policies.js';
import { replayCommand } from './commands/replay.js';
import { reportCommand } from './commands/report.js';
import { serveCommand } from './commands/serve.js';
import { sweepCommand } from './commands/sweep.js';
import { verifyCommand } from './commands/verify.js';
import type { Finish } from './failure.js';
import { hasColor, type Io, widthOf } from './io.js';

const COMMANDS = [
  inspectCommand,
  replayCommand,
  compareCommand,
  sweepCommand,
  verifyCommand,
  reportCommand,
  convertCommand,
  policiesCommand,
  serveCommand,
];

const MORE = `
Logs are run logs (JSON Lines, gzip or not), Keras CSVLogger or Lightning CSV files, trainer_state.json of Hugging Face's Trainer,
or TensorBoard event files; the format is told by how a file starts. A dash stands for standard input.

A replay shows the decisions that a policy makes on a record, not the loss that the run would have reached with them.

Exit codes: 0 done; 1 verify found a difference; 2 wrong usage; 3 a log cannot be read; 4 an output cannot be written or is there already.`;

/** The command line, each command told where to read and write. */
export function createProgram(io: Io, finish: Finish): Command {
  const output = {
    writeOut: (text: string) => void io.stdout.write(text),
    writeErr: (text: string) => void io.stderr.write(text),
    getOutHelpWidth: () => widthOf(io),
    getErrHelpWidth: () => widthOf(io),
    getOutHasColors: () => hasColor(io),
    getErrHasColors: () => false,
  };
  const program = new Command('tfjs-adaptive-batch')
    .description('Replay, verify, compare and serve the decisions of adaptive batch-size policies.')
    .version(PACKAGE_VERSION)
    .addHelpText('after', MORE);
  for (const create of COMMANDS) program.addCommand(create(io, finish));
  for (const command of [program, ...program.commands])
    command.configureOutput(output).exitOverride().showHelpAfterError('(--help shows the options)');
  return program;
}
