import { CommanderError } from 'commander';
import { complain } from './each-log.js';
import { EXIT, type ExitCode, PipeClosed } from './failure.js';
import type { Io } from './io.js';
import { createProgram } from './program.js';

/**
 * Runs a command line.
 * @param words the arguments, without interpreter and program
 * @returns the exit code, see {@link EXIT}
 */
export async function main(words: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  try {
    const program = createProgram(io, (told) => {
      code = told;
    });
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof PipeClosed) return EXIT.ok;
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return complain(error, io);
  }
}
