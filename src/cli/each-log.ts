import { EXIT, type ExitCode, Failure, PipeClosed, usage } from './failure.js';
import { type InputOptions, type OpenLog, openInput } from './input.js';
import type { Io } from './io.js';
import { visible } from './visible.js';

/** The files named, or standard input where something is piped into it. @throws Failure where there is neither */
export function namedFiles(files: readonly string[], io: Io): readonly string[] {
  if (files.filter((file) => file === '-').length > 1) throw usage("'-' is standard input, which can be read once");
  if (files.length > 0) return files;
  if (io.stdin.isTTY === true) throw usage('name a log, or - for standard input');
  return ['-'];
}

/** A message for the user, without a stack. */
export function complain(error: unknown, io: Io): ExitCode {
  const { message } = error as Error;
  io.stderr.write(`error: ${visible(message)}\n`);
  return error instanceof Failure ? error.code : EXIT.input;
}

/**
 * Does one thing with log after log. A log that cannot be read is told of, and the others go on.
 * @returns the highest exit code of all
 */
export async function eachLog(
  files: readonly string[],
  options: InputOptions,
  io: Io,
  work: (log: OpenLog) => Promise<ExitCode | undefined>,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  for (const file of namedFiles(files, io)) {
    let own: ExitCode | undefined;
    try {
      own = await work(await openInput(file, options, io));
    } catch (error) {
      if (error instanceof PipeClosed || (error instanceof Failure && error.code === EXIT.output)) throw error;
      own = complain(error, io);
    }
    if (own !== undefined && own > code) code = own;
  }
  return code;
}
