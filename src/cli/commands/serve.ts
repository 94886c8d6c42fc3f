import { Command } from 'commander';
import { serve } from '../../replay/serve.js';
import { formatHeader, formatStep } from '../../run-log/format.js';
import { type DecidingFlags, decisionOptions } from '../deciding.js';
import { EXIT, type Finish } from '../failure.js';
import { withDecidingFlags } from '../flags.js';
import type { Io } from '../io.js';
import { lineSplitter } from '../line-splitter.js';
import { type Output, openOutput, streamOutput } from '../output.js';

type Flags = DecidingFlags & { readonly policy?: string; readonly log?: string; readonly force?: true };

/** What is answered at once; a longer line is an error [characters]. */
const LONGEST_LINE = 16 * 2 ** 20;

/** Answers to lines, each line of the log before its answer. */
function answering(flags: Flags, log: Output | undefined) {
  let logged = '';
  const answer = serve({
    options: decisionOptions(flags.policy, flags),
    ...(log && {
      onRun: (run) => {
        logged += `${formatHeader(run)}\n`;
      },
      onStep: (observation, decision) => {
        logged += `${formatStep(observation, decision)}\n`;
      },
    }),
  });
  return async (lines: readonly string[]): Promise<string> => {
    const answers = lines.map(answer).filter((text) => text !== undefined);
    if (logged !== '') await log?.write(logged);
    logged = '';
    return answers.map((text) => `${text}\n`).join('');
  };
}

/** `serve`: observations in, decisions out, line by line. */
export function serveCommand(io: Io, finish: Finish): Command {
  const command = new Command('serve')
    .description('decide for a trainer in another language: observations as JSON Lines in, decisions as JSON Lines out')
    .option('-p, --policy <policy>', "policy where the trainer names none (default: the package's own)")
    .option('--log <file>', 'write a run log of what is served')
    .option('-f, --force', 'overwrite the log');
  return withDecidingFlags(command)
    .addHelpText(
      'after',
      `
The first line tells the facts of the run, every other one a step; each is answered by one line. Ends with its input.

Examples:
  $ printf '%s\\n' '{"facts":{"baseBatchSize":32,"baseLearningRate":0.1}}' | tfjs-adaptive-batch serve
  $ python train.py   # which runs: tfjs-adaptive-batch serve --policy gaussianWalk+ramped+cooled --log run.jsonl`,
    )
    .action(async (flags: Flags) => {
      const log = flags.log === undefined ? undefined : openOutput(flags.log, io, { force: flags.force === true });
      const output = streamOutput(io.stdout);
      const answer = answering(flags, log);
      const splitter = lineSplitter(LONGEST_LINE);
      try {
        for await (const bytes of io.stdin) {
          const lines = splitter.push(bytes);
          if (lines.length > 0) await output.write(await answer(lines));
        }
        const last = splitter.end();
        if (last !== undefined) await output.write(await answer([last]));
        finish(EXIT.ok);
      } finally {
        log?.close();
      }
    });
}
