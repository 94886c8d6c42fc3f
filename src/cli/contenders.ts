import { optionsFor } from '../assembly/needs.js';
import type { DecisionOptions } from '../assembly/options.js';
import { type DecidingFlags, decisionOptions } from './deciding.js';
import { orUsage, usage } from './failure.js';
import type { OpenLog } from './input.js';

/** Options to decide by, under the name that the user gave them. */
export type Contenders = Readonly<Record<string, DecisionOptions>>;

/** The policies of a command line, each by its own text. @throws Failure for one that is unknown, or named twice */
export function contendersOf(policies: readonly string[], flags: DecidingFlags): Contenders {
  const twice = policies.find((policy, i) => policies.indexOf(policy) !== i);
  if (twice !== undefined) throw usage(`--policy '${twice}' is given twice`);
  return Object.fromEntries(policies.map((policy) => [policy, decisionOptions(policy, flags)]));
}

/** The same, as the log can serve them. @throws Failure where it lacks a signal that a policy needs */
export function servedBy({ name, signals }: OpenLog, contenders: Contenders): Contenders {
  const served = Object.entries(contenders).map(([policy, options]) => [
    policy,
    orUsage(() => optionsFor(options, signals, name)),
  ]);
  return Object.fromEntries(served);
}
