import { optionsFromJson } from '../assembly/from-json.js';
import type { DecisionOptions } from '../assembly/options.js';
import type { Json, JsonObject } from '../core/types.js';
import { assignment, parsedValue, policyDescription, ruleDescription, scheduleDescription } from './description.js';
import { orUsage } from './failure.js';

/** The package's own policy, by this name. */
export const DEFAULT_POLICY = 'default';

/** What the user says of the decisions. */
export interface DecidingFlags {
  readonly rule?: string;
  readonly schedule?: string;
  /** `name=value` each. */
  readonly set?: readonly string[];
}

/** `measure.every` is `every` in `measure`. */
function settings(set: readonly string[]): JsonObject {
  const found = new Map<string, Json>();
  for (const text of set) {
    const [path, value] = assignment(text, '--set');
    const [name, inner] = path.split(/\.(.*)/s);
    const key = name as string;
    found.set(
      key,
      inner === undefined ? parsedValue(value) : { ...(found.get(key) as JsonObject), [inner]: parsedValue(value) },
    );
  }
  return Object.fromEntries(found);
}

/**
 * Decision options from the command line.
 * @param policy as {@link policyDescription} reads it, or 'default'
 * @throws Failure for what is unknown or out of its range
 */
export function decisionOptions(
  policy: string | undefined,
  { rule, schedule, set = [] }: DecidingFlags,
): DecisionOptions {
  const isNamed = policy !== undefined && policy !== DEFAULT_POLICY;
  const json = {
    ...settings(set),
    ...(isNamed && { policy: policyDescription(policy) }),
    ...(rule !== undefined && { learningRate: ruleDescription(rule) }),
    ...(schedule !== undefined && { schedule: scheduleDescription(schedule) }),
  };
  return orUsage(() => optionsFromJson(json as unknown as JsonObject));
}

/** Whether anything was said: else a run log's own options decide. */
export function isGiven(policy: string | undefined, { rule, schedule, set = [] }: DecidingFlags): boolean {
  return policy !== undefined || rule !== undefined || schedule !== undefined || set.length > 0;
}
