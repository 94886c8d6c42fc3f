/** What the command ends with. */
export const EXIT = {
  /** All was done. */
  ok: 0,
  /** `verify` found a decision that differs. */
  differs: 1,
  /** An option, argument or policy that cannot be used. */
  usage: 2,
  /** A log that cannot be read. */
  input: 3,
  /** An output that cannot be written, or is there already. */
  output: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An end with a message for the user and an exit code. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly code: ExitCode,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Standard output was closed by its reader, as `head` does: no failure, but the end. */
export class PipeClosed extends Error {}

export function usage(message: string, options?: ErrorOptions): Failure {
  return new Failure(message, EXIT.usage, options);
}

/** What `make` returns; what it throws is the user's. */
export function orUsage<Made>(make: () => Made): Made {
  try {
    return make();
  } catch (cause) {
    throw usage((cause as Error).message, { cause });
  }
}

/** Tells what a command ends with. */
export type Finish = (code: ExitCode) => void;
