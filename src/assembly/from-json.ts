import type { JsonObject } from '../core/types.js';
import { checkDecisionOptions, type DecisionOptions } from './options.js';
import { learningRateFrom, policyFrom, scheduleFrom } from './registry.js';

/** A policy or rule as JSON: its name, or its name and options. */
type Described = string | { readonly name: string; readonly options?: JsonObject };

/** @returns the description with its options; a lone name has none */
function described(what: string, value: unknown): { name: string; options: JsonObject } {
  if (typeof value === 'string') return { name: value, options: {} };
  const { name, options = {} } = (value ?? {}) as { name?: unknown; options?: unknown };
  if (typeof name !== 'string' || typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new RangeError(`${what} must be a name, or an object with name and options; got ${JSON.stringify(value)}`);
  }
  return { name, options: options as JsonObject };
}

/** {@link DecisionOptions} as JSON. */
export type JsonOptions = Omit<DecisionOptions, 'policy' | 'learningRate' | 'schedule'> & {
  readonly policy?: Described;
  readonly learningRate?: Described;
  readonly schedule?: Described;
};

/** Parts of one's own, which JSON can only name. */
export type OwnParts = Pick<DecisionOptions, 'policy' | 'learningRate' | 'schedule'>;

/**
 * Decision options from JSON, with policy, rule and schedule by name: what a run log's header, a command line or a server is given.
 * @param overrides parts of one's own
 * @throws RangeError naming the first option that is unknown or outside its range
 * @example optionsFromJson({ policy: { name: 'gaussianWalk', options: { minGain: 1.1 } }, learningRate: 'squareRoot' })
 */
export function optionsFromJson(json: JsonObject | JsonOptions, overrides: OwnParts = {}): DecisionOptions {
  const { policy, learningRate, schedule, ...rest } = json as JsonObject;
  const chosen = overrides.policy ?? (policy && policyFrom(described('policy', policy)));
  const rule = overrides.learningRate ?? (learningRate && learningRateFrom(described('learningRate', learningRate)));
  const course = overrides.schedule ?? (schedule && scheduleFrom(described('schedule', schedule)));
  const options: DecisionOptions = {
    ...(rest as DecisionOptions),
    ...(chosen && { policy: chosen }),
    ...(rule && { learningRate: rule }),
    ...(course && { schedule: course }),
  };
  checkDecisionOptions('options', options);
  return options;
}
