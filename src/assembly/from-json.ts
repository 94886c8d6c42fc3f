import type { JsonObject } from '../core/types.js';
import { checkDecisionOptions, type DecisionOptions } from './options.js';
import { learningRateFrom, policyFrom } from './registry.js';

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
export type JsonOptions = Omit<DecisionOptions, 'policy' | 'learningRate'> & {
  readonly policy?: Described;
  readonly learningRate?: Described;
};

/**
 * Decision options from JSON, with the policy and the rule by name: what a run log's header, a command line or a server is given.
 * @param overrides a policy or rule of one's own, which JSON can only name
 * @throws RangeError naming the first option that is unknown or outside its range
 * @example optionsFromJson({ policy: { name: 'gaussianWalk', options: { minGain: 1.1 } }, learningRate: 'squareRoot' })
 */
export function optionsFromJson(
  json: JsonObject | JsonOptions,
  overrides: Pick<DecisionOptions, 'policy' | 'learningRate'> = {},
): DecisionOptions {
  const { policy, learningRate, ...rest } = json as JsonObject;
  const chosen = overrides.policy ?? (policy && policyFrom(described('policy', policy)));
  const rule = overrides.learningRate ?? (learningRate && learningRateFrom(described('learningRate', learningRate)));
  const options: DecisionOptions = {
    ...(rest as DecisionOptions),
    ...(chosen && { policy: chosen }),
    ...(rule && { learningRate: rule }),
  };
  checkDecisionOptions('options', options);
  return options;
}
