import { parseArgs } from 'node:util';

/** What a benchmark is told on the command line. */
export interface Flags {
  /** Done within 3 minutes on 2 cores: fewer seeds, smaller grid, same method. */
  readonly quick: boolean;
  /** The last line is one JSON object with the figures. */
  readonly json: boolean;
  /** Write the result to bench/results. */
  readonly save: boolean;
  /** Search the base's learning rate instead of comparing. */
  readonly tune: boolean;
  /** Print every change of the batch size with its reason and the estimates behind it. */
  readonly verbose: boolean;
  /** Only this task. */
  readonly task?: string;
  /** Only these, separated by commas. */
  readonly contenders?: string;
  /** From which rate. */
  readonly start?: string;
  /** Name of a result beside the task's main one. */
  readonly part?: string;
  /** Folder for run logs. */
  readonly logs?: string;
  /** Only this optimizer. */
  readonly optimizer?: string;
  /** Only this engine. */
  readonly engine?: string;
  /** More rounds of fewer ways. */
  readonly long: boolean;
  /** Draw what is saved. */
  readonly picture: boolean;
  /** The pairs that a user would try by hand, also where they are not usual. */
  readonly named: boolean;
  /** Take a GPU's driver that renders in software. */
  readonly software: boolean;
}

const OFF = {
  ...{ quick: false, json: false, save: false, tune: false, verbose: false },
  ...{ picture: false, software: false, long: false, named: false },
};
const SWITCHES = Object.keys(OFF);

type Name = Exclude<keyof Flags, 'quick' | 'json' | 'save'>;

/**
 * Reads the command line's flags.
 * @param names of the flags that the benchmark knows besides quick, json and save
 * @throws TypeError at a flag that it does not know
 */
export function parseFlags(args: readonly string[], names: readonly Name[] = []): Flags {
  const known = ['quick', 'json', 'save', ...names];
  const options = Object.fromEntries(
    known.map((name) => [name, { type: SWITCHES.includes(name) ? ('boolean' as const) : ('string' as const) }]),
  );
  const { values } = parseArgs({ args: [...args], options });
  return { ...OFF, ...values };
}
